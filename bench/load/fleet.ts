import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Gateway, Site } from "./gateways.ts";
import { type UpstreamOrigins, writeFixedUpstreamConfig } from "./nginx-config.ts";
import { probe, waitForAnswer } from "./probe.ts";
import { freePort, LOAD_CORE, type Running, start } from "./processes.ts";
import { ANTHROPIC_REPLY, CHAT_REPLY } from "./replies.ts";
import type { Participant } from "./result.ts";
import type { Row } from "./rows.ts";

/** A gateway that is up and has answered. */
export interface Started {
  readonly gateway: Gateway;
  readonly site: Site;
  readonly running: Running;
  readonly participant: Participant;
}

function makeDirectory(...parts: readonly string[]): string {
  const directory = join(...parts);
  // nginx workers give up root and must still reach their files.
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  return directory;
}

/** Starts both upstreams and resolves once they answer. `onDeath` hears of one that ends, which spoils the whole run. */
export async function startUpstreams(
  runDirectory: string,
  onDeath: (message: string) => void,
): Promise<UpstreamOrigins> {
  const ports = { fixed: freePort(), socket: freePort() };
  const origins = { fixed: `http://127.0.0.1:${ports.fixed}`, socket: `http://127.0.0.1:${ports.socket}` };
  const directory = makeDirectory(runDirectory, "upstream");
  const config = join(directory, "nginx.conf");
  writeFileSync(
    config,
    writeFixedUpstreamConfig(directory, ports.fixed, { chat: CHAT_REPLY, anthropic: ANTHROPIC_REPLY }),
  );
  const commands = {
    fixed: ["nginx", "-p", directory, "-e", join(directory, "error.log"), "-c", config],
    socket: [process.execPath, join(import.meta.dir, "upstream.ts"), String(ports.socket)],
  };
  for (const name of ["fixed", "socket"] as const) {
    const log = join(directory, `${name}.log`);
    const running = start({ command: commands[name], log, core: LOAD_CORE });
    const request = { url: `${origins[name]}/v1/chat/completions`, headers: {}, body: "{}" };
    await waitForAnswer(request, performance.now(), running.exited);
    void running.exited.then((code) => onDeath(`the ${name} upstream ended with code ${code} during the run`));
  }
  return origins;
}

/**
 * Starts a gateway `times` times, each time until its first answer, and leaves the last one running. Throws if it does
 * not come up; what it printed is in `output.log` of its directory.
 */
export async function startGateway(
  gateway: Gateway,
  version: string,
  place: { readonly runDirectory: string; readonly origins: UpstreamOrigins; readonly rows: readonly Row[] },
  times: number,
): Promise<Started> {
  const firstAnswerMs: number[] = [];
  for (;;) {
    const [first] = place.rows;
    if (first === undefined) throw new Error("no rows");
    const directory = makeDirectory(place.runDirectory, `${gateway.name}-${first.name}`);
    const site = { directory, port: freePort(), origins: place.origins, rows: place.rows };
    const launch = gateway.prepare(site);
    const startedAt = performance.now();
    const running = start(launch);
    try {
      firstAnswerMs.push(await waitForAnswer(gateway.request(site, first), startedAt, running.exited));
    } catch (error) {
      await running.stop();
      throw error;
    }
    if (firstAnswerMs.length >= times) {
      return {
        gateway,
        site,
        running,
        participant: { name: gateway.name, role: gateway.role, version, firstAnswerMs },
      };
    }
    await running.stop();
  }
}

/** Checks that a gateway answers a row rightly; resolves with the size of one reply on the wire. */
export function probeRow(started: Started, row: Row): Promise<number> {
  return probe(started.gateway.request(started.site, row), row);
}
