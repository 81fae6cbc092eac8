import { isObject } from "../core/json-values.ts";
import { METRICS_TOPIC } from "../core/metrics.ts";

/** What workers and the process that started them say to each other beside `ready`; plain data over the channel between them. */
export type SiblingMessage =
  /** A worker wants to know of all others; of a {@link KEPT_TOPICS kept topic} it tells its own answer too. */
  | {
      readonly kind: "ask";
      readonly id: number;
      readonly topic: string;
      readonly request: unknown;
      readonly own?: unknown;
    }
  /** The starting process hands a question on. */
  | { readonly kind: "question"; readonly id: number; readonly topic: string; readonly request: unknown }
  /** A worker answers. */
  | { readonly kind: "answer"; readonly id: number; readonly answer: unknown }
  /** What the others answered. */
  | { readonly kind: "answers"; readonly id: number; readonly answers: readonly unknown[] };

const KINDS: ReadonlySet<unknown> = new Set(["ask", "question", "answer", "answers"]);

/** Whether a message is one of these. Both ends are this very program, so its form is trusted. */
export const isSiblingMessage = (message: unknown): message is SiblingMessage =>
  isObject(message) && KINDS.has(message["kind"]) && typeof message["id"] === "number";

/** Topics whose latest answers stand for workers that do not answer, and leave something behind of those that ended. */
export const KEPT_TOPICS: ReadonlySet<string> = new Set([METRICS_TOPIC]);

/** How long the others are waited for, in milliseconds. */
export const ANSWER_LIMIT_MS = 500;

/** Questions that may be under way at a time; further ones get no answers. */
export const MAX_QUESTIONS = 64;
