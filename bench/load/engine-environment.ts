/**
 * What `npm start` and the container image give the engine on its way, so that Portolan is measured as it is run: all garbage
 * is collected once the heap is 1.7 times its live size, where the engine's own figure is three times on hosts of more than
 * 16 GB (the first setting) and twice on smaller ones (the second). While it collects beside the program, the heap may grow by a
 * tenth before the program waits for it (the third; the engine's own figure is a half). The engine reads them as the process
 * starts, so no code of ours can set them.
 */
export const ENGINE_ENVIRONMENT: Readonly<Record<string, string>> = {
  BUN_JSC_heapGrowthMaxIncrease: "0.7",
  BUN_JSC_smallHeapGrowthFactor: "1.7",
  BUN_JSC_concurrentGCMaxHeadroom: "1.1",
};
