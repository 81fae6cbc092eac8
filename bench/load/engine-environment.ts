/**
 * What `npm start` and the container image give the engine on its way, so that Portolan is measured as it is run. On
 * hosts of more than 16 GB the engine lets a heap grow to three times its live size before it collects all of it; with 1
 * it is twice, as it is on smaller hosts. The engine reads this as the process starts, so no code of ours can set it.
 */
export const ENGINE_ENVIRONMENT: Readonly<Record<string, string>> = { BUN_JSC_heapGrowthMaxIncrease: "1" };
