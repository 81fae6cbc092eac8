import { dirname, resolve } from "node:path";
import type { Findings } from "./findings.ts";
import { type ReadFile, readConfigFile } from "./read-config-file.ts";

/** A value of a file and where it stands, as faults name it. */
export interface SourcedValue {
  readonly path: string;
  readonly value: unknown;
}

/** A top-level key: the items of a list, which several files may fill, or the one value. */
export type DocumentSection =
  | { readonly kind: "list"; readonly items: readonly SourcedValue[] }
  | { readonly kind: "value"; readonly path: string; readonly value: unknown };

/** A configuration as written, includes merged, nothing checked yet. */
export interface ConfigDocument {
  readonly sections: ReadonlyMap<string, DocumentSection>;
  /** Absolute paths of every file read or looked for, the main one first. */
  readonly files: readonly string[];
}

interface Merging {
  readonly sections: Map<string, DocumentSection>;
  readonly files: string[];
  readonly readFile: ReadFile;
  readonly findings: Findings;
}

const toSection = (key: string, value: unknown, prefix: string): DocumentSection => {
  const path = `${prefix}${key}`;
  if (!Array.isArray(value)) return { kind: "value", path, value };
  return { kind: "list", items: value.map((item: unknown, index) => ({ path: `${path}[${index}]`, value: item })) };
};

/** A document of one mapping that no file holds. */
export const toConfigDocument = (content: Readonly<Record<string, unknown>>): ConfigDocument => ({
  sections: new Map(Object.entries(content).map(([key, value]) => [key, toSection(key, value, "")])),
  files: [],
});

const mergeSection = (merging: Merging, key: string, section: DocumentSection): void => {
  const existing = merging.sections.get(key);
  if (existing?.kind === "list" && section.kind === "list") {
    merging.sections.set(key, { kind: "list", items: [...existing.items, ...section.items] });
    return;
  }
  if (existing !== undefined && section.kind === "value") {
    merging.findings.warnings.push({
      path: section.path,
      message: `replaces the whole ${key} of the file that includes it`,
    });
  }
  merging.sections.set(key, section);
};

const readIncludes = (
  content: Readonly<Record<string, unknown>>,
  prefix: string,
  findings: Findings,
): readonly string[] => {
  const include = content["include"];
  if (include === undefined || include === null) return [];
  const names = Array.isArray(include) ? include.filter((name): name is string => typeof name === "string") : undefined;
  if (names !== undefined && names.length === (include as readonly unknown[]).length) return names;
  findings.faults.push({
    path: `${prefix}include`,
    message: "is no list of file names",
    allowed: "a list of YAML files",
  });
  return [];
};

interface FileToMerge {
  readonly path: string;
  /** Put before the paths of its faults; empty for the main file. */
  readonly prefix: string;
  /** Files that include it, outermost first. */
  readonly chain: readonly string[];
}

const mergeFile = (merging: Merging, { path, prefix, chain }: FileToMerge): void => {
  merging.files.push(path);
  const content = readConfigFile(path, merging.readFile, merging.findings);
  if (content === undefined) return;
  for (const [key, value] of Object.entries(content)) {
    if (key !== "include") mergeSection(merging, key, toSection(key, value, prefix));
  }
  readIncludes(content, prefix, merging.findings).forEach((name, index) => {
    const included = resolve(dirname(path), name);
    const at = `${prefix}include[${index}]`;
    if (included === path || chain.includes(included)) {
      merging.findings.faults.push({ path: at, message: `${name} includes itself`, allowed: "files without a cycle" });
    } else if (merging.files.includes(included)) {
      merging.findings.warnings.push({ path: at, message: `${name} is included already: skipped` });
    } else {
      mergeFile(merging, { path: included, prefix: `${name}: `, chain: [...chain, path] });
    }
  });
};

/**
 * Reads a file and what it includes, relative to the file that includes. As in LiteLLM, lists are appended and any
 * other section of an included file replaces the one before.
 */
export const readConfigDocument = (path: string, readFile: ReadFile, findings: Findings): ConfigDocument => {
  const merging: Merging = { sections: new Map(), files: [], readFile, findings };
  mergeFile(merging, { path: resolve(path), prefix: "", chain: [] });
  return { sections: merging.sections, files: merging.files };
};
