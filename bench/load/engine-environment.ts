/**
 * What `npm start` and the container image give the engine on its way, so that Portolan is measured as it is run: all garbage
 * is collected once the heap is 1.85 times its live size, where the engine's own figure is three times on hosts of more than
 * 16 GB (the first setting) and twice on smaller ones (the second). All of it is collected, not what is young alone, once what
 * may still be allocated is less than 0.38 of the heap (the engine's own figure is a third): streams outlive a young collection
 * or two and would lie there as old garbage. The engine reads them as the process starts, so no code of ours can set them.
 */
export const ENGINE_ENVIRONMENT: Readonly<Record<string, string>> = {
  BUN_JSC_heapGrowthMaxIncrease: "0.85",
  BUN_JSC_smallHeapGrowthFactor: "1.85",
  BUN_JSC_minEdenToOldGenerationRatio: "0.38",
};
