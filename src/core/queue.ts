/** A list that is taken from at its beginning. `shift` moves all that is behind, and callers choose how much that is. */
export class Queue<Item> {
  readonly #items: Item[] = [];
  #taken = 0;

  /** Puts an item at the end. */
  add(item: Item): void {
    this.#items.push(item);
  }

  /** The item that comes next, left where it is. */
  get first(): Item | undefined {
    return this.#items[this.#taken];
  }

  get isEmpty(): boolean {
    return this.#taken === this.#items.length;
  }

  /** Takes the first item; `undefined` when there is none. */
  take(): Item | undefined {
    return this.isEmpty ? undefined : this.#items[this.#taken++];
  }
}
