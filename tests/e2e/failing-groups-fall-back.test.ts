import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, postJson, readError } from "../support/gateway-setup.ts";
import { askedModels, groupEntries, modelsOfGroups, vendorError } from "../support/model-groups.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { within } from "../support/within.ts";

const CHAIN = Array.from({ length: 8 }, (_, index) => `link-${index}`);

const SIZES = Object.fromEntries(
  ["main", "spare", "last", "big", "mild", "loop-a", "loop-b", "cooled", "unlisted", "tells", "embeds", ...CHAIN].map(
    (group): [string, number] => [group, group === "cooled" ? 2 : 1],
  ),
);

const TOO_LONG = vendorError(400, {
  message: "This model's maximum context length is 8192 tokens.",
  code: "context_length_exceeded",
});
const IMPROPER = vendorError(400, { message: "Rejected.", code: "content_policy_violation" });

const upstream = startFakeUpstream({ models: modelsOfGroups(SIZES) });
let gateway: GatewayProcess;
/** Without lists for particular failures, and with `*` instead of `default_fallbacks`. */
let plain: GatewayProcess;

beforeAll(async () => {
  const model_list = [
    ...groupEntries(upstream, SIZES, { "cooled-1": { cooldown_time: 60 }, "cooled-2": { cooldown_time: 60 } }),
    modelEntry("wordless", { model: "anthropic/claude", api_key: "k" }), // Its vendor has no embeddings.
  ];
  [gateway, plain] = await Promise.all([
    startGateway({
      config: {
        model_list,
        router_settings: {
          num_retries: 0,
          fallbacks: [
            { main: ["spare", "last"] },
            { cooled: ["spare"] },
            { tells: [{ model: "spare", temperature: 0.5 }] },
            { embeds: ["wordless", "spare"] },
            { wordless: ["spare"] },
            { nickname: ["spare"] },
            { "loop-a": ["loop-b"] },
            { "loop-b": ["loop-a"] },
            ...CHAIN.slice(1).map((name, index) => ({ [CHAIN[index] ?? ""]: [name] })),
          ],
          model_group_alias: { nickname: "unlisted" },
          context_window_fallbacks: [{ main: ["big"] }],
          content_policy_fallbacks: [{ main: ["mild"] }],
          default_fallbacks: ["last"],
        },
      },
    }),
    startGateway({
      config: {
        model_list,
        router_settings: {
          num_retries: 0,
          disable_cooldowns: true,
          fallbacks: [{ main: ["spare"] }, { "*": ["big"] }],
        },
      },
    }),
  ]);
});
afterEach(() => upstream.reset());
afterAll(async () => {
  for (const process of [gateway, plain]) {
    expect(harmDone(process)).toEqual([]);
    expect(await process.stop()).toBe(0);
  }
  upstream.close();
});

const ask = (model: string, body: object = {}, to = gateway): Promise<Response> =>
  within(postJson(`${to.url}/v1/chat/completions`, { model, messages: MESSAGES, ...body }), "an answer");

const fail = (groups: readonly string[], reply: ScriptedReply = vendorError(500)): void => {
  for (const group of groups)
    for (const name of modelsOfGroups({ [group]: SIZES[group] ?? 1 })) upstream.forModel(name, reply);
};

describe("configured fallbacks", () => {
  test.each([400, 401, 404, 408, 422, 429, 500, 503])(
    "take over after %d, and the answer tells of it",
    async (status) => {
      upstream.next(vendorError(status));
      const reply = await ask("main", {}, plain);
      expect(reply.status).toBe(200);
      expect(upstream.last().model).toBe("spare-1");
      expect(reply.headers.get("x-litellm-attempted-fallbacks")).toBe("1");
      expect(reply.headers.get("x-litellm-model-group")).toBe("spare");
      expect(reply.headers.get("x-litellm-model-id")).toBe("spare-1");
    },
  );

  test("are asked one after another; the last failure is the caller's", async () => {
    fail(["main"], vendorError(500));
    fail(["spare"], vendorError(502));
    fail(["last"], vendorError(503));
    const reply = await ask("main");
    expect(reply.status).toBe(503);
    expect(askedModels(upstream)).toEqual(["main-1", "spare-1", "last-1"]);
    expect((await readError(reply)).message).toContain("vendor says 503");
  });

  test("each come after the retries of the group before", async () => {
    fail(["main"], vendorError(500, {}, { "retry-after-ms": "1" }));
    const reply = await ask("main", { num_retries: 1 });
    expect(reply.status).toBe(200);
    expect(askedModels(upstream)).toEqual(["main-1", "main-1", "spare-1"]);
  });

  test("are passed over where they cannot take the request, and take over from a group that cannot", async () => {
    fail(["embeds"]);
    for (const [model, asked] of [
      ["embeds", ["embeds-1", "spare-1"]],
      ["wordless", ["spare-1"]],
    ] as const) {
      const reply = await within(postJson(`${gateway.url}/v1/embeddings`, { model, input: "hi" }), "an answer");
      expect([reply.status, reply.headers.get("x-litellm-model-group")]).toEqual([200, "spare"]);
      expect(askedModels(upstream)).toEqual([...asked]);
      upstream.reset();
    }
  });

  test("are those of the alias that was asked for, where it has some", async () => {
    fail(["unlisted"]);
    expect((await ask("nickname")).headers.get("x-litellm-model-group")).toBe("spare");
    const reply = await ask("nickname", { fallbacks: [{ nickname: ["big"] }] });
    expect(reply.headers.get("x-litellm-model-group")).toBe("big");
  });

  test("may change the request, and leave the caller's fields else", async () => {
    fail(["tells"]);
    const reply = await ask("tells", { temperature: 1, top_p: 0.9 });
    expect(reply.status).toBe(200);
    expect(upstream.last().json).toMatchObject({ temperature: 0.5, top_p: 0.9, model: "spare-1" });
    expect(upstream.requests[0]?.json).toMatchObject({ temperature: 1 });
  });

  test("for any group stand behind those of its own", async () => {
    fail(["unlisted"]);
    expect((await ask("unlisted")).headers.get("x-litellm-model-group")).toBe("last");
    expect((await ask("unlisted", {}, plain)).headers.get("x-litellm-model-group")).toBe("big");
  });

  test("take over when the whole group cools down", async () => {
    fail(["cooled"], vendorError(429));
    await ask("cooled", { num_retries: 1 });
    upstream.reset();
    const reply = await ask("cooled");
    expect([reply.status, reply.headers.get("x-litellm-model-group")]).toEqual([200, "spare"]);
    expect(askedModels(upstream)).toEqual(["spare-1"]);
  });

  test("have fallbacks of their own, five at most", async () => {
    fail(CHAIN.slice(0, 3));
    expect((await ask("link-0")).headers.get("x-litellm-attempted-fallbacks")).toBe("3");
    upstream.reset();
    fail(CHAIN);
    const reply = await ask("link-0");
    expect(reply.status).toBe(500);
    expect(askedModels(upstream)).toEqual(CHAIN.slice(0, 6).map((name) => `${name}-1`));
  });

  test("that go round in a circle are asked once each", async () => {
    fail(["loop-a", "loop-b"]);
    expect((await ask("loop-a")).status).toBe(500);
    expect(askedModels(upstream)).toEqual(["loop-a-1", "loop-b-1"]);
  });
});

describe("fallbacks for particular failures", () => {
  test("a prompt that is too long goes to the group for long ones alone", async () => {
    fail(["main"], TOO_LONG);
    const reply = await ask("main");
    expect([reply.status, reply.headers.get("x-litellm-model-group")]).toEqual([200, "big"]);
    expect(askedModels(upstream)).toEqual(["main-1", "big-1"]);
  });

  test("one that is improper goes to the group for those", async () => {
    fail(["main"], IMPROPER);
    const reply = await ask("main");
    expect([reply.status, reply.headers.get("x-litellm-model-group")]).toEqual([200, "mild"]);
  });

  test("so does an answer that the vendor's filter cut short, where there is a fallback for it", async () => {
    const choices = [{ index: 0, message: { role: "assistant", content: "" }, finish_reason: "content_filter" }];
    const body = { id: "x", object: "chat.completion", created: 1, model: "m", choices };
    fail(["main", "unlisted"], { body });
    expect((await ask("main")).headers.get("x-litellm-model-group")).toBe("mild");
    for (const [model, extra] of [
      ["unlisted", {}],
      ["main", { disable_fallbacks: true }],
    ] as const) {
      expect(await (await ask(model, extra)).json()).toMatchObject({ choices: [{ finish_reason: "content_filter" }] });
    }
  });

  test("a group without such fails, whatever else is configured", async () => {
    for (const [failure, text] of [
      [TOO_LONG, "ContextWindowExceededError"],
      [IMPROPER, "ContentPolicyViolationError"],
    ] as const) {
      upstream.reset();
      fail(["unlisted"], failure);
      const reply = await ask("unlisted");
      expect([reply.status, upstream.requests.length]).toEqual([400, 1]);
      expect((await readError(reply)).message).toContain(text);
    }
  });

  test("where none are configured at all, the general ones serve", async () => {
    for (const failure of [TOO_LONG, IMPROPER]) {
      fail(["main"], failure);
      expect((await ask("main", {}, plain)).headers.get("x-litellm-model-group")).toBe("spare");
    }
  });
});

describe("fallbacks in the body", () => {
  test.each<[string, unknown]>([
    ["names", ["big", "last"]],
    ["objects", [{ model: "big" }]],
    ["the router's form", [{ main: ["big"] }]],
    ["the router's form with objects", [{ main: [{ model: "big" }] }]],
  ])("as %s replace the configured ones", async (_name, fallbacks) => {
    fail(["main"]);
    const reply = await ask("main", { fallbacks });
    expect([reply.status, reply.headers.get("x-litellm-model-group")]).toEqual([200, "big"]);
    expect(askedModels(upstream)).toEqual(["main-1", "big-1"]);
  });

  test("may change the request, messages included", async () => {
    fail(["main"]);
    const messages = [{ role: "user", content: "shorter" }];
    expect((await ask("main", { fallbacks: [{ model: "big", messages, max_tokens: 5 }] })).status).toBe(200);
    expect(upstream.last().json).toMatchObject({ model: "big-1", messages, max_tokens: 5 });
    expect(upstream.requests[0]?.json).toMatchObject({ messages: MESSAGES });
  });

  test("for particular failures replace the configured ones too", async () => {
    fail(["main"], TOO_LONG);
    const reply = await ask("main", { context_window_fallbacks: [{ main: ["last"] }] });
    expect(reply.headers.get("x-litellm-model-group")).toBe("last");
    fail(["main"], IMPROPER);
    const other = await ask("main", { content_policy_fallbacks: [{ main: ["last"] }] });
    expect(other.headers.get("x-litellm-model-group")).toBe("last");
  });

  test("an empty list means none, and so does disable_fallbacks", async () => {
    for (const body of [
      { fallbacks: [] },
      { disable_fallbacks: true },
      { disable_fallbacks: true, fallbacks: ["big"] },
    ]) {
      upstream.reset();
      fail(["main"]);
      const reply = await ask("main", body);
      expect([reply.status, upstream.requests.length]).toEqual([500, 1]);
      expect(reply.headers.get("x-litellm-attempted-fallbacks")).toBe("0");
    }
  });

  test.each([["big"], [7], [[7]], [[{ main: "big" }]], [{ main: ["big"] }]])("%j is a 400", async (fallbacks) => {
    const reply = await ask("main", { fallbacks });
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "fallbacks"]);
    expect(upstream.requests.length).toBe(0);
  });

  test("never reach the vendor", async () => {
    expect((await ask("main", { fallbacks: ["big"], disable_fallbacks: false })).status).toBe(200);
    expect(Object.keys(upstream.last().json as object).sort()).toEqual(["messages", "model"]);
  });
});
