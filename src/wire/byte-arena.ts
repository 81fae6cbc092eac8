import type { ByteWriter } from "./byte-writer.ts";

/** A range of bytes, named instead of viewed: a view of a small buffer costs more than its copy. */
export interface ByteSpan {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A stretch of bytes within an arena's block; good until it is freed. */
export interface ArenaPiece {
  readonly block: ArenaBlock;
  readonly start: number;
  readonly end: number;
}

/** A buffer of an arena and how many pieces in it are in use. */
export interface ArenaBlock {
  readonly bytes: Buffer;
  used: number;
  pieceCount: number;
}

/** Size of a block; a piece that is longer has one for itself. */
const BLOCK_BYTES = 256 * 1024;
/** Empty blocks that are kept to be used again. */
const MAX_SPARE_BLOCKS = 4;
/**
 * Many small messages that wait for some time, in a few large buffers that are used again: as strings or buffers of their
 * own the collector would move each to its old generation, which costs more than making it.
 */
export class ByteArena {
  #current: ArenaBlock = openBlock(0);
  #spare: ArenaBlock[] = [];

  /** Takes what has been written; the writer is empty then. The piece is to be {@link free}d once. */
  take(written: ByteWriter): ArenaPiece {
    const block = this.#blockFor(written.length);
    const start = block.used;
    block.used = written.moveTo(block.bytes, start);
    block.pieceCount++;
    return { block, start, end: block.used };
  }

  /** Gives a piece's place back. */
  free({ block }: ArenaPiece): void {
    block.pieceCount--;
    if (block.pieceCount === 0) {
      block.used = 0;
      if (block !== this.#current) {
        this.#keep(block);
      }
    }
  }

  #blockFor(size: number): ArenaBlock {
    if (this.#current.bytes.length - this.#current.used < size) {
      const full = this.#current;
      this.#current = size > BLOCK_BYTES ? openBlock(size) : (this.#spare.pop() ?? openBlock(BLOCK_BYTES));
      if (full.pieceCount === 0) {
        this.#keep(full);
      }
    }
    return this.#current;
  }

  #keep(block: ArenaBlock): void {
    if (block.bytes.length === BLOCK_BYTES && this.#spare.length < MAX_SPARE_BLOCKS) {
      this.#spare.push(block);
    }
  }
}

const openBlock = (size: number): ArenaBlock => ({ bytes: Buffer.allocUnsafeSlow(size), used: 0, pieceCount: 0 });

/**
 * The bytes of pieces one after the other, without their first `skip` bytes, as views of the stretches of memory in which one piece follows
 * the other: pieces that were taken in this order are a few large ones.
 */
export function stretchesOf(pieces: readonly ArenaPiece[], skip: number): readonly Buffer[] {
  const stretches: Buffer[] = [];
  let [first] = pieces;
  if (first === undefined) {
    return stretches;
  }
  let start = first.start + skip;
  let end = first.end;
  for (let index = 1; index < pieces.length; index++) {
    const piece = pieces[index] as ArenaPiece;
    if (piece.block !== first.block || piece.start !== end) {
      stretches.push(first.block.bytes.subarray(start, end));
      first = piece;
      start = piece.start;
    }
    end = piece.end;
  }
  stretches.push(first.block.bytes.subarray(start, end));
  return stretches;
}
