const SAMPLES = 100;
const WARM_UP_MS = 300;
const SAMPLE_MS = 2;

/**
 * Prints how long one call takes, in microseconds: the least of the samples, which noise from other processes touches
 * least, and the median.
 * @param work what is measured; it must return something, lest the engine find it useless
 */
export function measure(name: string, work: () => unknown): void {
  const warmUpEnd = performance.now() + WARM_UP_MS;
  let calls = 0;
  while (performance.now() < warmUpEnd) {
    work();
    calls++;
  }
  const callsPerSample = Math.max(1, Math.round((calls * SAMPLE_MS) / WARM_UP_MS));
  const samples = Array.from({ length: SAMPLES }, () => sampleUs(work, callsPerSample)).sort((a, b) => a - b);
  const [least = 0, median = 0] = [samples[0], samples[SAMPLES / 2]];
  console.log(
    `${name.padEnd(48)} least ${least.toFixed(3).padStart(9)} us   median ${median.toFixed(3).padStart(9)} us`,
  );
}

function sampleUs(work: () => unknown, calls: number): number {
  const start = performance.now();
  for (let call = 0; call < calls; call++) {
    work();
  }
  return ((performance.now() - start) * 1000) / calls;
}
