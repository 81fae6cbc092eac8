import type { ListedModel, ModelTable } from "../routing/model-table.ts";
import { runTestCall, type TestContext } from "./test-call.ts";

/** What came of one deployment's test call. */
export interface HealthResult {
  readonly listed: ListedModel;
  /** Absent when the deployment answered. */
  readonly error: string | undefined;
}

/** Test calls under way at once. */
const MAX_AT_ONCE = 10;

/** Test-calls entries of the model list, a few at a time; results are in the order of the entries. */
export async function checkHealth(entries: readonly ListedModel[], context: TestContext): Promise<HealthResult[]> {
  const results: HealthResult[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < entries.length; index = next++) {
      const listed = entries[index];
      if (listed !== undefined) {
        results[index] = { listed, error: await checkEntry(listed, context) };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, entries.length) }, work));
  return results;
}

/** Entries that a test call can be made for: an entry with stars needs a model to call (`health_check_model`). */
export function checkableEntries(models: ModelTable): readonly ListedModel[] {
  return models.listed.filter(({ entry, isWildcard }) => !isWildcard || entry.info.healthCheckModel !== undefined);
}

async function checkEntry({ entry, deployment }: ListedModel, context: TestContext): Promise<string | undefined> {
  const { healthCheckModel } = entry.info;
  if (healthCheckModel === undefined) {
    return deployment === undefined ? "has no model to call" : runTestCall(deployment, context);
  }
  try {
    return await runTestCall(context.state.models.bind(entry, healthCheckModel), context);
  } catch (error) {
    return `health_check_model: ${error instanceof Error ? error.message : String(error)}`;
  }
}
