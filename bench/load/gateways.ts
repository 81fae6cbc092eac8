import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ENGINE_ENVIRONMENT } from "./engine-environment.ts";
import { type UpstreamOrigins, writeProxyConfig } from "./nginx-config.ts";
import type { Launch } from "./processes.ts";
import { GATEWAY_CORE } from "./processes.ts";
import type { GatewayRole } from "./result.ts";
import type { Row } from "./rows.ts";
import type { LoadRequest } from "./wrk.ts";

/** Where a gateway is started: its own empty directory, its port, its upstreams, and the rows that it will be asked. */
export interface Site {
  readonly rows: readonly Row[];
  readonly directory: string;
  readonly port: number;
  readonly origins: UpstreamOrigins;
}

/** A gateway that the bench knows how to start and to call. */
export interface Gateway {
  readonly name: string;
  readonly role: GatewayRole;
  /** Takes part in these rows alone; absent: in all. */
  readonly onlyRows?: readonly string[];
  /** Its version, or undefined when it is not installed. */
  findVersion(): string | undefined;
  /** Writes what it needs into the site's directory and says how to start it. */
  prepare(site: Site): Launch;
  request(site: Site, row: Row): LoadRequest;
}

const ROOT = resolve(import.meta.dir, "../..");
/** What `npm start` runs; `buildProgram` makes it. */
const PROGRAM = join(ROOT, "dist", "server", "main.js");
const PEERS = join(ROOT, ".bench");
const MASTER_KEY = "sk-bench-0123456789abcdef";
const UPSTREAM_KEY = "sk-upstream-bench";

/** Where a row's deployment number `index` (from 0) is. */
function originOf(origins: UpstreamOrigins, row: Row, index = 0): string {
  const isOwn = row.vendorModel !== undefined || (row.isFaulty === true && index === 0);
  const isPlain = row.plainRow !== undefined && !isOwn;
  return `${origins[row.upstream]}/${isPlain ? row.plainRow : row.name}`;
}

function toLaunch(site: Site, command: readonly string[], env: Readonly<Record<string, string>> = {}): Launch {
  return { command, env, cwd: ROOT, log: join(site.directory, "output.log"), core: GATEWAY_CORE };
}

function proxyRequest(site: Site, row: Row): LoadRequest {
  const url = `http://127.0.0.1:${site.port}/${row.plainRow ?? row.name}/v1/chat/completions`;
  return { url, headers: { authorization: `Bearer ${MASTER_KEY}` }, body: row.body };
}

function gatewayRequest(site: Site, row: Row): LoadRequest {
  const url = `http://127.0.0.1:${site.port}/v1/chat/completions`;
  return { url, headers: { authorization: `Bearer ${MASTER_KEY}` }, body: row.body };
}

/** What opens the upstream. */
function paramLines({ vendorParams = { api_key: UPSTREAM_KEY } }: Row): string {
  return Object.entries(vendorParams)
    .map(([name, value]) => `      ${name}: ${value}`)
    .join("\n");
}

/** The configuration that Portolan and LiteLLM read alike. */
function writeModelList(site: Site, settings = ""): string {
  const entries = site.rows.flatMap((row) =>
    Array.from(
      { length: row.deployments ?? 1 },
      (_, index) => `  - model_name: ${row.name}
    litellm_params:
      model: ${row.vendorModel ?? "openai/gpt-4o-mini"}
      api_base: ${originOf(site.origins, row, index)}${row.vendorModel === undefined ? "/v1" : ""}
${paramLines(row)}
    model_info: { id: ${row.name}-${index} }
`,
    ),
  );
  const always = `router_settings: { num_retries: 1, disable_cooldowns: true }
general_settings: { master_key: ${MASTER_KEY} }
`;
  const path = join(site.directory, "config.yaml");
  writeFileSync(path, `model_list:\n${entries.join("")}${always}${settings}`);
  return path;
}

function readPackageVersion(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  return /"version": *"([^"]+)"/.exec(readFileSync(path, "utf8"))?.[1];
}

const nginx: Gateway = {
  name: "nginx",
  role: "floor",
  findVersion() {
    if (Bun.which("nginx") === null) return undefined;
    return Bun.spawnSync(["nginx", "-v"]).stderr.toString().split("/")[1]?.trim();
  },
  prepare(site) {
    const config = join(site.directory, "nginx.conf");
    writeFileSync(config, writeProxyConfig(site.directory, site.port, site.origins));
    return toLaunch(site, ["nginx", "-p", site.directory, "-e", join(site.directory, "error.log"), "-c", config]);
  },
  request: proxyRequest,
};

const bareBun: Gateway = {
  name: "bare-bun",
  role: "floor",
  findVersion: () => Bun.version,
  prepare(site) {
    const script = join(import.meta.dir, "bun-pass-through.ts");
    const { fixed, socket } = site.origins;
    return toLaunch(site, [process.execPath, script, String(site.port), fixed, socket], {
      // Bun's fetch holds 256 calls at once unless told otherwise; the widest rows need them all.
      BUN_CONFIG_MAX_HTTP_REQUESTS: "4096",
    });
  },
  request: proxyRequest,
};

function launchPortolan(site: Site, settings = "", env: Readonly<Record<string, string>> = {}): Launch {
  const config = writeModelList(site, settings);
  const command = [process.execPath, PROGRAM, "--config", config, "--port", String(site.port)];
  return toLaunch(site, command, { ...ENGINE_ENVIRONMENT, ...env });
}

const portolan: Gateway = {
  name: "portolan",
  role: "ours",
  findVersion: () => readPackageVersion(join(ROOT, "package.json")),
  prepare: (site) => launchPortolan(site),
  request: gatewayRequest,
};

const OBSERVERS = "litellm_settings: { callbacks: [prometheus, langfuse] }\n";

/** Portolan with observers, beside itself without: over a Langfuse at this address. */
const watchedPortolan = (name: string, langfuse: (origins: UpstreamOrigins) => string): Gateway => ({
  ...portolan,
  name,
  onlyRows: ["small-chat"],
  prepare: (site) =>
    launchPortolan(site, OBSERVERS, {
      LANGFUSE_HOST: langfuse(site.origins),
      LANGFUSE_PUBLIC_KEY: "pk-lf-bench",
      LANGFUSE_SECRET_KEY: "sk-lf-bench",
    }),
});

const watched = watchedPortolan("portolan-watched", ({ fixed }) => `${fixed}/langfuse`);

/** Its Langfuse takes everything and never answers. */
const stalled = watchedPortolan("portolan-stalled", ({ socket }) => `${socket}/silence`);

const litellm: Gateway = {
  name: "litellm",
  role: "peer",
  findVersion() {
    const libraries = join(PEERS, "venv/lib");
    if (!existsSync(join(PEERS, "venv/bin/litellm"))) return undefined;
    const packages = readdirSync(libraries).flatMap((python) => readdirSync(join(libraries, python, "site-packages")));
    return packages.map((name) => /^litellm-([\d.]+\w*)\.dist-info$/.exec(name)?.[1]).find(Boolean);
  },
  prepare(site) {
    const options = ["--config", writeModelList(site), "--port", String(site.port), "--host", "127.0.0.1"];
    return toLaunch(site, [join(PEERS, "venv/bin/litellm"), ...options, "--num_workers", "1"], {
      LITELLM_TELEMETRY: "False",
      LITELLM_LOCAL_MODEL_COST_MAP: "True",
      LITELLM_MODE: "PRODUCTION",
      LITELLM_LOG: "ERROR",
      NO_PROXY: "127.0.0.1",
    });
  },
  request: gatewayRequest,
};

const PORTKEY_PACKAGE = join(PEERS, "portkey/node_modules/@portkey-ai/gateway");
const PORTKEY_NODE = join(PEERS, `portkey/node_modules/node-linux-${process.arch}/bin/node`);

const portkey: Gateway = {
  name: "portkey",
  role: "peer",
  findVersion: () => readPackageVersion(join(PORTKEY_PACKAGE, "package.json")),
  prepare(site) {
    const preload = join(import.meta.dir, "portkey-preload.mjs");
    const script = join(PORTKEY_PACKAGE, "build/start-server.js");
    return toLaunch(
      site,
      [
        existsSync(PORTKEY_NODE) ? PORTKEY_NODE : "node",
        "--import",
        preload,
        script,
        "--headless",
        `--port=${site.port}`,
      ],
      {
        NODE_ENV: "production",
      },
    );
  },
  request(site, row) {
    const { url, body } = gatewayRequest(site, row);
    const headers = {
      authorization: `Bearer ${UPSTREAM_KEY}`,
      "x-portkey-provider": "openai",
      "x-portkey-custom-host": `${originOf(site.origins, row, 1)}/v1`,
    };
    return { url, headers, body };
  },
};

/** Every gateway, floors first: the order of tables and plots. */
export const GATEWAYS: readonly Gateway[] = [nginx, bareBun, portolan, watched, stalled, litellm, portkey];
