import { afterAll, afterEach, expect, test } from "bun:test";
import { loadConfig } from "../../src/config/load-config.ts";
import { Gateway } from "../../src/gateway.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { modelEntry, postJson, readError } from "../support/gateway-setup.ts";

const vendor = startFakeUpstream();
const files = startFakeUpstream();
const failures: string[] = [];

const start = (allowed: readonly string[]): { readonly url: string; readonly gateway: Gateway } => {
  const text = JSON.stringify({
    model_list: [modelEntry("seer", { model: "ollama_chat/llava", api_base: vendor.url })],
    general_settings: { client_side_allowed_hosts: allowed },
    router_settings: { num_retries: 0, disable_cooldowns: true },
  });
  const { config, faults } = loadConfig({ path: "/suite.yaml", environment: {}, readFile: () => text });
  if (config === undefined) throw new Error(JSON.stringify(faults));
  const gateway = new Gateway({
    config,
    environment: {},
    accessLogFormat: "json",
    writeLog: () => undefined,
    logLevel: "info",
    logError: (message, cause) => void failures.push(`${message}: ${String(cause)}`),
  });
  const port = gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false });
  return { url: `http://127.0.0.1:${port}`, gateway };
};

const open = start(["127.0.0.1"]);
const guarded = start([]);

afterEach(() => {
  vendor.reset();
  files.reset();
});
afterAll(async () => {
  await open.gateway.stop(1000);
  await guarded.gateway.stop(1000);
  vendor.close();
  files.close();
  expect(failures).toEqual([]);
});

const bodyWith = (...urls: readonly string[]): object => ({
  model: "seer",
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        ...urls.map((url) => ({ type: "image_url", image_url: { url } })),
      ],
    },
  ],
});
const ask = (url: string, body: object, signal?: AbortSignal): Promise<Response> =>
  postJson(`${url}/v1/chat/completions`, body, signal === undefined ? {} : { signal });

const PNG = Buffer.from("89504e470d0a1a0a", "hex");
const REPLY = {
  body: { model: "llava", message: { role: "assistant", content: "a picture" }, done: true, done_reason: "stop" },
};

test("an image behind a URL goes to the vendor as data, fetched once, with nothing of the caller's or the server's", async () => {
  files.next({ body: PNG, headers: { "content-type": "image/png" } });
  vendor.next(REPLY);
  const image = `${files.url}/a%20picture.png?size=1`;
  const reply = await ask(open.url, bodyWith(image, image));
  expect(await reply.json()).toMatchObject({ choices: [{ message: { content: "a picture" } }] });
  expect(JSON.stringify(vendor.last().json)).toContain(PNG.toString("base64"));
  expect(files.requests.map(({ method, target }) => [method, target])).toEqual([["GET", "/a%20picture.png?size=1"]]);
  const names = files.last().rawHeaders.map(([name]) => name);
  expect(
    names.filter(
      (name) => !["host", "accept", "accept-encoding", "user-agent", "content-length", "connection"].includes(name),
    ),
  ).toEqual([]);
});

test("a host that is not public is refused before anything is sent", async () => {
  const reply = await ask(guarded.url, bodyWith(`${files.url}/x.png`));
  const { type, param } = await readError(reply);
  expect([reply.status, type, param]).toEqual([400, "invalid_request_error", "messages"]);
  expect([files.requests.length, vendor.requests.length]).toEqual([0, 0]);
});

test.each([
  ["an answer without the file", { status: 404, body: "no" }, "status 404"],
  ["a redirect", { status: 302, headers: { location: "http://127.0.0.1/" } }, "status 302"],
  ["a file beyond 20 MB", { body: Buffer.alloc(21 * 1024 * 1024) }, "127.0.0.1"],
  ["a file that breaks off", { body: PNG, ending: "cut" }, "127.0.0.1"],
] as const)("%s is the request's fault, and no model is asked", async (_name, scripted, words) => {
  files.next(scripted);
  const reply = await ask(open.url, bodyWith(`${files.url}/x.png`));
  expect(reply.status).toBe(400);
  const { message } = await readError(reply);
  expect(message).toContain("Unable to fetch a file");
  expect(message).toContain(words);
  expect(vendor.requests).toHaveLength(0);
});

test("more files than are fetched for one call are refused at once", async () => {
  const urls = Array.from({ length: 51 }, (_, index) => `${files.url}/${index}.png`);
  const reply = await ask(open.url, bodyWith(...urls));
  expect([reply.status, (await readError(reply)).message]).toEqual([400, expect.stringContaining("51 files")]);
  expect(files.requests).toHaveLength(0);
});

test("a client that leaves ends what is being fetched", async () => {
  files.next({ body: PNG, ending: "stall" });
  files.next({ body: PNG, ending: "stall" });
  const leaving = new AbortController();
  const gone = ask(open.url, bodyWith(`${files.url}/1.png`, `${files.url}/2.png`), leaving.signal).catch(
    () => undefined,
  );
  const first = await files.request(0);
  const second = await files.request(1);
  leaving.abort();
  await Promise.all([first.aborted, second.aborted, gone]);
  expect(vendor.requests).toHaveLength(0);
});
