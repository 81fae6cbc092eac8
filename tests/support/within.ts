/**
 * How long a test waits for something that must happen, unless it says otherwise: less than a test may take, and enough
 * for a machine that is busy with other things.
 */
const DEFAULT_LIMIT_MS = 15_000;

/** The promise, or a failure that says what did not happen in time. */
export const within = async <Value>(
  promise: Promise<Value>,
  what: string,
  limitMs: number = DEFAULT_LIMIT_MS,
): Promise<Value> => {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new Error(`${what}: not within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([promise, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** Waits for a fact that nothing announces (a count of the system's), looking again and again up to the limit. */
export const eventually = async (
  isTrue: () => boolean | Promise<boolean>,
  what: string,
  limitMs: number = DEFAULT_LIMIT_MS,
): Promise<void> => {
  const deadline = performance.now() + limitMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
