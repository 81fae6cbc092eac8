import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deepFreeze } from "../../src/config/deep-freeze.ts";
import { GatewayError } from "../../src/core/errors.ts";
import {
  CALLER_DIALECT,
  type CallerDialect,
  type Dialect,
  OPERATIONS,
  type Operation,
} from "../../src/core/operation.ts";
import type { JsonObject, Media, RequestContext, Translator } from "../../src/core/translation.ts";
import { toEventReader } from "../../src/http/stream-framing.ts";
import { PROVIDERS } from "../../src/providers/all.ts";
import type { Provider, Route } from "../../src/providers/provider.ts";
import { TRANSLATORS } from "../../src/translators/all.ts";
import { findTranslator } from "../../src/translators/find-translator.ts";
import {
  type RandomBody,
  randomChatRequest,
  randomCompletionRequest,
  randomEmbeddingRequest,
  randomReply,
  randomRerankRequest,
  spoil,
  spoilBody,
} from "../support/random-chat.ts";
import { pick, type Random, seededRandom } from "../support/random-json.ts";
import { cutsOf, replyContext } from "../support/translator-streams.ts";
import { FIXTURES } from "./provider-fixtures.ts";

/** Requests, replies and streams that each translator gets in each of its variants. */
const ROUNDS = 250;

type Make = (random: Random, model: string) => RandomBody;

const MAKERS: Readonly<Partial<Record<Dialect, Make>>> = {
  "openai-chat": randomChatRequest,
  "openai-completion": randomCompletionRequest,
  "openai-embedding": randomEmbeddingRequest,
  "cohere-rerank": randomRerankRequest,
};

/** Names that translators may look at, of vendors and families. */
const MODELS = [
  "some-model",
  "claude-sonnet-4-5",
  "claude-3-haiku-20240307",
  "claude-opus-4-6",
  "anthropic.claude-3-5-sonnet-20241022-v2:0",
  "us.amazon.nova-pro-v1:0",
  "meta.llama3-70b-instruct-v1:0",
  "amazon.titan-embed-text-v1",
  "amazon.titan-embed-text-v2:0",
  "amazon.titan-embed-image-v1",
  "cohere.embed-english-v3",
  "cohere.embed-v4:0",
  "gemini-2.5-pro",
  "gemini-3-pro-preview",
  "gemini-embedding-001",
  "text-embedding-005",
  "multimodalembedding@001",
  "command-a-03-2025",
  "cohere.command-r-plus",
  "meta/llama-3-8b",
  "constructor",
];

/** Routes of an operation: the provider's own, and those that single models have. */
const routesOf = (provider: Provider, operation: Operation): readonly Route[] => {
  const { routeOf } = provider as Provider & { readonly routeOf?: (of: Operation, model: string) => Route | undefined };
  const own = MODELS.flatMap((model) => {
    try {
      return routeOf?.(operation, model) ?? [];
    } catch {
      return []; // A name that is not the provider's.
    }
  });
  return [...(provider.routes[operation] === undefined ? [] : [provider.routes[operation]]), ...own];
};

interface Variant {
  readonly translator: Translator;
  readonly options: JsonObject;
  /** Providers whose route it is. */
  readonly providers: readonly string[];
}

/** Every translator, bare and as each route sets it up; those put together of two as well. */
const VARIANTS: readonly (readonly [string, Variant])[] = (() => {
  const found = new Map<string, { translator: Translator; options: JsonObject; providers: string[] }>();
  const add = (translator: Translator | undefined, options: JsonObject, provider?: string): void => {
    if (translator === undefined) return;
    const key = `${translator.from} to ${translator.to} ${JSON.stringify(options)}`;
    const known = found.get(key) ?? { translator, options, providers: [] };
    found.set(key, known);
    if (provider !== undefined) known.providers.push(provider);
  };
  for (const { load } of TRANSLATORS) add(load(), {});
  for (const provider of PROVIDERS) {
    for (const operation of OPERATIONS) {
      const from: CallerDialect = CALLER_DIALECT[operation];
      for (const { dialect, options = {} } of routesOf(provider, operation)) {
        if (dialect !== from) add(findTranslator(from, dialect), options, provider.name);
        if (operation === "chat") add(findTranslator("openai-completion", dialect), options);
      }
    }
  }
  return [...found].sort(([left], [right]) => left.localeCompare(right));
})();

/** Where a value holds what JSON cannot say; `undefined` when nowhere. A field that is `undefined` is simply left out. */
const findUnwritable = (value: unknown, path = "$"): string | undefined => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  if (Array.isArray(value)) {
    return value.map((item, index) => findUnwritable(item, `${path}[${index}]`)).find((found) => found !== undefined);
  }
  if (typeof value !== "object") return `${path} is ${typeof value}`;
  if (Object.getPrototypeOf(value) !== Object.prototype) return `${path} is no plain object`;
  return Object.entries(value)
    .map(([name, item]) => (item === undefined ? undefined : findUnwritable(item, `${path}.${name}`)))
    .find((found) => found !== undefined);
};

const isAllowed = (error: unknown): boolean =>
  error instanceof GatewayError && (error.kind === "invalid-request" || error.kind === "unsupported-params");

const toLedger = (refuses: boolean): RequestContext["ledger"] & { readonly paths: string[] } => {
  const paths: string[] = [];
  return {
    paths,
    drop: (path) => void paths.push(path),
    refuse: (path, why) => {
      paths.push(path);
      if (why === "") throw new Error("refused without a reason");
      if (refuses) throw new GatewayError("unsupported-params", `not supported: ${why}`, { param: path });
    },
  };
};

const TYPES = ["image/png", "application/pdf", "", "text/html", "image/svg+xml"];

/** One request through a translator; throws with the body when a rule is broken. */
const tryRequest = (random: Random, { translator, options }: Variant, parsed: RandomBody): "made" | "refused" => {
  const text = JSON.stringify(parsed);
  const body = deepFreeze(JSON.parse(text) as RandomBody);
  const ledger = toLedger(random() < 0.3);
  let made: unknown;
  try {
    const urls = translator.mediaUrls?.(body, options) ?? [];
    const media = new Map(urls.map((url): [string, Media] => [url, { type: pick(random, TYPES), base64: "AAAA" }]));
    const model = String(body["model"]);
    const context = { model, isStream: body["stream"] === true, ledger, media, options };
    made = translator.request(body, context);
    const { headers } = translator as Translator & {
      readonly headers?: (of: JsonObject, options: JsonObject) => unknown;
    };
    headers?.(body, options);
    expect(JSON.stringify(translator.request(body, context))).toBe(JSON.stringify(made));
  } catch (error) {
    if (isAllowed(error)) return "refused";
    throw new Error(`${String(error)} of ${text}`, { cause: error });
  }
  const bodies: readonly unknown[] = Array.isArray(made) ? made : [made];
  const unwritable = bodies.map((vendorBody) => findUnwritable(vendorBody)).find((found) => found !== undefined);
  if (unwritable !== undefined) throw new Error(`${unwritable} of ${text}`);
  if (bodies.length === 0) throw new Error(`no body at all of ${text}`);
  if (ledger.paths.some((path) => typeof path !== "string" || path === "")) throw new Error(`an empty path of ${text}`);
  return "made";
};

/** A request that the translator takes: replies come to such only. */
const toTaken = (random: Random, { translator, options }: Variant, make: Make): RandomBody => {
  for (let attempt = 0; attempt < 200; attempt++) {
    const body = make(random, "some-model");
    try {
      const context = { model: "some-model", isStream: false, ledger: toLedger(false), media: new Map(), options };
      translator.request(body, context);
      return body;
    } catch {} // Refused; the next one may be better.
  }
  throw new Error("none of 200 valid requests is taken");
};

/** Whole replies of a dialect's vendors, from the fixtures. */
const repliesOf = ({ providers }: Variant, file: string): readonly string[] =>
  providers.flatMap((provider) => {
    try {
      const folders = readdirSync(join(FIXTURES, provider));
      return folders.flatMap((folder) => {
        try {
          return [readFileSync(join(FIXTURES, provider, folder, file), "utf8")];
        } catch {
          return [];
        }
      });
    } catch {
      return [];
    }
  });

/** Whether a stream is text, which can be made here; frames of bytes have tests of their own. */
const isText = ({ framing = "sse" }: Translator): boolean => framing === "sse" || framing === "json-lines";

const toEvents = (streams: readonly string[], { translator }: Variant): readonly { event: string; data: string }[] => {
  const events: { event: string; data: string }[] = [];
  if (!isText(translator)) return events;
  for (const stream of streams) {
    const reader = toEventReader(translator.framing ?? "sse", (event) => void events.push(event));
    reader.push(Buffer.from(stream));
    reader.end();
  }
  return events;
};

const toBytes = (events: readonly { event: string; data: string }[], framing: Translator["framing"]): Uint8Array =>
  Buffer.from(
    events
      .map(({ event, data }) =>
        framing === "json-lines" ? `${data}\n` : `${event === "" ? "" : `event: ${event}\n`}data: ${data}\n\n`,
      )
      .join(""),
  );

/** What came of a stream, as text: chunks, usage, failure and whether the vendor's end was seen; or what was thrown. */
const outcomeOf = (
  { translator, options }: Variant,
  request: JsonObject,
  feed: (onEvent: (event: { event: string; data: string }) => void) => void,
): string => {
  const stream = translator.stream?.(replyContext({ request, options }));
  if (stream === undefined) return "";
  const told: unknown[] = [];
  let hasFailed = false;
  const sink = {
    chunk: (chunk: JsonObject): void => {
      const unwritable = findUnwritable(chunk);
      if (unwritable !== undefined) throw new Error(`unwritable chunk: ${unwritable}`);
      told.push(structuredClone(chunk));
    },
    fail: (failure: object): void => {
      hasFailed = true;
      told.push(failure);
    },
  };
  try {
    feed((event) => hasFailed || stream.event(event, sink));
    if (!hasFailed) told.push(stream.end(sink), stream.usage ?? null);
  } catch (error) {
    if (String(error).includes("unwritable chunk")) throw error;
    told.push("thrown");
  }
  return JSON.stringify(told);
};

test("every translator is for the pair of dialects that its file's name tells", () => {
  expect(TRANSLATORS.map(({ load }) => `${load().from} to ${load().to}`)).toEqual(
    TRANSLATORS.map(({ from, to }) => `${from} to ${to}`),
  );
});

test("there are translators, and every pair of dialects that a route needs has one", () => {
  expect(TRANSLATORS.length).toBeGreaterThan(0);
  for (const provider of PROVIDERS) {
    for (const operation of OPERATIONS) {
      const from = CALLER_DIALECT[operation];
      for (const { dialect } of routesOf(provider, operation)) {
        const found = dialect === from ? dialect : findTranslator(from, dialect)?.to;
        expect([provider.name, found]).toEqual([provider.name, dialect]);
      }
    }
  }
});

describe.each(VARIANTS)("%s", (_name, variant) => {
  const { translator } = variant;
  const make = MAKERS[translator.from];
  if (make === undefined) return;

  test("valid requests are translated, or refused in words", () => {
    const random = seededRandom(1);
    let madeCount = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const model = pick(random, MODELS);
      if (tryRequest(random, variant, make(random, model)) === "made") madeCount++;
    }
    expect(madeCount).toBeGreaterThan(ROUNDS / 50);
  });

  test("half-valid requests too", () => {
    const random = seededRandom(2);
    for (let round = 0; round < ROUNDS; round++) {
      const body = make(random, pick(random, MODELS));
      tryRequest(random, variant, spoilBody(random, body, pick(random, [0.02, 0.1, 0.4])));
    }
  });

  test("replies of any shape become bodies or failures", () => {
    const random = seededRandom(3);
    const known = repliesOf(variant, "upstream-response.json").map((text): unknown => JSON.parse(text));
    for (let round = 0; round < ROUNDS; round++) {
      const reply =
        known.length > 0 && random() < 0.7
          ? spoil(random, pick(random, known), pick(random, [0.02, 0.1]))
          : randomReply(random);
      const request = toTaken(random, variant, make);
      let body: unknown;
      try {
        body = translator.response(reply, replyContext({ request, options: variant.options }));
      } catch {
        continue;
      }
      expect([findUnwritable(body), JSON.stringify(reply).slice(0, 500)]).toEqual([
        undefined,
        JSON.stringify(reply).slice(0, 500),
      ]);
    }
  });

  test.skipIf(translator.stream === undefined)("streams of any shape end, the same however they are cut", () => {
    const random = seededRandom(4);
    const known = toEvents(repliesOf(variant, "upstream-response.sse"), variant);
    const names = ["", ...new Set(known.map(({ event }) => event)), "error", "messageStop", "contentBlockDelta"];
    for (let round = 0; round < ROUNDS / 5; round++) {
      const events = Array.from({ length: 1 + Math.floor(random() * 8) }, () => toRandomEvent(random, known, names));
      const request = toTaken(random, variant, make);
      const direct = outcomeOf(variant, request, (onEvent) => events.forEach(onEvent));
      if (!isText(translator)) continue;
      for (const pieces of cutsOf(toBytes(events, translator.framing), 3)) {
        const cut = outcomeOf(variant, request, (onEvent) => {
          const reader = toEventReader(translator.framing ?? "sse", onEvent);
          for (const piece of pieces) reader.push(piece);
          reader.end();
        });
        expect(cut).toBe(direct);
      }
    }
  });
});

/** An event of a fixture, spoiled now and then; or one of no vendor in particular. */
const toRandomEvent = (
  random: Random,
  known: readonly { event: string; data: string }[],
  names: readonly string[],
): { event: string; data: string } => {
  if (known.length > 0 && random() < 0.6) {
    const { event, data } = pick(random, known);
    try {
      return { event, data: JSON.stringify(spoil(random, JSON.parse(data), pick(random, [0, 0.05, 0.2]))) };
    } catch {
      return { event, data };
    }
  }
  const data = random() < 0.05 ? pick(random, ["[DONE]", "no json", "{"]) : JSON.stringify(randomReply(random));
  return { event: pick(random, names), data };
};
