import type { Findings } from "./findings.ts";

/** Environment variables, handed in by the caller. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What reading a configuration needs from outside. */
export interface ReadContext {
  readonly environment: Environment;
  readonly findings: Findings;
  /** The configuration comes from a caller: keys that no table declares are faults, and its texts are never shown. */
  readonly isStrict?: true;
}

const PREFIX = "os.environ/";

/** Whether a value is a reference to an environment variable. */
export const isReference = (value: unknown): value is string => typeof value === "string" && value.startsWith(PREFIX);

/** Narrows to a mapping of a YAML file. */
export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const readVariable = (reference: string, path: string, context: ReadContext): string | undefined => {
  const name = reference.slice(PREFIX.length);
  const value = context.environment[name];
  if (value !== undefined && value !== "") return value;
  // An empty variable is refused too: a deployment whose key came out empty would fall back to another vendor's key.
  context.findings.faults.push({
    path,
    message:
      name === ""
        ? "os.environ/ names no variable"
        : `environment variable ${name} is not set${value === "" ? " (it is empty)" : ""}`,
    allowed: name === "" ? "os.environ/NAME" : `a value, or set ${name} before starting`,
  });
  return undefined;
};

/**
 * Replaces every `os.environ/NAME` text inside a value, in lists and mappings alike. A missing or empty variable is a
 * fault at its own path, and stands as `undefined`.
 */
export const resolveReferences = (value: unknown, path: string, context: ReadContext): unknown => {
  if (isReference(value)) return readVariable(value, path, context);
  if (Array.isArray(value)) return value.map((item, index) => resolveReferences(item, `${path}[${index}]`, context));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, resolveReferences(item, `${path}.${key}`, context)]),
  );
};
