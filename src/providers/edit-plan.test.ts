import { describe, expect, test } from "bun:test";
import type { DeploymentParams } from "../config/gateway-config.ts";
import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import { GatewayError } from "../core/errors.ts";
import { scanObject } from "../wire/json-scan.ts";
import { spliceObject } from "../wire/json-splice.ts";
import { type CallEditOptions, NO_CALL_OPTIONS, planEdits, supportedParams, toEditPlan } from "./edit-plan.ts";
import { bearer, defineProvider, type Provider } from "./provider.ts";

const paramsOf = (fields: string): DeploymentParams => {
  const [entry] = configOf(
    loadYaml(`model_list: [{model_name: m, litellm_params: {model: openai/m, ${fields}}}]`),
  ).models;
  if (entry === undefined) throw new Error("no entry");
  return entry.params;
};

const vendor: Provider = defineProvider({
  name: "vendor",
  source: "made up",
  baseUrl: "https://vendor.example",
  authorization: bearer("VENDOR_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat",
      edits: {
        unsupported: ["logit_bias", "n", "tools"],
        drop: ["user"],
        rename: { max_completion_tokens: "max_tokens" },
        defaults: { safe: true },
      },
    },
  },
  modelEdits: [{ match: /^reasoner/, operation: "chat", edits: { unsupported: ["temperature"] } }],
});

interface Setting {
  readonly params?: string;
  readonly options?: Partial<CallEditOptions>;
  readonly model?: string;
  readonly provider?: Provider;
}

/** What the latest edit noted as left out. */
let dropped: string[] = [];

/** The body as the vendor gets it. */
const edit = (text: string, { params = "", options = {}, model = "up", provider = vendor }: Setting = {}): string => {
  const route = provider.routes.chat;
  if (route === undefined) throw new Error("no chat route");
  const plan = toEditPlan(
    provider,
    { route, translator: undefined },
    { operation: "chat", model, params: paramsOf(params) },
  );
  const body = scanObject(Buffer.from(text));
  dropped = [];
  const edits = planEdits(plan, body, { ...NO_CALL_OPTIONS, ...options }, { drop: (path) => dropped.push(path) });
  return Buffer.concat(spliceObject(body, edits).pieces).toString();
};

const refusal = (text: string, setting: Setting = {}): GatewayError => {
  try {
    edit(text, setting);
  } catch (error) {
    if (error instanceof GatewayError) return error;
  }
  throw new Error("was not refused");
};

describe("a vendor's declared edits", () => {
  test.each([
    ["the model is named, needed fields are added", '{"model":"m"}', '{"model":"up","safe":true}'],
    ["a missing model is added", "{}", '{"model":"up","safe":true}'],
    ["fields that it refuses for nothing go", '{"model":"m","user":"u","safe":0}', '{"model":"up","safe":0}'],
    [
      "fields are renamed in place",
      '{"max_completion_tokens":1.0,"safe":1,"model":"m"}',
      '{"max_tokens":1.0,"safe":1,"model":"up"}',
    ],
    [
      "a field already spelled its way wins",
      '{"max_completion_tokens":1,"max_tokens":2,"safe":1,"model":"m"}',
      '{"max_tokens":2,"safe":1,"model":"up"}',
    ],
    ["null standard fields go", '{"model":"m","stop":null,"logit_bias":null,"safe":1}', '{"model":"up","safe":1}'],
    ["null for a needed field is filled", '{"model":"m","safe":null}', '{"model":"up","safe":true}'],
    ["null for other fields stays", '{"model":"m","own":null,"safe":1}', '{"model":"up","own":null,"safe":1}'],
    [
      "the gateway's own fields go",
      '{"model":"m","metadata":{},"mock_x":1,"input_cost_per_token":1,"safe":1}',
      '{"model":"up","safe":1}',
    ],
    [
      "values that ask for nothing go",
      '{"model":"m","n":1,"tools":[],"logit_bias":{},"safe":1}',
      '{"model":"up","safe":1}',
    ],
  ])("%s", (_name, text, expected) => {
    expect(edit(text)).toBe(expected);
  });

  test("hold for some models only where they say so", () => {
    expect(edit('{"model":"m","temperature":1,"safe":1}')).toBe('{"model":"up","temperature":1,"safe":1}');
    expect(refusal('{"model":"m","temperature":1}', { model: "reasoner-1" }).param).toBe("temperature");
  });

  test("take stream_options from vendors that send usage anyway, or never", () => {
    for (const streamUsage of ["always", "never"] as const) {
      const text = '{"model":"m","stream_options":{},"safe":1}';
      expect(edit(text, { provider: { ...vendor, streamUsage } })).toBe('{"model":"up","safe":1}');
    }
  });
});

describe("parameters that a vendor refuses", () => {
  const body = '{"model":"m","n":2,"logit_bias":{"1":2},"safe":1}';

  test("are refused, all of them named, with what to do", () => {
    const error = refusal(body);
    expect([error.kind, error.param]).toEqual(["unsupported-params", "n"]);
    expect(error.message).toContain("vendor does not support parameters: ['n', 'logit_bias'], for model=up");
    expect(error.message).toContain("drop_params");
    expect(error.message).toContain("allowed_openai_params");
  });

  test.each<[string, Setting, string]>([
    ["by drop_params of the deployment", { params: "drop_params: true" }, '{"model":"up","safe":1}'],
    ["by drop_params of the call", { options: { dropParams: true } }, '{"model":"up","safe":1}'],
    [
      "by additional_drop_params of the deployment",
      { params: "additional_drop_params: [n, logit_bias]" },
      '{"model":"up","safe":1}',
    ],
    [
      "by additional_drop_params of the call",
      { options: { additionalDrop: ["n", "logit_bias"] } },
      '{"model":"up","safe":1}',
    ],
  ])("are dropped %s", (_name, setting, expected) => {
    expect(edit(body, setting)).toBe(expected);
  });

  test("are refused when the call forbids dropping", () => {
    expect(refusal(body, { params: "drop_params: true", options: { dropParams: false } }).kind).toBe(
      "unsupported-params",
    );
  });

  test("pass where they are allowed", () => {
    expect(edit(body, { options: { allowed: ["n", "logit_bias"] } })).toBe(
      '{"model":"up","n":2,"logit_bias":{"1":2},"safe":1}',
    );
    expect(edit(body, { params: "allowed_openai_params: [n]", options: { dropParams: true } })).toBe(
      '{"model":"up","n":2,"safe":1}',
    );
  });

  test("are not listed as supported", () => {
    const route = vendor.routes.chat;
    if (route === undefined) throw new Error("no chat route");
    const names = supportedParams(
      toEditPlan(vendor, { route, translator: undefined }, { operation: "chat", model: "up", params: paramsOf("") }),
    );
    expect(names).toContain("temperature");
    expect(names).not.toContain("n");
  });
});

describe("a deployment's own values", () => {
  test("fill what the caller left out", () => {
    const setting = { params: "temperature: 0.5, stop: [END]" };
    expect(edit('{"model":"m","safe":1}', setting)).toBe('{"model":"up","safe":1,"temperature":0.5,"stop":["END"]}');
    expect(edit('{"model":"m","safe":1,"temperature":1,"stop":null}', setting)).toBe(
      '{"model":"up","safe":1,"temperature":1,"stop":["END"]}',
    );
  });

  test("of extra_body override what the caller sent", () => {
    expect(edit('{"top_k":1,"model":"m","safe":1}', { params: "extra_body: {top_k: 5}" })).toBe(
      '{"top_k":5,"model":"up","safe":1}',
    );
  });

  test("forced by the command line go under the vendor's name for the field", () => {
    const options = {
      forced: new Map([
        ["temperature", "0"],
        ["max_completion_tokens", "7"],
      ]),
    };
    expect(edit('{"model":"m","safe":1,"temperature":1}', { options })).toBe(
      '{"model":"up","safe":1,"temperature":0,"max_tokens":7}',
    );
  });

  test("dropped inside a field leave the rest of it", () => {
    const options = { additionalDrop: ["response_format.json_schema.strict", "top_p"] };
    const text = '{"model":"m","safe":1,"top_p":1,"response_format":{"json_schema":{"strict":true,"name":"x"}}}';
    expect(edit(text, { options })).toBe('{"model":"up","safe":1,"response_format":{"json_schema":{"name":"x"}}}');
  });
});

describe("what a call leaves out", () => {
  test.each([
    [
      "its own fields, before they are renamed",
      { additionalDrop: ["max_completion_tokens"] },
      "",
      '{"model":"up","safe":1}',
    ],
    ["never the model", { additionalDrop: ["model", "max_completion_tokens"] }, "", '{"model":"up","safe":1}'],
    [
      "never what the vendor needs",
      { additionalDrop: ["safe", "max_completion_tokens"] },
      "",
      '{"model":"up","safe":true}',
    ],
    [
      "never a default of the deployment",
      { additionalDrop: ["max_completion_tokens", "seed"] },
      "seed: 3",
      '{"model":"up","safe":1,"seed":3}',
    ],
    [
      "never what the deployment forces",
      { additionalDrop: ["safe", "own[0].x", "max_completion_tokens"] },
      "extra_body: {safe: 2, own: [{x: 1}]}",
      '{"model":"up","safe":2,"own":[{"x":1}]}',
    ],
    [
      "never what the command line forces",
      { additionalDrop: ["max_tokens", "max_completion_tokens"], forced: new Map([["max_tokens", "5"]]) },
      "",
      '{"model":"up","safe":1,"max_tokens":5}',
    ],
  ])("is %s", (_, options, params, expected) => {
    expect(edit('{"model":"up","safe":1,"max_completion_tokens":7}', { options, params })).toBe(expected);
  });

  test("of a field that the deployment drops of as well, both go", () => {
    const text = '{"model":"up","safe":1,"own":{"a":1,"b":2,"c":3}}';
    const setting = { options: { additionalDrop: ["own.a"] }, params: "additional_drop_params: [own.b]" };
    expect(edit(text, setting)).toBe('{"model":"up","safe":1,"own":{"c":3}}');
  });
});

test("every one of a repeated field is treated alike", () => {
  expect(edit('{"model":"a","user":1,"model":"b","user":2,"safe":1}')).toBe('{"model":"up","safe":1}');
  expect(refusal('{"model":"m","n":1,"n":2}').param).toBe("n");
});
