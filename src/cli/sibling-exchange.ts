import { LastAnswers } from "./last-answers.ts";
import { ANSWER_LIMIT_MS, MAX_QUESTIONS, type SiblingMessage } from "./sibling-messages.ts";

/** The way to one worker. */
export interface WorkerChannel {
  send(message: SiblingMessage): void;
}

interface Question {
  readonly asker: WorkerChannel;
  readonly askerId: number;
  readonly topic: string;
  readonly answers: unknown[];
  /** Those that have not answered. */
  readonly silent: Set<WorkerChannel>;
  /** Those that could not be asked. */
  readonly unreachable: readonly WorkerChannel[];
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Hands questions of workers to the others and brings their answers back; those that do not answer in time are left out. */
export class SiblingExchange {
  readonly #workers = new Set<WorkerChannel>();
  readonly #questions = new Map<number, Question>();
  readonly #last = new LastAnswers<WorkerChannel>();
  #nextId = 0;

  add(worker: WorkerChannel): void {
    this.#workers.add(worker);
  }

  remove(worker: WorkerChannel): void {
    this.#workers.delete(worker);
    this.#last.end(worker);
    for (const [id, question] of this.#questions) {
      if (question.silent.delete(worker)) {
        this.#endIfComplete(id, question);
      }
    }
  }

  /** Takes what a worker says. */
  onMessage(from: WorkerChannel, message: SiblingMessage): void {
    switch (message.kind) {
      case "ask":
        this.#ask(from, message);
        return;
      case "answer":
        this.#takeAnswer(from, message.id, message.answer);
        return;
      case "question":
      case "answers":
        return; // Never said to this side.
      default:
        message satisfies never;
    }
  }

  #ask(asker: WorkerChannel, { id, topic, request, own }: SiblingMessage & { readonly kind: "ask" }): void {
    this.#last.note(asker, topic, own);
    const others = [...this.#workers].filter((worker) => worker !== asker);
    if (others.length === 0 || this.#questions.size >= MAX_QUESTIONS) {
      trySend(asker, { kind: "answers", id, answers: this.#last.standIns(topic, others) });
      return;
    }
    const asked = this.#nextId++;
    const timer = setTimeout(() => this.#end(asked), ANSWER_LIMIT_MS);
    const unreachable: WorkerChannel[] = [];
    const question = { asker, askerId: id, topic, answers: [], silent: new Set(others), unreachable, timer };
    this.#questions.set(asked, question);
    for (const other of others) {
      if (!trySend(other, { kind: "question", id: asked, topic, request })) {
        question.silent.delete(other);
        unreachable.push(other);
      }
    }
    this.#endIfComplete(asked, question);
  }

  #takeAnswer(from: WorkerChannel, id: number, answer: unknown): void {
    const question = this.#questions.get(id);
    if (question?.silent.delete(from)) {
      this.#last.note(from, question.topic, answer);
      question.answers.push(answer);
      this.#endIfComplete(id, question);
    }
  }

  #endIfComplete(id: number, question: Question): void {
    if (question.silent.size === 0) {
      this.#end(id);
    }
  }

  #end(id: number): void {
    const question = this.#questions.get(id);
    if (question !== undefined) {
      this.#questions.delete(id);
      clearTimeout(question.timer);
      const mute = [...question.silent, ...question.unreachable];
      const answers = [...question.answers, ...this.#last.standIns(question.topic, mute)];
      trySend(question.asker, { kind: "answers", id: question.askerId, answers });
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
