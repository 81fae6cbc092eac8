import { CONFIG_SECTIONS, type ConfigSection } from "./config-sections.ts";
import type { ReadContext } from "./environment-references.ts";
import type { ConfigFault } from "./findings.ts";
import { didYouMean, findNearestName } from "./nearest-name.ts";
import { CLOUD_SETTING, isNotBuilt } from "./not-built-keys.ts";
import { findUndeclared } from "./read-section.ts";
import { REQUEST_PARAM_NAMES } from "./request-param-names.ts";

/** Faults that a caller is told of at once. */
export const MAX_STRICT_FAULTS = 20;

/** Names this short are within two edits of almost anything. */
const SHORT_NAME_LENGTH = 5;

/** Edits by which a longer name is still a slip. */
const LONG_NAME_EDITS = 2;

const namesOf = (section: ConfigSection): readonly string[] => [
  ...Object.keys(section.fields),
  ...section.notBuilt.names,
];

const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/** The section that a key belongs to, for one that stands in the wrong place. */
const findHome = (key: string): string | undefined => {
  const home = CONFIG_SECTIONS.find((section) => section.path !== "" && Object.hasOwn(section.fields, key));
  return home === undefined ? undefined : home.path.replace("[]", "[...]");
};

const hintFor = (key: string, section: ConfigSection): string => {
  const nearest = didYouMean(key, namesOf(section));
  if (nearest !== "") return nearest;
  const home = findHome(key);
  return home === undefined ? "" : `; it belongs under ${home}`;
};

const isCloudSetting = (key: string, section: ConfigSection): boolean =>
  section.otherKeys === "request defaults" && CLOUD_SETTING.test(key);

const isMisspelling = (key: string, section: ConfigSection): boolean => {
  if (REQUEST_PARAM_NAMES.has(key)) return false;
  const maximumEdits = key.length <= SHORT_NAME_LENGTH ? 1 : LONG_NAME_EDITS;
  return findNearestName(key, namesOf(section), maximumEdits) !== undefined;
};

const digitsOf = (name: string): string => name.replace(/\D/g, "");

/**
 * The hint for a key of one of LiteLLM's families that is a declared one but for a slip; empty for all others. Prices for
 * other lengths of prompts (`..._above_512k_tokens`) differ in their digits and are none.
 */
const slipHint = (key: string, { notBuilt, fields }: ConfigSection): string => {
  if (notBuilt.names.has(key)) return "";
  const nearest = findNearestName(key, Object.keys(fields), LONG_NAME_EDITS);
  return nearest === undefined || digitsOf(nearest) !== digitsOf(key) ? "" : `; did you mean ${nearest}?`;
};

const findWarning = (key: string, section: ConfigSection): string | undefined => {
  if (isNotBuilt(key, section.notBuilt)) {
    const effect = section.otherKeys === "kept" ? "shown by /model/info, without effect" : "ignored";
    const slip = slipHint(key, section);
    return slip === "" ? `known from LiteLLM, not built yet: ${effect}` : `unknown key: ${effect}${slip}`;
  }
  if (section.otherKeys === "kept") return undefined;
  if (isCloudSetting(key, section)) return `unknown setting of a cloud: ignored${hintFor(key, section)}`;
  if (section.otherKeys === "warned of") return `unknown key: ignored${hintFor(key, section)}`;
  if (!isMisspelling(key, section)) return undefined;
  return `sent to the model as a request parameter${didYouMean(key, namesOf(section))}`;
};

const warnOfUndeclared = (
  raw: Readonly<Record<string, unknown>>,
  path: string,
  section: ConfigSection,
  context: ReadContext,
): readonly string[] =>
  findUndeclared(raw, section.fields).filter((key) => {
    const message = findWarning(key, section);
    if (message !== undefined) context.findings.warnings.push({ path: join(path, key), message });
    if (section.otherKeys === "kept") return true;
    return (
      section.otherKeys === "request defaults" && !isNotBuilt(key, section.notBuilt) && !isCloudSetting(key, section)
    );
  });

const isEmpty = (value: unknown): boolean =>
  value === false || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** What callers may not write: all that would be ignored, or sent to a vendor for want of a meaning here. */
const findFault = (key: string, value: unknown, section: ConfigSection): Omit<ConfigFault, "path"> | undefined => {
  if (isNotBuilt(key, section.notBuilt)) {
    if (isEmpty(value)) return undefined;
    const slip = slipHint(key, section);
    return { message: slip === "" ? "known from LiteLLM, not built yet" : `unknown key${slip}`, allowed: "nothing" };
  }
  const isParam = section.otherKeys === "request defaults" && REQUEST_PARAM_NAMES.has(key);
  if (section.otherKeys === "kept" || isParam) return undefined;
  return { message: `unknown key${didYouMean(key, Object.keys(section.fields))}`, allowed: "a key that is documented" };
};

const refuseUndeclared = (
  raw: Readonly<Record<string, unknown>>,
  path: string,
  section: ConfigSection,
  { findings }: ReadContext,
): readonly string[] =>
  findUndeclared(raw, section.fields).filter((key) => {
    if (section.otherKeys === "kept") return true;
    // Finding the nearest name costs more than the key did, so thousands of unknown keys must not buy it.
    const isListed = findings.faults.length < MAX_STRICT_FAULTS;
    const fault = isListed ? findFault(key, raw[key], section) : undefined;
    if (fault !== undefined) findings.faults.push({ path: join(path, key), ...fault });
    return section.otherKeys === "request defaults" && REQUEST_PARAM_NAMES.has(key);
  });

/**
 * Reports a section's keys that are not declared: LiteLLM's that are not built yet, and unknown ones with the nearest
 * known name; in a strict reading as faults. Returns the keys that the section keeps all the same, request parameters
 * of `litellm_params` above all.
 */
export const reportUndeclared = (
  raw: Readonly<Record<string, unknown>>,
  path: string,
  section: ConfigSection,
  context: ReadContext,
): readonly string[] =>
  context.isStrict ? refuseUndeclared(raw, path, section, context) : warnOfUndeclared(raw, path, section, context);
