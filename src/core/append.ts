/** Puts items behind a list's own. `push(...items)` takes as many as a stack holds, and callers choose how many there are. */
export function append<Item>(list: Item[], items: readonly Item[]): void {
  for (const item of items) {
    list.push(item);
  }
}
