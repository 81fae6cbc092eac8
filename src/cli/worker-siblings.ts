import { NoSiblings, type SiblingAnswerer, type Siblings } from "../core/siblings.ts";
import { ANSWER_LIMIT_MS, KEPT_TOPICS, MAX_QUESTIONS, type SiblingMessage } from "./sibling-messages.ts";

/** How long the starting process is waited for: its own limit and some more, in milliseconds. */
const EXCHANGE_LIMIT_MS = 2 * ANSWER_LIMIT_MS;

/** A worker's side: asks the others through the process that started them all. */
export class WorkerSiblings implements Siblings {
  readonly #send: (message: SiblingMessage) => void;
  readonly #own = new NoSiblings();
  readonly #waiting = new Map<number, (answers: readonly unknown[]) => void>();
  #nextId = 0;

  /** @param send tells the starting process; may throw once that is gone */
  constructor(send: (message: SiblingMessage) => void) {
    this.#send = send;
  }

  answer(topic: string, answerer: SiblingAnswerer): void {
    this.#own.answer(topic, answerer);
  }

  async ask(topic: string, request: unknown): Promise<readonly unknown[]> {
    const own = await this.#own.ask(topic, request);
    if (this.#waiting.size >= MAX_QUESTIONS) {
      return own;
    }
    const told = KEPT_TOPICS.has(topic) ? { own: own[0] } : {};
    return [...own, ...(await this.#askOthers(topic, request, told))];
  }

  /** Takes what the starting process says. */
  onMessage(message: SiblingMessage): void {
    if (message.kind === "answers") {
      this.#waiting.get(message.id)?.(message.answers);
    } else if (message.kind === "question") {
      const { id, topic, request } = message;
      this.#own.ask(topic, request).then(
        ([answer]) => this.#trySend({ kind: "answer", id, answer }),
        () => this.#trySend({ kind: "answer", id, answer: undefined }),
      );
    }
  }

  #askOthers(topic: string, request: unknown, told: { readonly own?: unknown }): Promise<readonly unknown[]> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const end = (answers: readonly unknown[]): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(answers);
      };
      const timer = setTimeout(() => end([]), EXCHANGE_LIMIT_MS);
      this.#waiting.set(id, end);
      if (!this.#trySend({ kind: "ask", id, topic, request, ...told })) {
        end([]);
      }
    });
  }

  #trySend(message: SiblingMessage): boolean {
    try {
      this.#send(message);
      return true;
    } catch {
      return false;
    }
  }
}
