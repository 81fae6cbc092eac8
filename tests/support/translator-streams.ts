import type { JsonObject, ReplyContext, StreamFailure, Translator } from "../../src/core/translation.ts";
import { toEventReader } from "../../src/http/stream-framing.ts";

/** What a stream translator made of a vendor's stream. */
export interface PlayedStream {
  readonly chunks: readonly JsonObject[];
  readonly usage: JsonObject | undefined;
  readonly failure: StreamFailure | undefined;
  readonly isComplete: boolean;
}

/** What translators know of a reply in tests. */
export const replyContext = (fields: Partial<ReplyContext> = {}): ReplyContext => ({
  model: "some-model",
  request: {},
  created: 1_764_000_000,
  id: "chatcmpl-1",
  header: () => undefined,
  options: {},
  ...fields,
});

/** Plays a vendor's stream, cut into these pieces, through a translator. */
export const playStream = (
  translator: Translator,
  pieces: readonly Uint8Array[],
  context: ReplyContext = replyContext(),
): PlayedStream => {
  const stream = translator.stream?.(context);
  if (stream === undefined) throw new Error("the translator has no streams");
  const chunks: JsonObject[] = [];
  let failure: StreamFailure | undefined;
  const sink = {
    chunk: (chunk: JsonObject): void => void chunks.push(structuredClone(chunk)),
    fail: (told: StreamFailure): void => {
      failure ??= told;
    },
  };
  const reader = toEventReader(translator.framing ?? "sse", (event) => {
    if (failure === undefined) stream.event(event, sink);
  });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  const isComplete = failure === undefined && stream.end(sink);
  return { chunks, usage: stream.usage, failure, isComplete };
};

/** Ways to cut a stream: whole, byte by byte, and at `count` seeded random places. */
export const cutsOf = (bytes: Uint8Array, count = 20): readonly (readonly Uint8Array[])[] => {
  let seed = 7;
  const next = (limit: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % limit;
  };
  const cutAt = (places: readonly number[]): readonly Uint8Array[] => {
    const bounds = [0, ...[...new Set(places)].sort((left, right) => left - right), bytes.length];
    const pieces = bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
    return pieces.filter((piece) => piece.length > 0); // An empty chunk would end a chunked body.
  };
  const random = Array.from({ length: count }, () =>
    cutAt(Array.from({ length: 1 + next(8) }, () => next(bytes.length))),
  );
  return [[bytes], Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)), ...random];
};
