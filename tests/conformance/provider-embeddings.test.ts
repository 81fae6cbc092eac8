import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { MODEL } from "./canonical-calls.ts";
import { PAIRS, startConformanceGateway, upstreamModel } from "./conformance-gateway.ts";

const { upstream, failures, post, stop } = startConformanceGateway();
afterEach(() => upstream.reset());
afterAll(async () => {
  await stop();
  expect(upstream.server.violations).toEqual([]);
  expect(failures).toEqual([]);
});

const VECTORS = [
  [0.5, -1.25, 0.1],
  [0, 3.5, -1e-3],
];
/** Vectors as little-endian single precision in base64, which is what OpenAI's clients decode. */
const toBase64 = (vector: readonly number[]): string => {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString("base64");
};
const ENCODED = VECTORS.map(toBase64);

const replyWith = (embeddings: readonly unknown[]): string => {
  const items = embeddings.map(
    (embedding, index) => `{"object":"embedding","index":${index}, "embedding":${JSON.stringify(embedding)}}`,
  );
  return `{ "object":"list","data":[${items.join(", ")}],"model":"m","usage":{"prompt_tokens":2,"total_tokens":2},"x":1.0}`;
};

const embeddingsOf = (text: string): readonly unknown[] =>
  (JSON.parse(text) as { readonly data: readonly { readonly embedding: unknown }[] }).data.map(
    ({ embedding }) => embedding,
  );

const EMBEDDING = PAIRS.filter(([, operation]) => operation === "embedding");

describe.each(EMBEDDING)("%s %s", (name, _operation, provider) => {
  const route = provider.routes.embedding;
  const ask = async (fields: string, reply: string): Promise<readonly [sent: string, got: string]> => {
    upstream.next({ body: reply });
    const answer = await post("embedding", `{"model":"${name}/${MODEL}",${fields}}`);
    const text = await answer.text();
    expect([answer.status, text]).toEqual([200, text]);
    return [Buffer.from(upstream.last().body).toString(), text];
  };
  const body = (fields: string): string => `{"model":"${upstreamModel(provider, "embedding", MODEL)}",${fields}}`;

  test.each([
    ['"input" : [15339, 1917]', '"input" : "hello world"'],
    ['"input" : [[15339], [1917]]', '"input" : ["hello"," world"]'],
    ['"input" : ["a", "b"]', '"input" : ["a", "b"]'],
    ['"input" : "a"', '"input" : "a"'],
  ])("%s reaches the vendor in a form it takes", async (input, text) => {
    const [sent] = await ask(input, replyWith(VECTORS));
    expect(sent).toBe(body(route?.textInputOnly === true ? text : input));
  });

  test("base64 is answered with base64, whatever the vendor sends", async () => {
    const fields = '"encoding_format":"base64","input":["a","b"]';
    for (const sentBack of [replyWith(VECTORS), replyWith(ENCODED)]) {
      const [sent, got] = await ask(fields, sentBack);
      expect(sent).toBe(body(route?.floatsOnly === true ? '"input":["a","b"]' : fields));
      expect(embeddingsOf(got)).toEqual(ENCODED);
    }
    expect((await ask(fields, replyWith(ENCODED)))[1]).toBe(replyWith(ENCODED));
  });

  test("floats are answered with floats, whatever the vendor sends", async () => {
    for (const fields of ['"input":["a","b"]', '"input":["a","b"],"encoding_format":"float"']) {
      expect((await ask(fields, replyWith(VECTORS)))[1]).toBe(replyWith(VECTORS));
      const [, got] = await ask(fields, replyWith(ENCODED));
      expect(embeddingsOf(got)).toEqual(VECTORS.map((vector) => vector.map((value) => expect.closeTo(value, 6))));
    }
  });
});
