import { dirname, resolve } from "node:path";
import { lookUp } from "../../core/json-values.ts";
import type { ConfigDocument } from "../config-document.ts";
import type { ReadContext } from "../environment-references.ts";
import { isMapping } from "../environment-references.ts";
import { didYouMean } from "../nearest-name.ts";
import { readSection } from "../read-section.ts";
import { reportUndeclared } from "../undeclared-keys.ts";
import {
  type BuiltCallback,
  CALLBACK_FIELDS,
  type CallbackName,
  type CallbackScope,
  type ModuleCallback,
  NOT_BUILT_CALLBACKS,
} from "./callback-fields.ts";

/** The three lists of `litellm_settings` that name callbacks. */
export interface WrittenCallbacks {
  readonly path: string;
  readonly callbacks: readonly string[];
  readonly successCallbacks: readonly string[];
  readonly failureCallbacks: readonly string[];
}

/** What the lists come to. */
export interface ReadCallbacks {
  readonly built: readonly BuiltCallback[];
  readonly modules: readonly ModuleCallback[];
}

/** A module is named by a path: `./my-logger.ts`. */
const MODULE = /^(?:\.{1,2}\/|\/|[A-Za-z]:[\\/]).*|.*\.(?:[cm]?[jt]s)$/;

/** How LiteLLM names an object in a Python file. */
const PYTHON = /^[A-Za-z_]\w*(?:\.\w+)+$/;

const isBuilt = (name: string): name is CallbackName => Object.hasOwn(CALLBACK_FIELDS, name);

const listsOf = ({ callbacks, successCallbacks, failureCallbacks }: WrittenCallbacks) =>
  [
    ["callbacks", callbacks],
    ["success_callback", successCallbacks],
    ["failure_callback", failureCallbacks],
  ] as const;

/** Names with what they are told of, each once; `callbacks` stands in both of the other lists. */
const toScopes = (written: WrittenCallbacks): ReadonlyMap<string, CallbackScope> => {
  const names = new Set([...written.callbacks, ...written.successCallbacks, ...written.failureCallbacks]);
  return new Map(
    [...names].map((name) => {
      const isBoth = written.callbacks.includes(name);
      const onSuccess = isBoth || written.successCallbacks.includes(name);
      return [name, { onSuccess, onFailure: isBoth || written.failureCallbacks.includes(name) }];
    }),
  );
};

/** Older names of LiteLLM's. */
const OLD_NAMES: Readonly<Record<string, CallbackName>> = {
  generic: "generic_api",
  custom_callback_api: "generic_api",
};

const allSettings = (document: ConfigDocument): Readonly<Record<string, unknown>> => {
  const written = document.sections.get("callback_settings");
  return written?.kind === "value" && isMapping(written.value) ? written.value : {};
};

const CALLBACK_TYPES = CALLBACK_FIELDS.generic_api.callback_type.choices;

/** `callback_type` of the settings under a name. */
const findType = (document: ConfigDocument, name: string): string | undefined => {
  const settings = allSettings(document);
  const own = Object.hasOwn(settings, name) ? settings[name] : undefined;
  const type = isMapping(own) ? own["callback_type"] : undefined;
  return type === undefined || type === null ? undefined : String(type);
};

/** What a name of the lists stands for: itself, or what its settings say (`callback_type: generic_api`). */
const findBuilt = (document: ConfigDocument, name: string): CallbackName | undefined => {
  if (isBuilt(name)) return name;
  return CALLBACK_TYPES.find((type) => type === findType(document, name)) ?? lookUp(OLD_NAMES, name);
};

const describeUnknown = (document: ConfigDocument, name: string): string => {
  const type = findType(document, name);
  if (type !== undefined) {
    return `'${name}' is of an unknown callback_type, "${type}": ignored${didYouMean(type, CALLBACK_TYPES)}`;
  }
  if (NOT_BUILT_CALLBACKS.has(name)) return `'${name}' is known from LiteLLM, not built yet: ignored`;
  if (PYTHON.test(name)) {
    return `'${name}' is an object of a Python module, which cannot run here: ignored; write it as a TypeScript module and name its path (docs/guides/write-a-callback.md)`;
  }
  return `'${name}' is no callback: ignored${didYouMean(name, [...Object.keys(CALLBACK_FIELDS), ...NOT_BUILT_CALLBACKS])}`;
};

interface NamedCallback {
  readonly name: CallbackName;
  /** As the lists and settings call it. */
  readonly label: string;
}

const readSettings = (
  document: ConfigDocument,
  { name, label }: NamedCallback,
  context: ReadContext,
): Record<string, unknown> => {
  const path = `callback_settings.${label}`;
  const all = allSettings(document);
  const raw = (Object.hasOwn(all, label) ? all[label] : undefined) ?? {};
  if (!isMapping(raw)) {
    context.findings.faults.push({ path, message: "is no mapping", allowed: "a mapping of settings" });
    return {};
  }
  const fields = CALLBACK_FIELDS[name];
  reportUndeclared(raw, path, { path, fields, notBuilt: { names: new Set() }, otherKeys: "warned of" }, context);
  return readSection(raw, path, fields, context);
};

const warnOfUnusedSettings = (document: ConfigDocument, names: ReadonlySet<string>, context: ReadContext): void => {
  const written = document.sections.get("callback_settings");
  if (written?.kind !== "value" || written.value === null) return;
  if (!isMapping(written.value)) {
    context.findings.faults.push({ path: written.path, message: "is no mapping", allowed: "a mapping of callbacks" });
    return;
  }
  for (const name of Object.keys(written.value)) {
    if (!names.has(name)) {
      const message =
        findBuilt(document, name) !== undefined
          ? "has no effect: no list of callbacks names it"
          : describeUnknown(document, name);
      context.findings.warnings.push({ path: `${written.path}.${name}`, message });
    }
  }
};

/** The callbacks that a file asks for, with their settings; what cannot be had is warned of by name. */
export const readCallbacks = (
  written: WrittenCallbacks,
  document: ConfigDocument,
  context: ReadContext,
): ReadCallbacks => {
  const scopes = toScopes(written);
  const built: BuiltCallback[] = [];
  const modules: ModuleCallback[] = [];
  for (const [name, scope] of scopes) {
    const builtName = findBuilt(document, name);
    if (builtName !== undefined) {
      const settings = readSettings(document, { name: builtName, label: name }, context);
      const label = name === builtName ? {} : { label: name };
      // The table that the settings were read by is the one that the name stands for.
      built.push({ name: builtName, settings, ...label, ...scope } as BuiltCallback);
    } else if (MODULE.test(name)) {
      modules.push({ file: resolve(dirname(document.files[0] ?? "."), name), ...scope });
    } else {
      const message = describeUnknown(document, name);
      const paths = listsOf(written).filter(([, names]) => names.includes(name));
      context.findings.warnings.push(...paths.map(([list]) => ({ path: `${written.path}.${list}`, message })));
    }
  }
  warnOfUnusedSettings(document, new Set(scopes.keys()), context);
  return { built, modules: mergeModules(modules) };
};

/** Each file once, however many ways its path is written; it is told of what any of them is told of. */
const mergeModules = (modules: readonly ModuleCallback[]): readonly ModuleCallback[] => {
  const byFile = new Map<string, ModuleCallback>();
  for (const { file, onSuccess, onFailure } of modules) {
    const before = byFile.get(file);
    byFile.set(file, {
      file,
      onSuccess: onSuccess || before?.onSuccess === true,
      onFailure: onFailure || before?.onFailure === true,
    });
  }
  return [...byFile.values()];
};
