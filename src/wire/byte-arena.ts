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

/** What stands around pieces and between them. */
export interface Joint {
  readonly begin: string;
  readonly separator: string;
  readonly end: string;
}

/** Most bytes that a joiner keeps for the next time. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** Joins pieces, again and again in the same memory. */
export class PieceJoiner {
  readonly #begin: Buffer;
  readonly #separator: Buffer;
  readonly #end: Buffer;
  #memory = Buffer.alloc(0);

  constructor({ begin, separator, end }: Joint) {
    this.#begin = Buffer.from(begin);
    this.#separator = Buffer.from(separator);
    this.#end = Buffer.from(end);
  }

  /** The pieces one behind the other, with what stands around them; good until the next call. */
  join(pieces: readonly ArenaPiece[]): Buffer {
    let size = this.#begin.length + this.#end.length;
    for (const { start, end } of pieces) {
      size += end - start + this.#separator.length;
    }
    const memory = this.#take(size);
    let at = this.#begin.copy(memory, 0);
    for (const [index, { block, start, end }] of pieces.entries()) {
      at += index === 0 ? 0 : this.#separator.copy(memory, at);
      at += block.bytes.copy(memory, at, start, end);
    }
    at += this.#end.copy(memory, at);
    return memory.subarray(0, at);
  }

  #take(size: number): Buffer {
    if (size > MAX_KEPT_BYTES) {
      return Buffer.allocUnsafeSlow(size);
    }
    if (this.#memory.length < size) {
      this.#memory = Buffer.allocUnsafeSlow(Math.min(MAX_KEPT_BYTES, size * 2));
    }
    return this.#memory;
  }
}
