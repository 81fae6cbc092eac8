/** A function that remembers its latest answers, at most so many; beyond the bound it starts afresh. */
export function toBoundedMap<Value>(bound: number, compute: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined || known.has(key)) {
      return found as Value;
    }
    if (known.size >= bound) {
      known.clear();
    }
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}
