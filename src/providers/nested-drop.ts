import type { JsonEdit } from "../wire/json-splice.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";

/** `additional_drop_params` split into whole fields and places inside fields. */
export interface DropPaths {
  readonly fields: readonly string[];
  /** Steps of each nested path; `*` stands for every item. */
  readonly nested: readonly (readonly string[])[];
}

/** Reads entries such as `logit_bias`, `response_format.json_schema.strict`, `tools[*].function.strict`, `tools[0].x`. */
export function splitDropPaths(entries: readonly string[]): DropPaths {
  const fields: string[] = [];
  const nested: string[][] = [];
  for (const entry of entries) {
    const steps = entry.split(/[.[\]]+/).filter((step) => step !== "");
    if (steps.length === 1 && steps[0] !== undefined) {
      fields.push(steps[0]);
    } else if (steps.length > 1) {
      nested.push(steps);
    }
  }
  return { fields, nested };
}

/** Edits that rewrite just those top-level fields in which something was dropped. */
export function dropNestedPaths(body: ScannedObject, paths: readonly (readonly string[])[]): JsonEdit[] {
  const values = new Map<string, unknown>();
  const changed = new Set<string>();
  for (const [name = "", ...steps] of paths) {
    const field = body.find(name);
    if (field?.kind !== "object" && field?.kind !== "array") {
      continue;
    }
    const value = values.get(name) ?? body.readValue(field);
    values.set(name, value);
    if (dropAt(value, steps)) {
      changed.add(name);
    }
  }
  return [...changed].map((name) => ({ kind: "set", name, value: JSON.stringify(values.get(name)) }));
}

function dropAt(value: unknown, steps: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const [step = "", ...rest] = steps;
  const container = value as Record<string, unknown>;
  if (step === "*") {
    return Object.values(container).reduce<boolean>((did, item) => dropAt(item, rest) || did, false);
  }
  if (!Object.hasOwn(container, step) || (Array.isArray(value) && !/^\d+$/.test(step))) {
    return false;
  }
  if (rest.length > 0) {
    return dropAt(container[step], rest);
  }
  return Array.isArray(value) ? value.splice(Number(step), 1).length > 0 : delete container[step];
}
