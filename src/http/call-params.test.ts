import { describe, expect, test } from "bun:test";
import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import { GatewayError } from "../core/errors.ts";
import type { Operation } from "../core/operation.ts";
import { PROVIDERS } from "../providers/all.ts";
import { NO_CALL_OPTIONS } from "../providers/edit-plan.ts";
import { scanObject } from "../wire/json-scan.ts";
import type { Call } from "./call.ts";
import { readCallParams } from "./call-params.ts";
import { ClientHosts } from "./client-hosts.ts";

interface Setting {
  readonly operation?: Operation;
  readonly yaml?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly pathModel?: string;
  readonly forced?: Readonly<Record<string, unknown>>;
}

/** As much of a call as parameters are read from and written to. */
const read = (text: string, setting: Setting = {}): Call => {
  const config = configOf(loadYaml(`model_list: []\n${setting.yaml ?? ""}`));
  const call = {
    operation: setting.operation ?? "chat",
    request: { headers: new Headers(setting.headers) },
    target: { path: "/", query: "", pathModel: setting.pathModel },
    state: {
      config: { ...config, forced: { ...config.forced, ...setting.forced } },
      scope: { models: { findName: () => undefined } },
      clientHosts: new ClientHosts(config.general, PROVIDERS),
    },
    isStream: false,
    wantsBase64: false,
    timeoutMs: 0,
    streamTimeoutMs: 0,
    editOptions: NO_CALL_OPTIONS,
  } as unknown as Call;
  readCallParams(call, scanObject(Buffer.from(text)));
  return call;
};

const refusal = (text: string, setting: Setting = {}): GatewayError => {
  try {
    read(text, setting);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("was not refused");
};

const chat = (fields: string): string => `{"messages":[],${fields}}`;

describe("which string is the model, the first that is there", () => {
  const body = chat('"model":"body"');

  test.each<[string, Setting, string | undefined]>([
    ["the body's", {}, "body"],
    ["the path's before the body's", { pathModel: "path" }, "path"],
    ["the command line's before the path's", { pathModel: "path", forced: { model: "forced" } }, "forced"],
    [
      "completion_model before all",
      { yaml: "general_settings: {completion_model: set}", forced: { model: "forced" } },
      "set",
    ],
    ["an alias of it, once", { yaml: "litellm_settings: {model_alias_map: {body: other, other: third}}" }, "other"],
    [
      "an alias of the path's",
      { pathModel: "path", yaml: "litellm_settings: {model_alias_map: {path: other}}" },
      "other",
    ],
  ])("%s", (_name, setting, model) => {
    expect(read(body, setting).requestedModel).toBe(model);
  });

  test("moderations have a setting of their own", () => {
    const yaml = "general_settings: {completion_model: chat-only, moderation_model: mod}";
    expect(read('{"input":"a"}', { operation: "moderation", yaml }).requestedModel).toBe("mod");
    expect(read('{"input":"a"}', { operation: "moderation" }).requestedModel).toBeUndefined();
  });

  test.each(["__proto__", "constructor", "toString"])("%s is an ordinary name", (name) => {
    expect(read(chat(`"model":"${name}"`)).requestedModel).toBe(name);
  });
});

describe("what every operation cannot do without", () => {
  test.each<[Operation, string, string]>([
    ["chat", "{}", "messages"],
    ["chat", '{"messages":null}', "messages"],
    ["chat", '{"messages":"text"}', "messages"],
    ["completion", "{}", "prompt"],
    ["completion", '{"prompt":{}}', "prompt"],
    ["embedding", "{}", "input"],
    ["embedding", '{"input":7}', "input"],
    ["moderation", "{}", "input"],
  ])("%s: %s is refused for %s", (operation, text, param) => {
    const error = refusal(text, { operation });
    expect([error.kind, error.param]).toEqual(["invalid-request", param]);
  });

  test("the text is LiteLLM's", () => {
    expect(refusal('{"model":"m"}').message).toBe("/chat/completions: Missing required parameter: 'messages'.");
  });
});

describe("types", () => {
  test.each([
    ['"model":7', "model"],
    ['"stream":"true"', "stream"],
    ['"stream_options":[]', "stream_options"],
    ['"drop_params":"yes"', "drop_params"],
    ['"allowed_openai_params":"a"', "allowed_openai_params"],
    ['"additional_drop_params":[1]', "additional_drop_params"],
    ['"timeout":"soon"', "timeout"],
    ['"timeout":0', "timeout"],
    ['"timeout":-1', "timeout"],
    ['"timeout":""', "timeout"],
    ['"timeout":1e99', "timeout"],
    ['"timeout":[]', "timeout"],
    ['"request_timeout":{}', "request_timeout"],
    ['"stream_timeout":"x"', "stream_timeout"],
  ])("%s is refused by name", (field, param) => {
    expect(refusal(chat(field)).param).toBe(param);
  });

  test("null is as good as absent, everywhere", () => {
    const names =
      "model stream stream_options drop_params allowed_openai_params additional_drop_params timeout request_timeout stream_timeout api_key api_base user_config".split(
        " ",
      );
    const call = read(chat(names.map((name) => `"${name}":null`).join(",")));
    expect([call.requestedModel, call.isStream, call.timeoutMs, call.editOptions]).toEqual([
      undefined,
      false,
      0,
      NO_CALL_OPTIONS,
    ]);
  });

  test("what the gateway does not read is not judged", () => {
    expect(() => read(chat('"temperature":"hot","n":[],"tools":7,"user":{}'))).not.toThrow();
  });
});

describe("streams", () => {
  test("are for chat and completions only", () => {
    expect(read(chat('"stream":true')).isStream).toBe(true);
    expect(read(chat('"stream":false')).isStream).toBe(false);
    expect(read('{"prompt":"a","stream":true}', { operation: "completion" }).isStream).toBe(true);
    expect(read('{"input":"a","stream":true}', { operation: "embedding" }).isStream).toBe(false);
  });
});

describe("embedding encodings", () => {
  test.each([
    ["{}", false],
    ['{"encoding_format":"float"}', false],
    ['{"encoding_format":"base64"}', true],
    ['{"encoding_format":"base\\u00364"}', true],
    ['{"encoding_format":null}', false],
  ])("%s: base64 %p", (text, wantsBase64) => {
    const body = text.replace("{", text === "{}" ? '{"input":"a"' : '{"input":"a",');
    expect(read(body, { operation: "embedding" }).wantsBase64).toBe(wantsBase64);
  });

  test.each(['"base32"', "7", "[]", '""'])("%s is refused", (value) => {
    const error = refusal(`{"input":"a","encoding_format":${value}}`, { operation: "embedding" });
    expect(error.param).toBe("encoding_format");
  });

  test("other operations may have a field of that name", () => {
    expect(() => read(chat('"encoding_format":7'))).not.toThrow();
  });
});

describe("time limits", () => {
  test.each<[string, Record<string, string>, number, number]>([
    ['"timeout":1.5', {}, 1500, 0],
    ['"timeout":"2"', {}, 2000, 0],
    ['"request_timeout":3', {}, 3000, 0],
    ['"timeout":1,"request_timeout":3', {}, 1000, 0],
    ['"stream_timeout":4', {}, 0, 4000],
    ['"timeout":1,"stream_timeout":4', { "x-litellm-timeout": "5", "x-litellm-stream-timeout": "6" }, 5000, 6000],
  ])("%s and %j", (fields, headers, timeoutMs, streamTimeoutMs) => {
    const call = read(chat(fields), { headers });
    expect([call.timeoutMs, call.streamTimeoutMs]).toEqual([timeoutMs, streamTimeoutMs]);
  });

  test("of nonsense in a header are refused by its name", () => {
    expect(refusal(chat('"a":1'), { headers: { "x-litellm-timeout": "soon" } }).param).toBe("x-litellm-timeout");
  });
});

describe("what a caller brings along", () => {
  test("is its key and host", () => {
    const body = chat('"api_key":"k","api_base":"https://x.example/v1","api_version":"v","organization":"o"');
    expect(read(body).credentials).toEqual({
      apiKey: "k",
      apiBase: "https://x.example/v1",
      apiVersion: "v",
      organization: "o",
    });
    expect(read(chat('"api_version":"v"')).credentials).toBeUndefined();
    expect(read(chat('"api_key":null')).credentials).toBeUndefined();
  });

  test.each([
    ["model_list", '"model_list":[]', "unauthenticated"],
    ["aws_role_name", '"aws_role_name":null', "unauthenticated"],
    ["api_base", '"api_base":"https://x.example"', "invalid-request"],
    ["api_base", '"api_key":"k","base_url":"ftp://sk-secret-0123456789"', "invalid-request"],
    ["api_base", '"api_key":"k","api_base":"http://user:sk-secret@x.example"', "invalid-request"],
    ["api_key", '"api_key":7', "invalid-request"],
    ["api_key", '"api_key":"sk-secret\\r\\nx: y"', "invalid-request"],
    ["api_key", '"api_key":""', "invalid-request"],
  ])("%s is refused as %s", (param, fields, kind) => {
    const error = refusal(chat(fields));
    expect([error.kind as string, error.param]).toEqual([kind, param]);
    expect(error.message).not.toContain("secret");
  });
});

describe("edit options", () => {
  test("are read from the call", () => {
    const call = read(chat('"drop_params":true,"allowed_openai_params":["a"],"additional_drop_params":["b.c"]'));
    expect(call.editOptions).toEqual({
      dropParams: true,
      isStrict: false,
      allowed: ["a"],
      additionalDrop: ["b.c"],
      forced: new Map(),
    });
  });

  test("fall back to litellm_settings.drop_params, which a call can switch off", () => {
    const yaml = "litellm_settings: {drop_params: true}";
    expect(read(chat('"a":1'), { yaml }).editOptions.dropParams).toBe(true);
    expect(read(chat('"drop_params":false'), { yaml }).editOptions.dropParams).toBe(false);
    expect(read(chat('"a":1')).editOptions).toBe(NO_CALL_OPTIONS);
  });

  test("hold what the command line forces, for generating operations alone", () => {
    const forced = { temperature: 0, maxTokens: 7 };
    expect([...read(chat('"a":1'), { forced }).editOptions.forced]).toEqual([
      ["temperature", "0"],
      ["max_tokens", "7"],
    ]);
    expect(read('{"input":"a"}', { forced, operation: "embedding" }).editOptions).toBe(NO_CALL_OPTIONS);
  });
});

describe("what the configuration demands", () => {
  const enforced = "general_settings: {enforce_user_param: true, enforced_params: [metadata.generation_name]}";

  test.each([
    ['"user":"u","metadata":{"generation_name":"g"}', undefined],
    ['"metadata":{"generation_name":"g"}', "user"],
    ['"user":null,"metadata":{"generation_name":"g"}', "user"],
    ['"user":"u"', "metadata.generation_name"],
    ['"user":"u","metadata":{"generation_name":null}', "metadata.generation_name"],
    ['"user":"u","metadata":"generation_name"', "metadata.generation_name"],
    ['"user":"u","metadata":{"constructor":1}', "metadata.generation_name"],
  ])("of %s lacks %p", (fields, param) => {
    if (param === undefined) read(chat(fields), { yaml: enforced });
    else {
      const { message, param: told } = refusal(chat(fields), { yaml: enforced });
      expect([told, message]).toEqual([
        param,
        `BadRequest please pass param=${param} in request body. This is a required param`,
      ]);
    }
  });

  test.each([
    ['"tags":["a"]', {}, "tags"],
    ['"metadata":{"tags":["a"]}', {}, "metadata.tags"],
    ['"litellm_metadata":{"tags":[]}', {}, "litellm_metadata.tags"],
    ['"metadata":{}', { "x-litellm-tags": "a" }, "x-litellm-tags"],
  ])("no tags: %s", (fields, headers, param) => {
    const yaml = "general_settings: {reject_clientside_metadata_tags: true}";
    expect(refusal(chat(fields), { yaml, headers }).param).toBe(param);
    expect(() => read(chat(fields), { headers })).not.toThrow();
  });
});
