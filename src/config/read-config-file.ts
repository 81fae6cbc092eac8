import { basename, extname } from "node:path";
import { parseDocument, type YAMLError } from "yaml";
import { isMapping } from "./environment-references.ts";
import type { Findings } from "./findings.ts";

/** Reads a file's text; throws when it cannot. */
export type ReadFile = (path: string) => string;

const EXTENSIONS: readonly string[] = [".yaml", ".yml"];

const placeOf = (error: YAMLError, name: string): string => {
  const start = error.linePos?.[0];
  return start === undefined ? name : `${name}:${start.line}:${start.col}`;
};

/** The parser appends the lines around the fault, which may hold keys. */
const messageOf = (error: YAMLError): string => error.message.split(/ at line \d+/)[0] ?? "";

const describeReadError = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "is a folder";
  if (code === "EACCES") return "may not be read";
  return `cannot be read${code === "" ? "" : ` (${code})`}`;
};

const parseYaml = (text: string, name: string, findings: Findings): unknown => {
  const document = parseDocument(text, { merge: true, logLevel: "error" }); // "silent" hides a second document.
  let isBroken = false;
  for (const error of document.errors) {
    // LiteLLM's reader lets the last of equal keys win, and so does this one.
    if (error.code === "DUPLICATE_KEY") {
      findings.warnings.push({
        path: placeOf(error, name),
        message: "key stands twice in its mapping: the last one wins",
      });
      continue;
    }
    isBroken = true;
    const isSecond = error.code === "MULTIPLE_DOCS";
    const message = isSecond ? "a second document begins here" : messageOf(error);
    const allowed = isSecond ? "one document in a file; others may be named under include" : "valid YAML";
    findings.faults.push({ path: placeOf(error, name), message, allowed });
  }
  for (const warning of document.warnings) {
    findings.warnings.push({ path: placeOf(warning, name), message: messageOf(warning) });
  }
  return isBroken ? undefined : document.toJS();
};

/**
 * One YAML file as a mapping of its sections; an empty file is an empty mapping. Faults: not `.yaml` or `.yml`,
 * unreadable, broken YAML (with line and column), not a mapping. Then `undefined`.
 */
export const readConfigFile = (
  path: string,
  readFile: ReadFile,
  findings: Findings,
): Readonly<Record<string, unknown>> | undefined => {
  const name = basename(path);
  if (!EXTENSIONS.includes(extname(path).toLowerCase())) {
    findings.faults.push({ path, message: "is no YAML file", allowed: "a file that ends in .yaml or .yml" });
    return undefined;
  }
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    findings.faults.push({ path, message: describeReadError(error), allowed: "a readable YAML file" });
    return undefined;
  }
  let content: unknown;
  try {
    content = parseYaml(text, name, findings);
  } catch {
    // Aliases that expand beyond the parser's bound, or that point nowhere.
    findings.faults.push({ path: name, message: "its YAML aliases cannot be resolved", allowed: "valid YAML" });
    return undefined;
  }
  if (content === null) return {};
  if (isMapping(content)) return content;
  if (content !== undefined) {
    findings.faults.push({ path: name, message: "holds no mapping", allowed: "sections such as model_list:" });
  }
  return undefined;
};
