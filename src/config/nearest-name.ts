import { distance } from "fastest-levenshtein";

/** Names compare without case and with hyphens as underscores: `Api-Base` is as near to `api_base` as can be. */
const normalise = (name: string): string => name.toLowerCase().replaceAll("-", "_");

/** The candidate nearest to `name`, when it is at most `maximumEdits` single-character edits away. */
export const findNearestName = (
  name: string,
  candidates: Iterable<string>,
  maximumEdits: number,
): string | undefined => {
  const wanted = normalise(name);
  let nearest: string | undefined;
  let fewest = maximumEdits + 1;
  for (const candidate of candidates) {
    // Names that differ so much in length are told apart without a look at them, however long a caller makes one.
    if (Math.abs(candidate.length - wanted.length) >= fewest) continue;
    const edits = distance(wanted, normalise(candidate));
    if (edits >= fewest) continue;
    fewest = edits;
    nearest = candidate;
  }
  return nearest;
};

/** Edits after which a suggestion is a guess rather than a spelling: a third of the name, at least two. */
export const likelyEdits = (name: string): number => Math.max(2, Math.floor(name.length / 3));

/** `; did you mean X?`, or nothing when no candidate is near. */
export const didYouMean = (name: string, candidates: Iterable<string>): string => {
  const nearest = findNearestName(name, candidates, likelyEdits(name));
  return nearest === undefined ? "" : `; did you mean ${nearest}?`;
};
