import type { Operation } from "../../../src/core/operation.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";

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
}

/** Names a kit; the type check is the whole of it. */
export const defineKit = (kit: VendorKit): VendorKit => kit;
