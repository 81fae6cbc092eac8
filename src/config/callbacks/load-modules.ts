import { statSync } from "node:fs";
import { basename, extname } from "node:path";
import { plugin } from "bun";
import { CallRefused, type CustomCallback, type LoadedModule } from "../../core/custom-callback.ts";
import { isObject } from "../../core/json-values.ts";
import { type Findings, newFindings } from "../findings.ts";
import { didYouMean } from "../nearest-name.ts";
import type { ModuleCallback } from "./callback-fields.ts";

/** The modules of a configuration, what is wrong with those that cannot be had, and what looks wrong in the others. */
export interface LoadedModules extends Findings {
  readonly modules: readonly LoadedModule[];
}

const HOOKS = ["onSuccess", "onFailure", "onStreamEnd", "preCall"] as const;

/** What may stand where a module's path is. */
const ALLOWED = `the path of a module that exports 'callback' with ${HOOKS.join(", ")} or some of them`;

/** How long a module may take to load, in milliseconds. */
const LOAD_LIMIT_MS = 10_000;

/** The latest import of each file: an unchanged one keeps its state over a reload. */
const imported = new Map<string, { readonly stamp: string; readonly callback: CustomCallback<never> }>();

let isResolvable = false;

/** `import { CallRefused } from "portolan"` works wherever the module lies, and in the executable too. */
function makeResolvable(): void {
  if (!isResolvable) {
    isResolvable = true;
    plugin({
      name: "portolan",
      setup: (build) => void build.module("portolan", () => ({ exports: { CallRefused }, loader: "object" })),
    });
  }
}

/** Imports the modules that a configuration names. A changed file is a fresh module. Never rejects. */
export async function loadModules(written: readonly ModuleCallback[]): Promise<LoadedModules> {
  const modules: LoadedModule[] = [];
  const { faults, warnings } = newFindings();
  for (const scope of written) {
    const path = scope.file;
    try {
      const module = await loadModule(scope);
      modules.push(module);
      warnings.push(...findMisspelt(module.callback).map((message) => ({ path, message })));
    } catch (cause) {
      faults.push({ path, message: `does not load: ${describe(cause).slice(0, 1000)}`, allowed: ALLOWED });
    }
  }
  return { modules, faults, warnings };
}

/** Where a module is no program, each mistake with its place. */
function describe(cause: unknown): string {
  if (cause instanceof AggregateError) {
    return cause.errors.map(describe).join("; ");
  }
  if (!(cause instanceof Error)) {
    return String(cause);
  }
  const { position } = cause as { readonly position?: unknown };
  const isPlaced = isObject(position) && typeof position["line"] === "number";
  return isPlaced ? `${cause.message} (${position["file"]}:${position["line"]}:${position["column"]})` : cause.message;
}

/** What stands beside the hooks under nearly their names; a class has its methods in its prototype. */
function findMisspelt(callback: CustomCallback<never>): readonly string[] {
  const known: readonly string[] = [...HOOKS, "turnOffMessageLogging"];
  const prototype: unknown = Object.getPrototypeOf(callback);
  const inherited = isObject(prototype) && prototype !== Object.prototype ? Object.getOwnPropertyNames(prototype) : [];
  return [...Object.keys(callback), ...inherited]
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const hint = didYouMean(name, known);
      return hint === "" ? [] : [`'${name}' of its 'callback' is no hook and does nothing${hint}`];
    });
}

async function loadModule(scope: ModuleCallback): Promise<LoadedModule> {
  const { file } = scope;
  const { mtimeMs, size, ino } = statSync(file);
  const stamp = `${mtimeMs}-${size}-${ino}`;
  const known = imported.get(file);
  const callback = known?.stamp === stamp ? known.callback : readCallback(await importModule(`${file}?${stamp}`));
  imported.set(file, { stamp, callback });
  return { ...scope, stamp, name: basename(file, extname(file)).toLowerCase(), callback };
}

async function importModule(id: string): Promise<Readonly<Record<string, unknown>>> {
  makeResolvable();
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new Error(`not within ${LOAD_LIMIT_MS} ms`)), LOAD_LIMIT_MS);
  try {
    return (await Promise.race([import(id), limit.promise])) as Readonly<Record<string, unknown>>;
  } finally {
    clearTimeout(timer);
  }
}

/** @throws Error that says what is wrong with the exports */
function readCallback(exported: Readonly<Record<string, unknown>>): CustomCallback<never> {
  const found = exported["callback"] ?? exported["default"];
  if (!isObject(found)) {
    throw new Error("it exports no object named 'callback'");
  }
  for (const name of HOOKS) {
    if (found[name] !== undefined && typeof found[name] !== "function") {
      throw new Error(`its '${name}' is no function`);
    }
  }
  if (HOOKS.every((name) => found[name] === undefined)) {
    throw new Error(`its 'callback' has none of ${HOOKS.join(", ")}`);
  }
  return found as CustomCallback<never>;
}
