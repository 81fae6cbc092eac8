import type { ConfigDocument } from "./config-document.ts";
import { isMapping, type ReadContext, resolveReferences } from "./environment-references.ts";

const toText = (value: unknown): string | undefined => {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
};

/** Reads `environment_variables`: variables that the file sets, which win over those already set, as in LiteLLM. */
export const readEnvironmentVariables = (
  document: ConfigDocument,
  context: ReadContext,
): Readonly<Record<string, string>> => {
  const section = document.sections.get("environment_variables");
  if (section === undefined || (section.kind === "value" && section.value === null)) return {};
  if (section.kind === "list" || !isMapping(section.value)) {
    const allowed = "a mapping of variable names to texts";
    context.findings.faults.push({ path: "environment_variables", message: "is no mapping", allowed });
    return {};
  }
  const entries = Object.entries(section.value).flatMap(([name, value]): [string, string][] => {
    const path = `${section.path}.${name}`;
    if (value === null) return [];
    const resolved = resolveReferences(value, path, context);
    const text = toText(resolved);
    if (text !== undefined) return [[name, text]];
    // An unset variable has been reported as such already.
    if (resolved !== undefined)
      context.findings.faults.push({ path, message: "is no text", allowed: "text or a number" });
    return [];
  });
  return Object.fromEntries(entries);
};
