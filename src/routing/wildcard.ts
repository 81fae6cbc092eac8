/** A `model_name` with stars, ready to be matched. */
export interface WildcardPattern {
  readonly text: string;
  /** Captures what each star stood for; `undefined` when the name does not match. */
  match(name: string): readonly string[] | undefined;
}

/**
 * Compiles a pattern in which `*` stands for any characters, anchored at both ends (contract 2.5). The first star takes
 * as much as it can. Names come from callers, so this is a plain search, not a regular expression that could run for long.
 */
export function toWildcardPattern(text: string): WildcardPattern {
  const [prefix = "", ...pieces] = text.split("*");
  return {
    text,
    match: (name) => (name.startsWith(prefix) ? matchPieces(name, prefix.length, pieces) : undefined),
  };
}

/** Finds the pieces behind the stars from right to left, each as far right as it can stand. */
function matchPieces(name: string, from: number, pieces: readonly string[]): readonly string[] | undefined {
  if (pieces.length === 0) {
    return name.length === from ? [] : undefined;
  }
  const captures: string[] = [];
  let end = name.length;
  for (let index = pieces.length - 1; index >= 0; index--) {
    const piece = pieces[index] ?? "";
    const isLast = index === pieces.length - 1;
    const latest = end - piece.length;
    const at = isLast ? (name.endsWith(piece) ? latest : -1) : latest < 0 ? -1 : name.lastIndexOf(piece, latest);
    if (at < from) {
      return undefined;
    }
    if (!isLast) {
      captures.unshift(name.slice(at + piece.length, end));
    }
    end = at;
  }
  captures.unshift(name.slice(from, end));
  return captures;
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
