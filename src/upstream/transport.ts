import type { HeaderBlock } from "../wire/header-block.ts";
import type { EgressPolicy } from "./egress-policy.ts";
import type { Origin } from "./origin.ts";

/** How long each phase of an exchange may take, in milliseconds. `Infinity` switches one off. */
export interface TimeLimits {
  /** Name look-up, TCP and TLS. */
  readonly connectMs: number;
  /** From the sent request to the first byte of the reply. */
  readonly firstByteMs: number;
  /** Between two pieces of the reply's body; stops while the reader holds the flow. */
  readonly gapMs: number;
  /** The whole exchange. */
  readonly totalMs: number;
}

/** One HTTP/1.1 request, ready to be written. */
export interface UpstreamRequest {
  readonly origin: Origin;
  /**
   * Request line and header lines in latin-1, each ended by CRLF; without `content-length` and without the final blank line.
   * Requests of one route share it.
   */
  readonly head: Uint8Array;
  /** Header lines of this request alone, in latin-1. */
  readonly ownLines: string;
  /** Pieces of the body in order; kept until a reply byte arrives, as a stale connection may need them twice. */
  readonly body: readonly Uint8Array[];
  readonly limits: TimeLimits;
  /**
   * Present when a caller chose the host: the egress guard then decides whether and where to connect. Absent for hosts
   * that the server's admin configured.
   */
  readonly egress?: EgressPolicy;
}

/** The lines of a request's head as text. */
export const headText = ({ head, ownLines }: Pick<UpstreamRequest, "head" | "ownLines">): string =>
  Buffer.from(head).toString("latin1") + ownLines;

/** Receives a reply's body. Exactly one of `end` and `fail` is called, last. */
export interface BodySink {
  /** A piece of the body; the sink may keep it. */
  chunk(bytes: Uint8Array): void;
  /**
   * A piece that came as one chunk of the chunked coding, as it came: the piece itself stands from `start` to before `end`. The
   * sink may keep it. Absent where only the pieces are of use: they come by `chunk` then.
   */
  framedChunk?(bytes: Buffer, start: number, end: number): void;
  end(): void;
  /** The body broke off. The error is a `GatewayError`. */
  fail(error: Error): void;
}

/** A reply whose head has arrived. Its body is read once: whole or as a flow. */
export interface UpstreamReply {
  readonly status: number;
  readonly headers: HeaderBlock;
  /** The value of a header, by its lower-case name. */
  header(name: string): string | undefined;
  /**
   * The whole body.
   * @throws GatewayError `upstream-malformed` over `limitBytes`, `upstream-unreachable` or `upstream-timeout` when it breaks off.
   */
  readBody(limitBytes: number): Promise<Uint8Array> | Uint8Array;
  /** Sends the body to a sink as it arrives. */
  streamTo(sink: BodySink): void;
  /** Stops reading from the vendor until `resume`; the vendor feels it through TCP. */
  pause(): void;
  resume(): void;
}

/** One request on its way. */
export interface Exchange {
  /**
   * Settles once: the reply's head, or a `GatewayError` (`upstream-unreachable`, `upstream-timeout`,
   * `upstream-malformed`, `client-closed`; `invalid-request` from the egress guard).
   */
  readonly reply: Promise<UpstreamReply>;
  /** Gives up at once and closes the connection, unless the reply has been read to its end. */
  abort(): void;
}

/** Sends requests to vendors. The one way out of the process. */
export interface Transport {
  open(request: UpstreamRequest): Exchange;
  /** Closes idle connections and refuses new exchanges. */
  close(): void;
}
