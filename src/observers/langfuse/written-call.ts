import type { ArenaPiece, ByteSpan } from "../../wire/byte-arena.ts";

/** JSON text in pieces that stand one behind the other; bytes are in UTF-8. */
export type JsonParts = readonly (string | ByteSpan)[];

/** A call as it goes out: JSON in UTF-8, without what stands around a batch. */
export interface WrittenCall {
  readonly piece: ArenaPiece;
  /** Counted in this process; the endpoint makes its events' ids of it, by which the server answers. */
  readonly number: number;
}
