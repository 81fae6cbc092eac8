import type { Operation } from "../../../src/core/operation.ts";
import type { JsonObject } from "../../../src/core/translation.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";

/** How a vendor of embeddings is asked, and how it answers any number of texts. */
export interface EmbeddingRules {
  /** Texts of a request's body, in their order. */
  readonly textsOf: (body: JsonObject) => readonly unknown[];
  /** Vectors in the vendor's words; `tokens` are those of all texts of the request together. */
  readonly reply: (vectors: readonly unknown[], tokens: number) => ScriptedReply;
  /** Most texts of one call: more are several calls. Absent: all texts are one call. */
  readonly textsPerCall?: number;
  /** Where a body says `dimensions`. Absent: the vendor has none, so that they are refused. */
  readonly dimensionsOf?: (body: JsonObject) => unknown;
}

/** One document of a ranking: its place in the request, and its score. */
export interface Ranked {
  readonly index: number;
  readonly score: number;
}

/** How a vendor of reranking is asked, and how it answers any documents. */
export interface RerankRules {
  /** Documents of a request's body, in their order. */
  readonly documentsOf: (body: JsonObject) => readonly unknown[];
  /** How many results a body asks for. Absent: the vendor always ranks all. */
  readonly topNOf?: (body: JsonObject) => unknown;
  /** A ranking in the vendor's words, best first. */
  readonly reply: (ranking: readonly Ranked[]) => ScriptedReply;
  /** The vendor takes objects as they are; else it gets their texts. */
  readonly takesObjects?: true;
}

/**
 * How a vendor of another dialect is played in the conformance suite: what it refuses, and what it answers to each
 * scenario. Every reply says the same thing in the vendor's own words: the text `café`, with 11 tokens of prompt and 7 of
 * answer; the tool scenario calls `look` with `{"at":"sea"}` instead.
 */
export interface VendorKit {
  /** Provider names that the kit plays, as their files spell them. */
  readonly providers: readonly string[];
  readonly operation: Operation;
  /** The model of the calls, where the provider minds (`anthropic.claude-...`); `some-model` when absent. */
  readonly model?: string;
  /** `litellm_params` beside `model`, `api_base` and `api_key`; `api_key: null` takes the key away. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Variables of the gateway's environment; those of all kits together. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * The vendor's refusal of a request that it would not take: missing or unknown fields, wrong order of roles, a bad
   * signature, ... with its real status and words; `undefined` when the request is sound.
   */
  readonly check: (request: RecordedRequest) => ScriptedReply | undefined;
  readonly simple: ScriptedReply;
  /** Absent where the vendor has no streams (the gateway then makes one of a whole reply). */
  readonly stream?: ScriptedReply & { readonly chunks: readonly (string | Uint8Array)[] };
  readonly tool?: ScriptedReply;
  readonly toolStream?: ScriptedReply & { readonly chunks: readonly (string | Uint8Array)[] };
  /** A failure in the vendor's shape, with these words. */
  readonly error: (status: number, message: string) => ScriptedReply;
  /** A stream that says some text and then tells a failure with the word `overloaded` in it. */
  readonly failingStream?: ScriptedReply & { readonly chunks: readonly (string | Uint8Array)[] };
  /** The vendor's real words for a full context window and a violated content policy, with their status. */
  readonly contextWindow?: { readonly status: number; readonly message: string };
  readonly contentPolicy?: { readonly status: number; readonly message: string };
  /** The vendor tells no usage, as the reason says; then there is none. */
  readonly tellsNoUsage?: string;
  /** Chat scenarios that the vendor has no place for, each with the reason. */
  readonly skipped?: Readonly<
    Partial<Record<"tools" | "images" | "structured output" | "stream" | "unsupported parameters", string>>
  >;
  /** Every kit of embeddings has these. */
  readonly embedding?: EmbeddingRules;
  /** Every kit of reranking has these. */
  readonly rerank?: RerankRules;
}

/** Names a kit; the type check is the whole of it. */
export const defineKit = (kit: VendorKit): VendorKit => kit;
