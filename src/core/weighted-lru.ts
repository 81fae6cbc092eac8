interface Kept<Value> {
  readonly value: Value;
  readonly weight: number;
}

/** Keeps values up to a total weight; the least recently used go first. */
export class WeightedLru<Value> {
  readonly #maxWeight: number;
  /** The latest used stands last. */
  readonly #kept = new Map<string, Kept<Value>>();
  #weight = 0;

  constructor(maxWeight: number) {
    this.#maxWeight = maxWeight;
  }

  /** How many values are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** What they weigh together. */
  get weight(): number {
    return this.#weight;
  }

  /** The value of this key, which counts as used now. */
  get(key: string): Value | undefined {
    const found = this.#kept.get(key);
    if (found !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, found);
    }
    return found?.value;
  }

  /** Keeps a value, in the place of others where there is no room; one that is too heavy alone is not kept. */
  set(key: string, value: Value, weight: number): void {
    this.#drop(key);
    if (weight > this.#maxWeight) {
      return;
    }
    for (const oldest of this.#kept.keys()) {
      if (this.#weight + weight <= this.#maxWeight) {
        break;
      }
      this.#drop(oldest);
    }
    this.#kept.set(key, { value, weight });
    this.#weight += weight;
  }

  #drop(key: string): void {
    this.#weight -= this.#kept.get(key)?.weight ?? 0;
    this.#kept.delete(key);
  }
}
