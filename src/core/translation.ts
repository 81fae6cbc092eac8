import type { Dialect } from "./operation.ts";

/** A parsed JSON object whose fields nobody has checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * What becomes of a standard parameter in another dialect: `forwarded` under its own name, `mapped` to another name or
 * shape, `emulated` by other means of the vendor or by the gateway itself. One that is none of these is refused (or
 * dropped, with `drop_params`).
 */
export type FieldFate = "forwarded" | "mapped" | "emulated";

/**
 * What a translation could not carry (the translation ledger). Both calls name a path of the caller's body, such as
 * `messages[2].content[1].input_audio`.
 */
export interface Ledger {
  /** Something without which the answer is as good; it is left out and named in `x-portolan-dropped`. */
  drop(path: string): void;
  /**
   * Something that changes the answer: refused with LiteLLM's 400 unless `drop_params` is on; then it is left out and
   * named. `why` completes "<provider> does not support ...".
   * @throws GatewayError `unsupported-params`
   */
  refuse(path: string, why: string): void;
}

/** A file that the gateway fetched for a vendor that takes no URLs. */
export interface Media {
  /** `image/png`, without parameters. */
  readonly type: string;
  readonly base64: string;
}

/** What a request translator may know beside the body. */
export interface RequestContext {
  /** The vendor's name for the model, without the provider prefix. */
  readonly model: string;
  readonly isStream: boolean;
  readonly ledger: Ledger;
  /** The files of {@link Translator.mediaUrls}, fetched; data URLs are not among them. */
  readonly media: ReadonlyMap<string, Media>;
  /** What the provider's route says of its variant of the dialect ({@link Translator} documents the keys). */
  readonly options: JsonObject;
}

/** What a reply translator may know beside the reply. */
export interface ReplyContext {
  /** The vendor's name for the model, without the provider prefix. */
  readonly model: string;
  /** The caller's body, as it was handed to {@link Translator.request}. */
  readonly request: JsonObject;
  /** Seconds since the epoch, for replies that tell no time. */
  readonly created: number;
  /** An id for replies that bring none (`chatcmpl-<uuid>`). */
  readonly id: string;
  /** A header of the vendor's reply, by its lower-case name; where one call was several, all of theirs in order, joined by commas. */
  readonly header: (name: string) => string | undefined;
  readonly options: JsonObject;
}

/** One event of a vendor's stream. */
export interface StreamEvent {
  /** Name of the event (`event:` of SSE, `:event-type` of AWS event streams); empty when it has none. */
  readonly event: string;
  /** The event's data as text; JSON as a rule, not parsed yet. */
  readonly data: string;
}

/** A failure that a vendor told within a stream. */
export interface StreamFailure {
  /** HTTP status that the vendor gives the failure elsewhere, or the nearest one. */
  readonly status: number;
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
}

/** Where a stream translator's output goes, in order. */
export interface ChunkSink {
  /** A chunk of the caller's dialect; not changed afterwards by either side. */
  chunk(chunk: JsonObject): void;
  /** The vendor failed; nothing follows. */
  fail(failure: StreamFailure): void;
}

/** Translates one stream: a small state machine, made afresh for each reply. */
export interface StreamTranslator {
  /** Takes the vendor's next event. @throws SyntaxError on data that is no JSON. */
  event(event: StreamEvent, sink: ChunkSink): void;
  /**
   * The vendor's stream is over: emits what the caller's dialect is still owed, usage apart.
   * @returns whether the vendor had said all that it says at the end of a complete stream
   */
  end(sink: ChunkSink): boolean;
  /**
   * Usage told so far; sent to callers who asked for it, and metered. Without `completion_tokens` for as long as the vendor has
   * counted the prompt alone.
   */
  readonly usage: JsonObject | undefined;
}

/**
 * How a vendor frames its stream. `aws-payload-lines`: an AWS event stream whose parts, put together, are lines of JSON or
 * server-sent events.
 */
export type StreamFraming = "sse" | "aws-event-stream" | "aws-payload-lines" | "json-lines";

/**
 * Callers speak `from`, the vendor speaks `to`. Pure: no I/O, no clock, no globals; whatever the caller sends, nothing is thrown
 * but `GatewayError`s that say what is wrong. Unknown fields of the caller are the vendor's own parameters and pass.
 */
export interface Translator {
  readonly from: Dialect;
  readonly to: Dialect;
  /** Standard parameters of `from` and what becomes of each. */
  readonly fields: Readonly<Record<string, FieldFate>>;
  /**
   * The vendor's body. A list of bodies means as many calls; {@link response} then gets the list of their replies.
   * @throws GatewayError `invalid-request` or `unsupported-params`
   */
  readonly request: (body: JsonObject, context: RequestContext) => JsonObject | readonly JsonObject[];
  /** The caller's body of the vendor's whole reply. @throws GatewayError `upstream-malformed` */
  readonly response: (reply: unknown, context: ReplyContext) => JsonObject;
  /** Absent: the dialect has no streams. */
  readonly stream?: (context: ReplyContext) => StreamTranslator;
  /** How the vendor frames streams; `sse` when absent. */
  readonly framing?: StreamFraming;
  /** URLs in the body that the vendor would not fetch itself. Absent: it takes URLs, or no files at all. */
  readonly mediaUrls?: (body: JsonObject, options: JsonObject) => readonly string[];
  /**
   * Headers that a call needs beside the provider's own, by lower-case name: the beta features that its body uses.
   * @throws GatewayError `invalid-request`
   */
  readonly headers?: (body: JsonObject, options: JsonObject) => Readonly<Record<string, string>>;
}
