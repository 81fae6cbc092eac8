/** Answers what another process of this gateway asks, maybe with a promise. Requests and answers are plain data. */
export type SiblingAnswerer = (request: unknown) => unknown;

/** The processes that serve one port together (`--num_workers`), this one among them. */
export interface Siblings {
  /** Says how this process answers a topic. */
  answer(topic: string, answerer: SiblingAnswerer): void;
  /** The answers of all processes, this one's first; those that give none in time are left out. Never rejects. */
  ask(topic: string, request: unknown): Promise<readonly unknown[]>;
}

/** A process that serves alone. */
export class NoSiblings implements Siblings {
  readonly #answerers = new Map<string, SiblingAnswerer>();

  answer(topic: string, answerer: SiblingAnswerer): void {
    this.#answerers.set(topic, answerer);
  }

  async ask(topic: string, request: unknown): Promise<readonly unknown[]> {
    const answerer = this.#answerers.get(topic);
    return answerer === undefined ? [] : [await answerer(request)];
  }
}
