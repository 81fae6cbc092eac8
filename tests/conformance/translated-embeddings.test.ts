import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { objectOf } from "../../src/core/json-values.ts";
import { readError } from "../support/gateway-setup.ts";
import type { RecordedRequest } from "../support/recorded-request.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import type { EmbeddingRules } from "./kits/vendor-kit.ts";
import { PLAYED, type Played, startTranslatedGateway } from "./translated-gateway.ts";

const gateway = startTranslatedGateway();
afterEach(() => gateway.upstream.reset());
afterAll(async () => {
  await gateway.stop();
  expect(gateway.upstream.server.violations).toEqual([]);
  expect(gateway.failures).toEqual([]);
});

const EMBEDDINGS = PLAYED.filter(([, { kit }]) => kit.operation === "embedding");

const TOKENS_PER_TEXT = 3;

/** A vector that belongs to this text alone, with numbers that single precision has and has not. */
const vectorOf = (text: unknown): readonly number[] => [
  Bun.hash.crc32(String(text)) / 1024,
  -String(text).length / 8,
  0.1,
  -1e-7,
];

const toBase64 = (vector: readonly number[]): string => {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString("base64");
};

interface Embeddings {
  readonly object: string;
  readonly model: string;
  readonly data: readonly { readonly object: string; readonly index: number; readonly embedding: unknown }[];
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number };
}

const readEmbeddings = async (reply: Response): Promise<Embeddings> => {
  const text = await reply.text();
  expect([reply.status, text]).toEqual([200, text]);
  return JSON.parse(text) as Embeddings;
};

const vectorsIn = ({ data }: Embeddings): readonly unknown[] => data.map(({ embedding }) => embedding);

/** Texts of which the vendor takes as many calls as are asked for, the last of them with one text. */
const textsFor = (rules: EmbeddingRules, calls: number): readonly string[] =>
  Array.from({ length: (calls - 1) * (rules.textsPerCall ?? 1) + 1 }, (_, index) => `text ${index}`);

test("every kit of embeddings knows any number of texts", () => {
  expect(EMBEDDINGS.filter(([, { kit }]) => kit.embedding === undefined).map(([name]) => name)).toEqual([]);
  expect(EMBEDDINGS.length).toBeGreaterThan(0);
});

describe.each(EMBEDDINGS)("%s", (_name, played: Played) => {
  const { kit } = played;
  const rules = kit.embedding as EmbeddingRules;
  const tokensOf = (texts: readonly unknown[]): number =>
    kit.tellsNoUsage === undefined ? texts.length * TOKENS_PER_TEXT : 0;

  /** What the vendor answers: the vectors of the texts that it was sent, unless it refuses the request. */
  const answer = (request: RecordedRequest): ScriptedReply => {
    const texts = rules.textsOf(objectOf(request.json));
    return kit.check(request) ?? rules.reply(texts.map(vectorOf), tokensOf(texts));
  };
  const ask = (body: object, ...answers: readonly ((request: RecordedRequest) => ScriptedReply)[]) => {
    for (const one of answers) gateway.upstream.next(one);
    return gateway.post(played, body);
  };
  const sentTexts = (): readonly unknown[] =>
    gateway.upstream.requests.flatMap(({ json }) => rules.textsOf(objectOf(json)));

  test("a text, and a list with one", async () => {
    for (const input of ["caf\u00e9", ["caf\u00e9"]]) {
      const body = await readEmbeddings(await ask({ input }, answer));
      expect(body).toMatchObject({
        object: "list",
        data: [{ object: "embedding", index: 0, embedding: vectorOf("caf\u00e9") }],
        usage: { prompt_tokens: tokensOf(["caf\u00e9"]), total_tokens: tokensOf(["caf\u00e9"]) },
      });
      expect(typeof body.model).toBe("string");
    }
    expect(gateway.upstream.requests).toHaveLength(2);
  });

  test.each([
    [[15339, 1917], ["hello world"]],
    [
      [[15339], [1917, 0]],
      ["hello", " world!"],
    ],
  ])("token ids are decoded: %j", async (input, texts) => {
    const body = await readEmbeddings(await ask({ input }, answer, answer));
    expect(sentTexts()).toEqual(texts);
    expect(vectorsIn(body)).toEqual(texts.map(vectorOf));
  });

  test("base64 is what the floats are, bit for bit; null is no wish", async () => {
    const input = ["a", "b"];
    const encoded = await readEmbeddings(await ask({ input, encoding_format: "base64" }, answer, answer));
    expect(vectorsIn(encoded)).toEqual(input.map(vectorOf).map(toBase64));
    for (const format of ["float", null]) {
      gateway.upstream.reset();
      const plain = await readEmbeddings(await ask({ input, encoding_format: format }, answer, answer));
      expect(vectorsIn(plain)).toEqual(input.map(vectorOf));
    }
    expect(JSON.stringify(gateway.upstream.last().json)).not.toContain("encoding_format");
  });

  test("a name of the end user costs nothing", async () => {
    await readEmbeddings(await ask({ input: "a", user: "somebody" }, answer));
    expect(Buffer.from(gateway.upstream.last().body).toString()).not.toContain("somebody");
  });

  const { dimensionsOf } = rules;
  test.skipIf(dimensionsOf === undefined)("dimensions are asked for where the vendor takes them", async () => {
    await readEmbeddings(await ask({ input: "a", dimensions: 256 }, answer));
    expect(dimensionsOf?.(objectOf(gateway.upstream.last().json))).toBe(256);
    await readEmbeddings(await ask({ input: "a", dimensions: null }, answer));
    expect(dimensionsOf?.(objectOf(gateway.upstream.last().json)) ?? undefined).toBeUndefined();
  });

  test.skipIf(dimensionsOf === undefined)("dimensions that are no number are never lost in silence", async () => {
    for (const dimensions of ["many", {}, true]) {
      gateway.upstream.reset();
      const reply = await ask({ input: "a", dimensions }, answer);
      const { message } = await readError(reply);
      expect([reply.status, message]).toEqual([400, expect.stringContaining("dimensions")]);
    }
  });

  test.skipIf(dimensionsOf !== undefined)("dimensions are refused, or dropped with a word", async () => {
    const refused = await ask({ input: "a", dimensions: 256 });
    expect([refused.status, (await readError(refused)).message]).toEqual([
      400,
      expect.stringMatching(/^litellm\.UnsupportedParamsError: .*dimensions/),
    ]);
    const dropped = await ask({ input: "a", dimensions: 256, drop_params: true }, answer);
    expect(dropped.headers.get("x-portolan-dropped")).toContain("dimensions");
    await readEmbeddings(dropped);
    expect(gateway.upstream.requests).toHaveLength(1);
    const strict = { "x-portolan-strict": "true" };
    const kept = await gateway.post(played, { input: "a", dimensions: 256, drop_params: true }, { headers: strict });
    expect(kept.status).toBe(400);
  });

  test("order is kept and usage summed, however many calls it takes and whichever is answered first", async () => {
    const texts = textsFor(rules, 3);
    const calls = rules.textsPerCall === undefined ? 1 : 3;
    // What comes first is answered last.
    const gates = Array.from({ length: calls }, () => Promise.withResolvers<void>());
    const late = gates.map((gate, index) => (request: RecordedRequest): ScriptedReply => {
      if (index === calls - 1) for (const other of gates.toReversed()) other.resolve();
      return { ...answer(request), after: gate.promise };
    });
    const body = await readEmbeddings(await ask({ input: texts }, ...late));
    expect(gateway.upstream.requests).toHaveLength(calls);
    expect(body.data.map(({ index }) => index)).toEqual(texts.map((_, index) => index));
    expect(vectorsIn(body)).toEqual(texts.map(vectorOf));
    expect(body.usage).toEqual({ prompt_tokens: tokensOf(texts), total_tokens: tokensOf(texts) });
  });

  test.skipIf(rules.textsPerCall === undefined)(
    "one part that fails is the failure of all, and what else is under way is ended",
    async () => {
      const stalled = (): ScriptedReply => ({ body: " ".repeat(64), ending: "stall" });
      const failed = (): ScriptedReply => ({
        ...kit.error(429, "the vendor's words"),
        after: gateway.upstream.request(2),
      });
      const reply = await ask({ input: textsFor(rules, 3) }, stalled, failed, stalled);
      const { message } = await readError(reply);
      expect([reply.status, message]).toEqual([429, expect.stringContaining("the vendor's words")]);
      const [first, , third] = gateway.upstream.requests;
      await Promise.all([first?.aborted, third?.aborted]);
    },
  );

  test("an input of nothing is the caller's fault", async () => {
    for (const body of [{ input: [] }, { input: null }, {}]) {
      const reply = await ask(body);
      const { message } = await readError(reply);
      expect([body, reply.status, message]).toEqual([body, 400, expect.stringContaining("input")]);
    }
    expect(gateway.upstream.requests).toHaveLength(0);
  });

  test.each([[7], [true], [{}], [[7.5]], [[-1]], [[null]], [[{}]], [["a", 7]], [["a", null]], [[[7], "a"]], [[["a"]]]])(
    "an input of %j is the caller's fault",
    async (input) => {
      const reply = await ask({ input });
      const { message } = await readError(reply);
      expect([reply.status, message]).toEqual([400, expect.stringContaining("input")]);
      expect(gateway.upstream.requests).toHaveLength(0);
    },
  );

  test.each([400, 401, 403, 404, 429, 500, 503])("a failure of status %d is one of its class", async (status) => {
    const reply = await ask({ input: "a" }, () => kit.error(status, "the vendor's words"));
    const { message } = await readError(reply);
    expect(message).toContain("the vendor's words");
    expect(message).toMatch(/^litellm\.\w+: /);
    expect(status >= 500 ? [500, 503] : [status]).toContain(reply.status);
  });

  test.skipIf(kit.contextWindow === undefined)("a text that is too long is known by the vendor's words", async () => {
    const { status = 400, message = "" } = kit.contextWindow ?? {};
    const reply = await ask({ input: "a" }, () => kit.error(status, message));
    expect([reply.status, (await readError(reply)).message]).toEqual([
      400,
      expect.stringContaining("ContextWindowExceededError"),
    ]);
  });

  test.each([
    "<html>",
    "",
    "[]",
    "[[]]",
    "[null]",
    "null",
    "7",
    '"text"',
    "{}",
    '{"embedding":7,"embeddings":7,"predictions":7,"results":7,"data":7}',
    '{"embedding":{},"embeddings":[null],"predictions":[null],"results":[null]}',
    '{"embeddings":{"float":[7]},"embedding":[],"predictions":[{}],"results":[{}]}',
    "[".repeat(2000),
  ])("a reply of %p is the vendor's fault", async (body) => {
    const reply = await ask({ input: "a" }, () => ({ body }));
    expect([reply.status, (await readError(reply)).message]).toEqual([500, expect.any(String)]);
  });

  test("vectors that are none are the vendor's fault", async () => {
    for (const vector of [[], ["a"], [null], [{}], {}, null]) {
      const reply = await ask({ input: "a" }, () => rules.reply([vector], 1));
      expect([vector, reply.status]).toEqual([vector, 500]);
      await reply.text();
    }
  });

  test.skipIf(rules.textsPerCall === 1)("too few vectors, or too many, are the vendor's fault", async () => {
    for (const vectors of [[], [[1]], [[1], [2], [3]]]) {
      const reply = await ask({ input: ["a", "b"] }, () => rules.reply(vectors, 1));
      expect([vectors.length, reply.status]).toEqual([vectors.length, 500]);
      await reply.text();
    }
  });

  test("a client that leaves ends the vendor's calls", async () => {
    const leaving = new AbortController();
    const calls = rules.textsPerCall === undefined ? 1 : 3;
    for (let index = 0; index < calls; index++) gateway.upstream.next({ body: " ".repeat(64), ending: "stall" });
    const gone = gateway
      .post(played, { input: textsFor(rules, calls) }, { signal: leaving.signal })
      .then((reply) => reply.text());
    const requests = await Promise.all(Array.from({ length: calls }, (_, index) => gateway.upstream.request(index)));
    leaving.abort();
    await gone.catch(() => undefined);
    await Promise.all(requests.map(({ aborted }) => aborted));
  });

  test("what the vendor would get can be seen without asking it", async () => {
    const reply = await fetch(`${gateway.url}/utils/transform_request`, {
      method: "POST",
      body: JSON.stringify({ call_type: "embedding", request_body: { model: played.model, input: "a" } }),
    });
    const shown = JSON.parse(await reply.text()) as Readonly<Record<string, unknown>>;
    expect([reply.status, gateway.upstream.requests.length]).toEqual([200, 0]);
    await readEmbeddings(await ask({ input: "a" }, answer));
    expect(shown["raw_request_body"]).toEqual(gateway.upstream.last().json);
  });
});
