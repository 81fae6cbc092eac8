import { describe, expect, test } from "bun:test";
import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import type { CallDetails } from "../core/call-details.ts";
import { MAX_CONTENT_BYTES, MAX_COUNTABLE_BYTES, MAX_TEXT_BYTES } from "../core/call-details.ts";
import type { Operation } from "../core/operation.ts";
import { Scrubber } from "../core/scrubber.ts";
import { scanObject } from "../wire/json-scan.ts";
import type { Call } from "./call.ts";
import { toCallDetails, toUncounted } from "./call-details.ts";

interface Setting {
  readonly headers?: Readonly<Record<string, string>>;
  readonly yaml?: string;
  readonly operation?: Operation;
  readonly isStream?: boolean;
  readonly response?: string;
  readonly hasReaders?: boolean;
  readonly vendorHeaders?: Readonly<Record<string, string>>;
}

const CHAT = '{"model":"a","messages":[{"role":"user","content":"hi"}]}';

/** As much of a call as details are read from. */
const callOf = (body: string | undefined, setting: Setting): Call =>
  ({
    id: "call-1",
    keyHash: "abcd",
    operation: setting.operation ?? "chat",
    isStream: setting.isStream ?? false,
    request: { headers: new Headers(setting.headers), clientAddress: "127.0.0.1" },
    body: body === undefined ? undefined : scanObject(Buffer.from(body)),
    reply: { header: (name: string) => setting.vendorHeaders?.[name] },
    state: {
      config: configOf(loadYaml(`model_list: []\n${setting.yaml ?? ""}`)),
      scrubber: new Scrubber(["plain-master-key"]),
      capture: { details: true, content: setting.hasReaders ?? true },
    },
  }) as unknown as Call;

const endOf = ({ response }: Setting) => ({
  status: 200,
  usage: undefined,
  responseBytes: 0,
  ...(response === undefined ? {} : { response: Buffer.from(response) }),
});

const read = (body: string | undefined = CHAT, setting: Setting = {}): CallDetails =>
  toCallDetails(callOf(body, setting), endOf(setting));

const withField = (field: string): string => `{"model":"a","messages":[],${field}}`;
const USAGE = { promptTokens: 1, completionTokens: 0, totalTokens: 1, cachedTokens: 0, reasoningTokens: 0 };
const requestOf = (details: CallDetails): string => Buffer.from(details.content?.request ?? []).toString();
const responseOf = (details: CallDetails): string => Buffer.from(details.content?.response ?? []).toString();

describe("the conversation", () => {
  test("is the body's content fields as they came, and the answer's bytes", () => {
    const body = '{ "model":"a", "messages" : [ {"role":"user"} ] , "tools":[1],"temperature":1,"api_key":"sk-x"}';
    const details = read(body, { response: '{"id":"x"}' });
    expect(requestOf(details)).toBe('{"messages":[ {"role":"user"} ],"tools":[1]}');
    expect(responseOf(details)).toBe('{"id":"x"}');
  });

  test("is a copy: the request's buffer is used again", () => {
    const call = callOf(CHAT, {});
    const details = toCallDetails(call, endOf({ response: "{}" }));
    call.body?.bytes.fill(0);
    expect(requestOf(details)).toBe('{"messages":[{"role":"user","content":"hi"}]}');
  });

  test("is left out where no observer reads it", () => {
    expect(read(CHAT, { hasReaders: false }).content).toBeUndefined();
  });

  test("has images of 20 MB cut down to their type", () => {
    const url = `data:image/png;base64,${"A".repeat(20_000_000)}`;
    const body = JSON.stringify({ model: "a", messages: [{ role: "user", content: [{ image_url: { url } }] }] });
    const text = requestOf(read(body));
    expect(text.length).toBeLessThan(500);
    expect(JSON.parse(text).messages[0].content[0].image_url.url).toMatch(
      /^data:image\/png;base64,A+ \.\.\.\[\d+ bytes cut\]$/,
    );
  });

  test("has long texts cut, and beyond a bound is left out with a word about it", () => {
    const long = JSON.stringify({ messages: [{ content: "x".repeat(MAX_TEXT_BYTES * 2) }] });
    expect(requestOf(read(long)).length).toBeLessThan(MAX_TEXT_BYTES + 200);
    const many = JSON.stringify({
      messages: Array.from({ length: 40 }, () => ({ content: "y".repeat(MAX_TEXT_BYTES) })),
    });
    expect(JSON.parse(requestOf(read(many)))).toEqual({ cut: `longer than ${MAX_CONTENT_BYTES} bytes` });
  });

  test("has no vectors of embeddings", () => {
    const details = read('{"input":"a"}', { operation: "embedding", response: '{"data":[0.1]}' });
    expect([requestOf(details), details.content?.response]).toEqual(['{"input":"a"}', undefined]);
  });

  test("that is only kept for counting is not shown", () => {
    const call = callOf(CHAT, { yaml: "litellm_settings: {turn_off_message_logging: true}" });
    const end = endOf({ response: "{}" });
    expect(toCallDetails(call, end).content).toBeUndefined();
    expect(toUncounted(call, end)?.response.length).toBe(2);
    expect(toUncounted(call, { ...end, usage: USAGE })).toBeUndefined();
    expect(toUncounted(callOf('{"input":"a"}', { operation: "embedding" }), end)).toBeUndefined();
  });

  test("is whole where it is counted, images apart", () => {
    const content = [
      { type: "text", text: "x".repeat(MAX_TEXT_BYTES * 2) },
      { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(20_000_000)}` } },
    ];
    const messages = Array.from({ length: 10 }, () => ({ role: "user", content: content.slice(0, 1) }));
    const body = JSON.stringify({ messages: [{ role: "user", content }, ...messages], documents: ["d"] });
    const response = "y".repeat(MAX_CONTENT_BYTES * 2);
    const uncounted = toUncounted(callOf(body, {}), endOf({ response }));
    const read = JSON.parse(Buffer.from(uncounted?.request ?? []).toString());
    expect(read.messages.slice(1)).toEqual(messages);
    expect(read.messages[0].content[0]).toEqual(content[0]);
    expect(read.messages[0].content[1].image_url.url.length).toBeLessThan(200);
    expect(read.documents).toBeUndefined();
    expect(uncounted?.response.length).toBe(response.length);
  });

  test("is not counted where it is too long for that", () => {
    const text = "x".repeat(MAX_COUNTABLE_BYTES);
    const long = callOf(JSON.stringify({ messages: [{ role: "user", content: text }] }), {});
    expect(toUncounted(long, endOf({ response: "{}" }))).toBeUndefined();
    expect(toUncounted(callOf(CHAT, {}), endOf({ response: `{"content":"${text}"}` }))).toBeUndefined();
    const usage = { ...USAGE, isOfPromptAlone: true } as const;
    expect(toUncounted(long, { ...endOf({ response: "{}" }), usage })).toMatchObject({ request: Buffer.from("{}") });
  });
});

describe("who may see it: a header of the call, then the server's setting", () => {
  const off = "litellm_settings: {turn_off_message_logging: true}";
  test.each<[string, Setting, boolean]>([
    ["nothing said", {}, false],
    ["the server says no", { yaml: off }, true],
    ["the call says no", { headers: { "x-litellm-enable-message-redaction": "true" } }, true],
    ["the call says no in Python's spelling", { headers: { "x-litellm-enable-message-redaction": "True" } }, true],
    ["the call says nothing of it", { headers: { "x-litellm-enable-message-redaction": "false" } }, false],
    [
      "the call says yes over the server's no",
      { yaml: off, headers: { "litellm-disable-message-redaction": "true" } },
      false,
    ],
  ])("%s", (_name, setting, isRedacted) => {
    const details = read(CHAT, setting);
    expect([details.isRedacted, details.content === undefined]).toEqual([isRedacted, isRedacted]);
  });
});

test("parameters are those of the model: no key, no content, no identity", () => {
  const body = withField(
    '"temperature":0.50,"top_k":3,"user":"u","api_key":"sk-x","aws_secret_access_key":"y","metadata":{"a":1},"stop":["\\u0041"]',
  );
  expect(read(body).parametersText).toBe('{"temperature":0.50,"top_k":3,"stop":["\\u0041"]}');
  expect(read().parametersText).toBe("{}");
});

describe("metadata", () => {
  test.each([
    ["an object, as it came", '"metadata":{"trace_id": "t" }', '{"trace_id": "t" }'],
    ["JSON in a string, as forms have it", '"metadata":"{\\"a\\":1}"', '{"a":1}'],
    ["litellm_metadata before the vendor's own", '"metadata":{"a":1},"litellm_metadata":{"b":2}', '{"b":2}'],
    ["a number", '"metadata":7', undefined],
    ["more than is kept", `"metadata":{"a":"${"x".repeat(70_000)}"}`, '{"a":"...[70002 bytes cut]"}'],
  ])("%s", (_name, field, text) => {
    expect(read(withField(field)).metadataText).toBe(text);
  });

  test("of x-litellm-spend-logs-metadata, whole", () => {
    const text = JSON.stringify({ a: "x".repeat(5000) });
    expect(read(CHAT, { headers: { "x-litellm-spend-logs-metadata": text } }).spendLogsMetadataText).toBe(text);
  });

  test("of any length says whose call it is and what for", () => {
    const metadata = { document: "x".repeat(70_000), user: "u", tags: ["a", "b"] };
    const details = read(withField(`"metadata":${JSON.stringify(metadata)}`));
    expect(details).toMatchObject({ endUser: "u", tags: ["a", "b"] });
    expect(JSON.parse(details.metadataText ?? "")).toMatchObject({ user: "u", tags: ["a", "b"] });
  });

  test("of headers, without credentials and hosts", () => {
    const headers = {
      langfuse_trace_id: "t",
      langfuse_trace_user_id: "u",
      langfuse_secret_key: "sk-lf-1",
      langfuse_secret: "sk-lf-2",
      langfuse_public_key: "pk",
      langfuse_host: "http://10.0.0.1",
      langfuse_otel_host: "http://10.0.0.1",
      langfuse_base_url: "http://10.0.0.1",
      langfuse_update_trace_keys: "output",
      langfuse_custom_key: "k",
      langfuse_trace_host: "h",
    };
    expect(read(CHAT, { headers }).langfuseHeaders).toEqual({
      trace_id: "t",
      trace_user_id: "u",
      update_trace_keys: "output",
      custom_key: "k",
      trace_host: "h",
    });
    expect(read().langfuseHeaders).toBeUndefined();
  });
});

describe("the end user, the first that is there", () => {
  const body = withField('"user":"body","metadata":{"user_id":"meta"},"safety_identifier":"safe"');
  test.each<[string, string, Setting, string | undefined]>([
    ["x-litellm-end-user-id", body, { headers: { "x-litellm-end-user-id": "e" } }, "e"],
    ["x-litellm-customer-id", body, { headers: { "x-litellm-end-user-id": "e", "x-litellm-customer-id": "c" } }, "c"],
    [
      "a mapped header",
      body,
      {
        yaml: "general_settings: {user_header_name: X-Own, user_header_mappings: [{header_name: X-Mapped, litellm_user_role: customer}]}",
        headers: { "x-own": "o", "x-mapped": "m" },
      },
      "m",
    ],
    ["an own header", body, { yaml: "general_settings: {user_header_name: X-Own}", headers: { "x-own": "o" } }, "o"],
    ["user", body, {}, "body"],
    ["metadata.user_id", withField('"metadata":{"user_id":"meta"},"safety_identifier":"safe"'), {}, "meta"],
    ["safety_identifier", withField('"safety_identifier":"safe"'), {}, "safe"],
    ["nobody", CHAT, {}, undefined],
    ["no text", withField('"user":{"a":1}'), {}, undefined],
  ])("%s", (_name, text, setting, user) => {
    expect(read(text, setting).endUser).toBe(user);
  });
});

test.each<[string, Setting, readonly string[]]>([
  [withField('"tags":["a","b","a",7]'), { headers: { "x-litellm-tags": "h" } }, ["a", "b"]],
  [withField('"metadata":{"tags":["m"]}'), { headers: { "x-litellm-tags": "h" } }, ["m"]],
  [CHAT, { headers: { "x-litellm-tags": "h, i,," } }, ["h", "i"]],
  [withField('"tags":"a"'), {}, []],
])("tags of %s", (body, setting, tags) => {
  expect(read(body, setting).tags).toEqual(tags);
});

test("headers that the configuration names become tags", () => {
  const yaml = "litellm_settings: {extra_spend_tag_headers: [X-Team, X-None]}";
  const headers = { "x-team": "red", "x-litellm-tags": "h" };
  expect(read(CHAT, { yaml, headers }).tags).toEqual(["h", "x-team: red"]);
});

test("ids that bind calls together", () => {
  expect(read()).toMatchObject({ traceId: "call-1", sessionId: undefined });
  expect(read(withField('"litellm_trace_id":"t","litellm_session_id":"s"'))).toMatchObject({
    traceId: "t",
    sessionId: "s",
  });
  const headers = { "x-litellm-trace-id": "ht", "x-litellm-session-id": "hs" };
  expect(read(CHAT, { headers })).toMatchObject({ traceId: "ht", sessionId: "hs" });
});

describe("what callers keep from callbacks", () => {
  test("no-log, unless the server says that it has no effect", () => {
    const body = withField('"no-log":true');
    expect(read(body).isUnlogged).toBe(true);
    for (const text of ['"true"', '"True"', '" TRUE "']) {
      expect(read(withField(`"no-log":${text}`)).isUnlogged).toBe(true);
    }
    for (const value of ['"false"', "false", '""', "1", "null", "{}"]) {
      expect(read(withField(`"no-log":${value}`)).isUnlogged).toBe(false);
    }
    expect(read(body, { yaml: "litellm_settings: {global_disable_no_log_param: true}" }).isUnlogged).toBe(false);
  });

  test("single ones by name", () => {
    expect(read(CHAT, { headers: { "x-litellm-disable-callbacks": "Langfuse, otel" } }).disabledCallbacks).toEqual([
      "langfuse",
      "otel",
    ]);
  });
});

test.each([
  ["a key", "sk-abcdefghij1234", "sk-****1234"],
  ["the server's own", "plain-master-key", "****"],
])("what is said does not tell %s", (_name, key, shown) => {
  const body = JSON.stringify({
    user: key,
    tags: [key, "t"],
    litellm_trace_id: key,
    litellm_session_id: key,
    stop: "a",
  });
  const headers = { "user-agent": `curl ${key}`, langfuse_trace_name: key };
  expect(read(body, { headers })).toMatchObject({
    endUser: shown,
    tags: [shown, "t"],
    traceId: shown,
    sessionId: shown,
    userAgent: `curl ${shown}`,
    langfuseHeaders: { trace_name: shown },
  });
});

test("texts of JSON do not tell the server's own key; what else looks like one is hidden where they are read", () => {
  const said = '{"a":"plain-master-key"}';
  const details = read(`{"metadata":${said},"stop":"plain-master-key"}`, {
    headers: { "x-litellm-spend-logs-metadata": said },
  });
  expect(details).toMatchObject({
    metadataText: '{"a":"****"}',
    spendLogsMetadataText: '{"a":"****"}',
    parametersText: '{"stop":"****"}',
  });
});

test("the key's hash, unless that is redacted too", () => {
  expect(read().keyHash).toBe("abcd");
  expect(read(CHAT, { yaml: "litellm_settings: {redact_user_api_key_info: true}" }).keyHash).toBeUndefined();
});

test("what the vendor says is left", () => {
  const vendorHeaders = { "x-ratelimit-remaining-requests": "59", "x-ratelimit-remaining-tokens": "soon" };
  expect(read(CHAT, { vendorHeaders })).toMatchObject({ remainingRequests: 59, remainingTokens: undefined });
});

test("a call that was refused before its body was read has details too", () => {
  expect(toCallDetails(callOf(undefined, {}), endOf({}))).toMatchObject({
    metadataText: undefined,
    parametersText: "{}",
    content: undefined,
    tags: [],
  });
});
