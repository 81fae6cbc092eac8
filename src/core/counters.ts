/** Numbers that tell equal names apart. Each name goes on where it was, as counting from 2 anew takes long where thousands are equal. */
export class Counters {
  readonly #latest = new Map<string, number>();

  /** The next number of a name: 2, 3, ... */
  next(name: string): number {
    const count = (this.#latest.get(name) ?? 1) + 1;
    this.#latest.set(name, count);
    return count;
  }
}
