/** A JSON text under scan. */
export interface JsonSource {
  readonly bytes: Uint8Array;
  /** Most containers that may be open at once. */
  readonly maxDepth: number;
  /** Opening bytes of the containers that are open inside the value being skipped. */
  readonly stack: Uint8Array;
  /** View for reading four bytes at once; made when the first long string is met. */
  view: DataView | undefined;
}
