import type { ArenaPiece } from "../../wire/byte-arena.ts";

/** A call as it goes out: a comma and JSON in UTF-8, without what stands around a batch. */
export interface WrittenCall {
  readonly piece: ArenaPiece;
  /** Counted in this process; the endpoint makes its events' ids of it, by which the server answers. */
  readonly number: number;
}
