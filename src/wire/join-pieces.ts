/** Pieces below this size are copied together with their neighbours; larger ones cost less as a write of their own. */
const SMALL_PIECE_BYTES = 8 * 1024;

/** The same bytes in fewer pieces: neighbours that are small become one, large pieces stay uncopied. */
export function joinPieces(pieces: readonly Uint8Array[]): Uint8Array[] {
  const joined: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  const takeSmall = (): void => {
    const [first] = small;
    if (first !== undefined) {
      joined.push(small.length === 1 ? first : Buffer.concat(small));
      small = [];
    }
  };
  for (const piece of pieces) {
    if (piece.length < SMALL_PIECE_BYTES) {
      small.push(piece);
    } else {
      takeSmall();
      joined.push(piece);
    }
  }
  takeSmall();
  return joined;
}
