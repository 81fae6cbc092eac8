/**
 * Keeps the items that pass. When all do, the list itself is the answer; else `scratch` is, which may be the list: it
 * is used again and again, so that narrowing a large list allocates nothing.
 */
export function narrow<Item>(
  items: readonly Item[],
  scratch: Item[],
  passes: (item: Item) => boolean,
): readonly Item[] {
  const total = items.length;
  let kept = 0;
  while (kept < total && passes(items[kept] as Item)) {
    kept++;
  }
  if (kept === total) {
    return items;
  }
  if (items !== scratch) {
    for (let index = 0; index < kept; index++) {
      scratch[index] = items[index] as Item;
    }
  }
  for (let index = kept + 1; index < total; index++) {
    const item = items[index] as Item;
    if (passes(item)) {
      scratch[kept++] = item;
    }
  }
  scratch.length = kept;
  return scratch;
}
