import { ANSWER_LIMIT_MS, MAX_QUESTIONS, type SiblingMessage } from "./sibling-messages.ts";

/** The way to one worker. */
export interface WorkerChannel {
  send(message: SiblingMessage): void;
}

interface Question {
  readonly asker: WorkerChannel;
  readonly askerId: number;
  readonly answers: unknown[];
  waitingFor: number;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Hands questions of workers to the others and brings their answers back; those that do not answer in time are left out. */
export class SiblingExchange {
  readonly #workers = new Set<WorkerChannel>();
  readonly #questions = new Map<number, Question>();
  #nextId = 0;

  add(worker: WorkerChannel): void {
    this.#workers.add(worker);
  }

  remove(worker: WorkerChannel): void {
    this.#workers.delete(worker);
  }

  /** Takes what a worker says. */
  onMessage(from: WorkerChannel, message: SiblingMessage): void {
    switch (message.kind) {
      case "ask":
        this.#ask(from, message);
        return;
      case "answer":
        this.#takeAnswer(message.id, message.answer);
        return;
      case "question":
      case "answers":
        return; // Never said to this side.
      default:
        message satisfies never;
    }
  }

  #ask(asker: WorkerChannel, { id, topic, request }: SiblingMessage & { readonly kind: "ask" }): void {
    const others = [...this.#workers].filter((worker) => worker !== asker);
    if (others.length === 0 || this.#questions.size >= MAX_QUESTIONS) {
      trySend(asker, { kind: "answers", id, answers: [] });
      return;
    }
    const own = this.#nextId++;
    const timer = setTimeout(() => this.#end(own), ANSWER_LIMIT_MS);
    const question = { asker, askerId: id, answers: [], waitingFor: others.length, timer };
    this.#questions.set(own, question);
    for (const other of others) {
      if (!trySend(other, { kind: "question", id: own, topic, request })) {
        question.waitingFor--;
      }
    }
    this.#endIfComplete(own, question);
  }

  #takeAnswer(id: number, answer: unknown): void {
    const question = this.#questions.get(id);
    if (question !== undefined) {
      question.waitingFor--;
      question.answers.push(answer);
      this.#endIfComplete(id, question);
    }
  }

  #endIfComplete(id: number, question: Question): void {
    if (question.waitingFor <= 0) {
      this.#end(id);
    }
  }

  #end(id: number): void {
    const question = this.#questions.get(id);
    if (question !== undefined) {
      this.#questions.delete(id);
      clearTimeout(question.timer);
      trySend(question.asker, { kind: "answers", id: question.askerId, answers: question.answers });
    }
  }
}

/** A worker that has just ended cannot be told anything. */
function trySend(worker: WorkerChannel, message: SiblingMessage): boolean {
  try {
    worker.send(message);
    return true;
  } catch {
    return false;
  }
}
