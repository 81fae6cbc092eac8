import { ByteWriter } from "./byte-writer.ts";

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
/** A block with less room than this is full: most messages are shorter, and need not be moved to where there is room. */
const MIN_ROOM_BYTES = 8 * 1024;
/** Empty blocks that are kept to be used again. */
const MAX_SPARE_BLOCKS = 4;

/**
 * Many small messages that wait for some time, in a few large buffers that are used again: as strings or buffers of their
 * own the collector would move each to its old generation, which costs more than making it. They are written where they
 * stay.
 */
export class ByteArena {
  readonly #out = new ByteWriter(0);
  #current: ArenaBlock = openBlock(0);
  #spare: ArenaBlock[] = [];

  /** Where the next message is to be written; then {@link keep} it. What is not kept has taken no place. */
  begin(): ByteWriter {
    const { bytes, used } = this.#blockWithRoom();
    this.#out.moveInto(bytes, used);
    return this.#out;
  }

  /** What has been written since {@link begin}, as a piece that is to be {@link free}d once. */
  keep(): ArenaPiece {
    const out = this.#out;
    const block = this.#current;
    const start = block.used;
    const end = out.length;
    if (out.memory !== block.bytes) {
      const grown = out.memory; // The message outgrew the block, and was moved for that.
      out.moveInto(block.bytes, start);
      return takeAlone(grown, start, end);
    }
    block.used = end;
    block.pieceCount++;
    return { block, start, end };
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

  #blockWithRoom(): ArenaBlock {
    if (this.#current.bytes.length - this.#current.used < MIN_ROOM_BYTES) {
      const full = this.#current;
      this.#current = this.#spare.pop() ?? openBlock(BLOCK_BYTES);
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

/** A piece in a block of its own, as large as it is. */
function takeAlone(bytes: Buffer, start: number, end: number): ArenaPiece {
  const block = openBlock(end - start);
  block.used = bytes.copy(block.bytes, 0, start, end);
  block.pieceCount = 1;
  return { block, start: 0, end: block.used };
}

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
