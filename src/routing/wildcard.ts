/** A `model_name` with stars, ready to be matched. */
export interface WildcardPattern {
  readonly text: string;
  /** Captures what each star stood for; `undefined` when the name does not match. */
  match(name: string): readonly string[] | undefined;
}

/** Compiles a pattern in which `*` stands for any characters, anchored at both ends (contract 2.5). */
export function toWildcardPattern(text: string): WildcardPattern {
  const source = text.split("*").map(escapeRegExp).join("(.*)");
  const expression = new RegExp(`^${source}$`, "s");
  return { text, match: (name) => expression.exec(name)?.slice(1) };
}

/** More specific patterns first: longer ones, then those with fewer stars. */
export function compareSpecificity(left: string, right: string): number {
  const literal = (text: string): number => text.replaceAll("*", "").length;
  return literal(right) - literal(left) || right.length - left.length;
}

/**
 * Puts what a pattern captured into a target's stars, left to right. A target without stars is used as it is; when
 * stars and captures do not line up, the requested name is.
 */
export function fillWildcards(target: string, captures: readonly string[], requested: string): string {
  const parts = target.split("*");
  if (parts.length === 1) {
    return target;
  }
  if (parts.length - 1 !== captures.length) {
    return requested;
  }
  return parts.map((part, index) => part + (captures[index] ?? "")).join("");
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
