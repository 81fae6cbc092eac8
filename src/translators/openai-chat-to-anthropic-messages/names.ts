import { Counters } from "../../core/counters.ts";
import { Queue } from "../../core/queue.ts";
import type { JsonObject } from "../../core/translation.ts";

/** Longest name of a tool, and what it may be made of (`^[a-zA-Z0-9_-]{1,128}$`; ids of calls: the same without a limit). */
const MAX_NAME = 128;
const REFUSED = /[^a-zA-Z0-9_-]/g;

/** So much of a name stays whatever is put behind it. */
const MAX_STEM = 100;

/** The text in characters that Anthropic takes. */
export const toSafeText = (text: string): string => text.replace(REFUSED, "_") || "_";

/**
 * Names of tools between a caller and Anthropic, which refuses some that OpenAI's own clients use (`mcp.search`).
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools (read 2026-11-28); the limit of 128 from
 * the vendor's own message in https://github.com/home-assistant/core/issues/147760.
 */
export class ToolNames {
  readonly #toVendor = new Map<string, string>();
  readonly #toCaller = new Map<string, string>();
  readonly #counts = new Counters();

  /** Names that are sound as they are keep themselves, whatever comes before them. */
  constructor(names: readonly string[]) {
    for (const name of names) {
      if (toSafeText(name) === name && name.length <= MAX_NAME) {
        this.#pair(name, name);
      }
    }
    for (const name of names) {
      this.toVendor(name);
    }
  }

  /** The name that Anthropic gets. */
  toVendor(name: string): string {
    const known = this.#toVendor.get(name);
    if (known !== undefined) {
      return known;
    }
    const made = this.unused(toSafeText(name));
    this.#pair(name, made);
    return made;
  }

  /** The name, or one like it, that no tool has. */
  unused(name: string): string {
    let made = name.slice(0, MAX_NAME);
    while (this.#toCaller.has(made)) {
      const suffix = `_${this.#counts.next(name.slice(0, MAX_STEM))}`;
      made = name.slice(0, MAX_NAME - suffix.length) + suffix;
    }
    return made;
  }

  /** The caller's name of a tool that the model called. */
  toCaller(name: string): string {
    return this.#toCaller.get(name) ?? name;
  }

  #pair(caller: string, vendor: string): void {
    this.#toVendor.set(caller, vendor);
    this.#toCaller.set(vendor, caller);
  }
}

/**
 * Ids of tool calls in a conversation: in characters that Anthropic takes, and each once, although legacy function
 * calls have no ids and some callers count from 0 in every turn.
 */
export class CallIds {
  readonly #used = new Set<string>();
  readonly #counts = new Counters();
  #pending = new Map<string, Queue<string>>();

  /** A new turn of the model: its calls are those that the next results answer. */
  startTurn(): void {
    this.#pending = new Map();
  }

  /** The id of a call. */
  add(id: string): string {
    const base = toSafeText(id);
    let made = base;
    while (this.#used.has(made)) {
      made = `${base}_${this.#counts.next(base)}`;
    }
    this.#used.add(made);
    const waiting = this.#pending.get(id) ?? new Queue<string>();
    waiting.add(made);
    this.#pending.set(id, waiting);
    return made;
  }

  /** The id of the call that a result answers; `undefined` when no call of the latest turn waits for it. */
  answer(id: string): string | undefined {
    const waiting = this.#pending.get(id);
    const made = waiting?.take();
    if (waiting?.isEmpty === true) {
      this.#pending.delete(id);
    }
    return made;
  }

  /** Calls without a result, by the caller's ids. */
  get unanswered(): readonly string[] {
    return [...this.#pending.keys()];
  }
}

/** `cache_control` of an object of the caller, ready to be spread into a block. */
export const cacheControlOf = ({ cache_control: control }: JsonObject): JsonObject =>
  typeof control === "object" && control !== null && !Array.isArray(control) ? { cache_control: control } : {};
