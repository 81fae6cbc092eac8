import { describe, expect, test } from "bun:test";
import { notingLedger, seededNumbers, translateBody } from "../../tests/support/translator-requests.ts";
import { replyContext } from "../../tests/support/translator-streams.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject, Translator } from "../core/translation.ts";
import { cohereRerankToCohereRerankV2 } from "./cohere-rerank-to-cohere-rerank-v2.ts";
import { cohereRerankToJinaRerank } from "./cohere-rerank-to-jina-rerank.ts";
import { cohereRerankToNvidiaRanking } from "./cohere-rerank-to-nvidia-ranking.ts";
import { cohereRerankToTeiRerank } from "./cohere-rerank-to-tei-rerank.ts";
import { cohereRerankToVoyageRerank } from "./cohere-rerank-to-voyage-rerank.ts";
import { cohereRerankToWatsonxRerank } from "./cohere-rerank-to-watsonx-rerank.ts";

const CALL = { model: "m", query: "q", documents: ["a", { text: "b", title: "B" }], top_n: 1, return_documents: true };
const TEXTS = ["a", "b"];

interface Case {
  readonly translator: Translator;
  /** What the vendor is to get for {@link CALL} with `x_vendor: 1`. */
  readonly sent: JsonObject;
  /** The second document first, in the vendor's words. */
  readonly reply: unknown;
  readonly meta: JsonObject;
}

const USAGE = { total_tokens: 9, prompt_tokens: 8 };
const META = { billed_units: { total_tokens: 9 }, tokens: { input_tokens: 8 } };
const RESULTS = [{ index: 1, relevance_score: 0.5 }];

const CASES: readonly Case[] = [
  {
    translator: cohereRerankToCohereRerankV2,
    sent: { model: "some-model", query: "q", documents: TEXTS, top_n: 1, x_vendor: 1 },
    reply: { id: "r", results: RESULTS, meta: { billed_units: { search_units: 1 } } },
    meta: { billed_units: { search_units: 1 } },
  },
  {
    translator: cohereRerankToJinaRerank,
    sent: { model: "some-model", query: "q", documents: TEXTS, top_n: 1, x_vendor: 1 },
    reply: { model: "v", results: [{ ...RESULTS[0], document: { text: "other" } }], usage: USAGE },
    meta: META,
  },
  {
    translator: cohereRerankToVoyageRerank,
    sent: { model: "some-model", query: "q", documents: TEXTS, top_k: 1, x_vendor: 1 },
    reply: { object: "list", data: RESULTS, model: "v", usage: { total_tokens: 9 } },
    meta: { billed_units: { total_tokens: 9 }, tokens: { input_tokens: 9 } },
  },
  {
    translator: cohereRerankToTeiRerank,
    sent: { query: "q", texts: TEXTS, x_vendor: 1 },
    reply: [
      { index: 1, score: 0.5 },
      { index: 0, score: 0.1 },
    ],
    meta: {},
  },
  {
    translator: cohereRerankToNvidiaRanking,
    sent: { model: "some-model", query: { text: "q" }, passages: [{ text: "a" }, { text: "b" }], x_vendor: 1 },
    reply: {
      rankings: [
        { index: 1, logit: 0.5 },
        { index: 0, logit: -3.5 },
      ],
    },
    meta: {},
  },
  {
    translator: cohereRerankToWatsonxRerank,
    sent: {
      model_id: "some-model",
      query: "q",
      inputs: [{ text: "a" }, { text: "b" }],
      parameters: { return_options: { top_n: 1 } },
      x_vendor: 1,
    },
    reply: { results: [{ index: 1, score: 0.5 }], input_token_count: 9 },
    meta: { billed_units: { total_tokens: 9 }, tokens: { input_tokens: 9 } },
  },
];

describe.each(CASES.map((entry) => [entry.translator.to, entry] as const))(
  "%s",
  (_name, { translator, sent, reply, meta }) => {
    test("gets texts and its own parameters", () => {
      expect(translateBody(translator, { ...CALL, x_vendor: 1 })).toEqual(sent);
    });

    test("its ranking comes back in Cohere's shape, with the caller's documents if they were asked for", () => {
      const answer = translator.response(reply, replyContext({ request: CALL }));
      expect(answer).toMatchObject({
        results: [{ index: 1, relevance_score: 0.5, document: { text: "b", title: "B" } }],
        meta,
      });
      expect(String(answer["id"])).not.toContain("chatcmpl");
      const { return_documents: _asked, ...unasked } = CALL;
      expect(translator.response(reply, replyContext({ request: unasked }))["results"]).toEqual(RESULTS);
    });

    test("a ranking of nothing, or of what was not sent, is the vendor's fault", () => {
      expect(() => translator.response({}, replyContext({ request: CALL }))).toThrow(GatewayError);
      expect(() => translator.response(reply, replyContext({ request: { ...CALL, documents: ["a"] } }))).toThrow(
        expect.objectContaining({ kind: "upstream-malformed" }),
      );
    });

    test.each<[JsonObject]>([
      [{ query: 5 }],
      [{ documents: "a" }],
      [{ documents: [5] }],
      [{ documents: [{ title: "no text" }] }],
      [{ top_n: 0 }],
      [{ top_n: "1" }],
      [{ rank_fields: [] }],
      [{ rank_fields: [5] }],
    ])("%j is refused", (fields) => {
      expect(() => translateBody(translator, { ...CALL, ...fields })).toThrow(GatewayError);
    });

    test("random requests are carried or refused", () => {
      const next = seededNumbers(3);
      const junk: readonly unknown[] = [
        null,
        undefined,
        1,
        "x",
        [],
        {},
        ["a"],
        [{ text: "t" }],
        [null],
        { a: 1 },
        true,
        ["text"],
      ];
      const names = ["query", "documents", "top_n", "rank_fields", "return_documents", "max_tokens_per_doc"];
      for (let round = 0; round < 500; round++) {
        const fields = Object.fromEntries([0, 1].map(() => [names[next(names.length)], junk[next(junk.length)]]));
        try {
          translateBody(translator, { ...CALL, ...fields }, { ledger: notingLedger() });
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }
    });
  },
);

test("rank_fields choose what objects are ranked by, as YAML", () => {
  const documents = [{ title: "T: 1", text: "line\nline", n: 2 }, "plain"];
  const body = { ...CALL, documents, rank_fields: ["title", "n", "absent"] };
  expect(translateBody(cohereRerankToCohereRerankV2, body)).toMatchObject({
    documents: ['title: "T: 1"\nn: 2', "plain"],
  });
});

test("vendors that read objects, or fields, themselves are sent them", () => {
  const objects = { options: { objects: true, asksForNone: true } };
  expect(translateBody(cohereRerankToJinaRerank, { ...CALL, documents: [{ image: "u" }] }, objects)).toEqual({
    model: "some-model",
    query: "q",
    documents: [{ image: "u" }],
    top_n: 1,
    return_documents: false,
  });
  const ranked = { ...CALL, rank_fields: ["title"], documents: [{ title: "t" }] };
  expect(translateBody(cohereRerankToJinaRerank, ranked, objects)).toMatchObject({ documents: ["title: t"] });
  const both = { options: { objects: true, rankFields: true } };
  expect(translateBody(cohereRerankToJinaRerank, ranked, both)).toMatchObject({
    documents: [{ title: "t" }],
    rank_fields: ["title"],
  });
});
