import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { objectOf } from "../../src/core/json-values.ts";
import { readError } from "../support/gateway-setup.ts";
import type { RecordedRequest } from "../support/recorded-request.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import type { Ranked, RerankRules } from "./kits/vendor-kit.ts";
import { PLAYED, type Played, startTranslatedGateway } from "./translated-gateway.ts";

const gateway = startTranslatedGateway();
afterEach(() => gateway.upstream.reset());
afterAll(async () => {
  await gateway.stop();
  expect(gateway.upstream.server.violations).toEqual([]);
  expect(gateway.failures).toEqual([]);
});

const RERANKS = PLAYED.filter(([, { kit }]) => kit.operation === "rerank");

const QUERY = "What is the capital of the United States?";
const TEXTS = ["Carson City", "caf\u00e9", "Washington, D.C.", "Capital punishment"];

/** The order that the vendor finds, and scores that no two share. */
const RANKING: readonly Ranked[] = [
  { index: 2, score: 0.9375 },
  { index: 0, score: 0.5 },
  { index: 3, score: 0.1 },
  { index: 1, score: 1e-5 },
];

interface Rerank {
  readonly id: unknown;
  readonly results: readonly {
    readonly index: number;
    readonly relevance_score: number;
    readonly document?: unknown;
  }[];
  readonly meta: unknown;
}

const readRerank = async (reply: Response): Promise<Rerank> => {
  const text = await reply.text();
  expect([reply.status, text]).toEqual([200, text]);
  return JSON.parse(text) as Rerank;
};

const told = (ranking: readonly Ranked[]) => ranking.map(({ index, score }) => ({ index, relevance_score: score }));

test("every kit of reranking knows any documents", () => {
  expect(RERANKS.filter(([, { kit }]) => kit.rerank === undefined).map(([name]) => name)).toEqual([]);
  expect(RERANKS.length).toBeGreaterThan(0);
});

describe.each(RERANKS)("%s", (_name, played: Played) => {
  const { kit } = played;
  const rules = kit.rerank as RerankRules;

  /** What the vendor answers: its ranking of as many documents as it is asked for, unless it refuses the request. */
  const answer = (request: RecordedRequest): ScriptedReply => {
    const topN = rules.topNOf?.(objectOf(request.json));
    const count = rules.documentsOf(objectOf(request.json)).length;
    const known = RANKING.filter(({ index }) => index < count);
    return kit.check(request) ?? rules.reply(known.slice(0, typeof topN === "number" ? topN : count));
  };
  const ask = (body: object, reply: (request: RecordedRequest) => ScriptedReply = answer): Promise<Response> => {
    gateway.upstream.next(reply);
    return gateway.post(played, body);
  };
  const sentBody = () => objectOf(gateway.upstream.last().json);

  test("the vendor's order, in Cohere's shape, without documents that nobody asked for", async () => {
    const body = await readRerank(await ask({ query: QUERY, documents: TEXTS }));
    expect(body.results).toEqual(told(RANKING));
    expect([typeof body.id, typeof body.meta]).toEqual(["string", "object"]);
    expect(rules.documentsOf(sentBody())).toEqual(TEXTS);
    expect(Buffer.from(gateway.upstream.last().body).toString()).toContain(JSON.stringify(QUERY));
    expect(gateway.upstream.requests).toHaveLength(1);
  });

  test.each(["/rerank", "/v1/rerank", "/v2/rerank"])("at %s", async (path) => {
    gateway.upstream.next(answer);
    const request = { model: played.model, query: QUERY, documents: TEXTS };
    const reply = await fetch(gateway.url + path, { method: "POST", body: JSON.stringify(request) });
    expect((await readRerank(reply)).results).toEqual(told(RANKING));
  });

  test("no more results than were asked for", async () => {
    for (const topN of [1, 2, 4, 9]) {
      const body = await readRerank(await ask({ query: QUERY, documents: TEXTS, top_n: topN }));
      expect(body.results).toEqual(told(RANKING.slice(0, topN)));
      if (rules.topNOf !== undefined) expect(rules.topNOf(sentBody())).toBe(topN);
    }
    const all = await readRerank(await ask({ query: QUERY, documents: TEXTS, top_n: null }));
    expect(all.results).toHaveLength(TEXTS.length);
  });

  test.each([0, -1, 1.5, "2", true, {}])("a top_n of %j is the caller's fault", async (topN) => {
    const reply = await ask({ query: QUERY, documents: TEXTS, top_n: topN });
    expect([reply.status, (await readError(reply)).message]).toEqual([400, expect.stringContaining("top_n")]);
    expect(gateway.upstream.requests).toHaveLength(0);
  });

  test("documents come back when they are asked for, texts as objects", async () => {
    const wanted = RANKING.map(({ index }) => ({ text: TEXTS[index] }));
    const body = await readRerank(await ask({ query: QUERY, documents: TEXTS, return_documents: true }));
    expect(body.results.map(({ document }) => document)).toEqual(wanted);
    const none = await readRerank(await ask({ query: QUERY, documents: TEXTS, return_documents: false }));
    expect(none.results.every((result) => result.document === undefined)).toBe(true);
  });

  test("documents may be objects: their text is ranked, and they come back whole", async () => {
    const documents = TEXTS.map((text, id) => ({ text, id }));
    const body = await readRerank(await ask({ query: QUERY, documents, return_documents: true }));
    expect(body.results).toEqual(
      told(RANKING).map((result) => ({ ...result, document: documents[result.index] ?? null })),
    );
    expect(rules.documentsOf(sentBody())).toEqual(rules.takesObjects === true ? documents : TEXTS);
  });

  test("the fields to rank by are what the vendor ranks", async () => {
    const documents = TEXTS.map((Title, index) => ({ Title, Content: `text: ${index}`, secret: "not ranked" }));
    const asked = { query: QUERY, documents, rank_fields: ["Title", "Content"], return_documents: true };
    const body = await readRerank(await ask(asked));
    expect(body.results.map(({ index, document }) => [index, document])).toEqual(
      RANKING.map(({ index }) => [index, documents[index]]),
    );
    const sent = rules.documentsOf(sentBody());
    if (typeof sent[0] === "string") {
      expect(sent[1]).toBe('Title: caf\u00e9\nContent: "text: 1"');
      expect(JSON.stringify(sentBody())).not.toContain("secret");
    } else {
      expect([sent, sentBody()["rank_fields"]]).toEqual([documents, ["Title", "Content"]]);
    }
  });

  test.each<[name: string, body: object]>([
    ["query", { documents: TEXTS }],
    ["query", { query: null, documents: TEXTS }],
    ["query", { query: 7, documents: TEXTS }],
    ["query", { query: ["a"], documents: TEXTS }],
    ["documents", { query: QUERY }],
    ["documents", { query: QUERY, documents: null }],
    ["documents", { query: QUERY, documents: "a" }],
    ["documents", { query: QUERY, documents: {} }],
    ["documents", { query: QUERY, documents: [] }],
    ["documents", { query: QUERY, documents: ["a", 7] }],
    ["documents", { query: QUERY, documents: ["a", null] }],
    ["documents", { query: QUERY, documents: [["a"]] }],
    ["rank_fields", { query: QUERY, documents: [{ a: "b" }], rank_fields: "a" }],
    ["rank_fields", { query: QUERY, documents: [{ a: "b" }], rank_fields: [] }],
    ["rank_fields", { query: QUERY, documents: [{ a: "b" }], rank_fields: [7] }],
  ])("a wrong %s is the caller's fault: %j", async (name, body) => {
    const reply = await ask(body);
    expect([reply.status, (await readError(reply)).message]).toEqual([400, expect.stringContaining(name)]);
    expect(gateway.upstream.requests).toHaveLength(0);
  });

  test("objects without a text need fields to rank by, unless the vendor finds them itself", async () => {
    const reply = await ask({ query: QUERY, documents: [{ Title: "a" }] });
    if (rules.takesObjects === true) {
      await readRerank(reply);
    } else {
      expect([reply.status, (await readError(reply)).message]).toEqual([400, expect.stringContaining("documents[0]")]);
    }
  });

  test("what the vendor has no place for is refused, or dropped with a word", async () => {
    const asked = { query: QUERY, documents: TEXTS, max_chunks_per_doc: 3 };
    const refused = await ask(asked);
    expect([refused.status, (await readError(refused)).message]).toEqual([
      400,
      expect.stringMatching(/^litellm\.UnsupportedParamsError: .*max_chunks_per_doc/),
    ]);
    gateway.upstream.reset();
    const dropped = await ask({ ...asked, drop_params: true });
    expect(dropped.headers.get("x-portolan-dropped")).toContain("max_chunks_per_doc");
    await readRerank(dropped);
  });

  test.each([400, 401, 403, 404, 429, 500, 503])("a failure of status %d is one of its class", async (status) => {
    const reply = await ask({ query: QUERY, documents: TEXTS }, () => kit.error(status, "the vendor's words"));
    const { message } = await readError(reply);
    expect(message).toContain("the vendor's words");
    expect(message).toMatch(/^litellm\.\w+: /);
    expect(status >= 500 ? [500, 503] : [status]).toContain(reply.status);
  });

  test.each([
    "<html>",
    "",
    "null",
    "7",
    '"text"',
    "{}",
    "[null]",
    "[[]]",
    '[{"index":0}]',
    '{"results":7,"data":7,"rankings":7}',
    '{"results":[null],"data":[null],"rankings":[null]}',
    '{"results":[{}],"data":[{}],"rankings":[{}]}',
    `{"results":${"[".repeat(2000)}`,
  ])("a reply of %p is the vendor's fault", async (body) => {
    const reply = await ask({ query: QUERY, documents: TEXTS }, () => ({ body }));
    expect([reply.status, (await readError(reply)).message]).toEqual([500, expect.any(String)]);
  });

  test("a ranking of what was not sent, or of anything twice, is the vendor's fault", async () => {
    const rankings: readonly (readonly Ranked[])[] = [
      [{ index: 4, score: 1 }],
      [{ index: -1, score: 1 }],
      [{ index: 0.5, score: 1 }],
      [RANKING[0] as Ranked, RANKING[0] as Ranked],
    ];
    for (const ranking of rankings) {
      const reply = await ask({ query: QUERY, documents: TEXTS }, () => rules.reply(ranking));
      expect([ranking, reply.status]).toEqual([ranking, 500]);
      await reply.text();
    }
  });

  test("a client that leaves ends the vendor's call", async () => {
    const leaving = new AbortController();
    gateway.upstream.next({ body: " ".repeat(64), ending: "stall" });
    const gone = gateway
      .post(played, { query: QUERY, documents: TEXTS }, { signal: leaving.signal })
      .then((reply) => reply.text());
    const request = await gateway.upstream.request(0);
    leaving.abort();
    await gone.catch(() => undefined);
    await request.aborted;
  });
});
