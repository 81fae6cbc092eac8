import { describe, expect, test } from "bun:test";
import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import { Scrubber } from "../core/scrubber.ts";
import type { UpstreamReply, UpstreamRequest } from "../upstream/transport.ts";
import { HeaderBlock } from "../wire/header-block.ts";
import type { Call } from "./call.ts";
import { DebugLog, type DebugLogOptions } from "./debug-log.ts";

const HOSTILE = 'x\u001b[31m\r\n{"forged":1}\u202e\u2028';

const callOf = (yaml = ""): Call =>
  ({
    id: "call-1",
    request: { headers: new Headers() },
    route: { secrets: () => ["planted-header"] },
    state: { config: configOf(loadYaml(`model_list: []\n${yaml}`)), scrubber: new Scrubber(["plain-master-key"]) },
  }) as unknown as Call;

const requestOf = (body: string): UpstreamRequest =>
  ({
    origin: { key: "http://v:80", isTls: false, hostHeader: "v" },
    head: Buffer.from("POST /v1?code=planted HTTP/1.1\r\ncontent-type: a\r\nx-own: planted\r\n"),
    ownLines: "anthropic-beta: planted-header\r\n",
    body: [Buffer.from(body)],
  }) as unknown as UpstreamRequest;

const replyOf = (value: string): UpstreamReply => {
  const head = `\r\nx-id: ${value}\r\nset-cookie: planted`;
  return { status: 200, headers: HeaderBlock.read(Buffer.from(head, "latin1"), head, 0) } as unknown as UpstreamReply;
};

const written = (options: Partial<DebugLogOptions>, body: string, yaml?: string): string => {
  let lines = "";
  const log = new DebugLog(
    (text) => {
      lines += text;
    },
    { isJson: false, showsBodies: true, ...options },
  );
  log.request(callOf(yaml), requestOf(body));
  log.reply(callOf(yaml), replyOf("a\u0085\u001b[31m planted-header"));
  return lines;
};

test("as text a request and the head of its reply take a line for each part", () => {
  expect(written({}, '{"a":"plain-master-key"}')).toBe(
    [
      "debug: call call-1 asks http://v:80",
      "    POST http://v/v1?code=****",
      "    content-type: a",
      "    x-own: ****",
      "    anthropic-beta: ****",
      '    {"a":"****"}',
      "debug: call call-1 got 200",
      "    x-id: a\\u0085\\u001b[31m ****",
      "    set-cookie: ****",
      "",
    ].join("\n"),
  );
});

test("as JSON they are lines of JSON", () => {
  const [asked, got] = written({ isJson: true }, HOSTILE)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(asked).toEqual({
    time: expect.any(String),
    level: "debug",
    message: "call call-1 asks http://v:80",
    call_id: "call-1",
    url: "http://v/v1?code=****",
    headers: { "content-type": "a", "x-own": "****", "anthropic-beta": "****" },
    body: HOSTILE,
  });
  expect(got).toMatchObject({ message: "call call-1 got 200", call_id: "call-1", status: 200 });
});

describe("bodies", () => {
  test("cannot pass for lines of their own", () => {
    const text = written({}, HOSTILE);
    expect(text).toContain('    x\\u001b[31m\\r\\n{"forged":1}\\u202e\\u2028\n');
    expect(text.split("\n").filter((line) => !line.startsWith("    ")).length).toBe(3);
  });

  test("are shown where they are asked for, as far as 2000 characters, and not where message logging is off", () => {
    expect(written({ showsBodies: false }, "planted")).not.toContain("planted\n");
    expect(written({}, "x".repeat(5000)).length).toBeLessThan(2500);
    const off = "litellm_settings: {turn_off_message_logging: true}";
    expect(written({}, "Good day", off)).toContain("    redacted: message logging is off\n");
    expect(written({}, "Good day", off)).not.toContain("Good day");
  });
});
