import { CONFIG_SECTIONS, type ConfigSection } from "./config-sections.ts";
import type { ReadContext } from "./environment-references.ts";
import { didYouMean, findNearestName } from "./nearest-name.ts";
import { isNotBuilt } from "./not-built-keys.ts";
import { findUndeclared } from "./read-section.ts";
import { REQUEST_PARAM_NAMES } from "./request-param-names.ts";

/** Names this short are within two edits of almost anything. */
const SHORT_NAME_LENGTH = 5;

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

const isMisspelling = (key: string, section: ConfigSection): boolean => {
  if (REQUEST_PARAM_NAMES.has(key)) return false;
  const maximumEdits = key.length <= SHORT_NAME_LENGTH ? 1 : 2;
  return findNearestName(key, namesOf(section), maximumEdits) !== undefined;
};

const findWarning = (key: string, section: ConfigSection): string | undefined => {
  if (isNotBuilt(key, section.notBuilt)) {
    const effect = section.otherKeys === "kept" ? "shown by /model/info, without effect" : "ignored";
    return `known from LiteLLM, not built yet: ${effect}`;
  }
  if (section.otherKeys === "kept") return undefined;
  if (section.otherKeys === "warned of") return `unknown key: ignored${hintFor(key, section)}`;
  if (!isMisspelling(key, section)) return undefined;
  return `sent to the model as a request parameter${didYouMean(key, namesOf(section))}`;
};

/**
 * Warns of a section's keys that are not declared: LiteLLM's that are not built yet, and unknown ones with the nearest
 * known name. Returns the keys that the section keeps all the same, request parameters of `litellm_params` above all.
 */
export const warnOfUndeclared = (
  raw: Readonly<Record<string, unknown>>,
  path: string,
  section: ConfigSection,
  context: ReadContext,
): readonly string[] =>
  findUndeclared(raw, section.fields).filter((key) => {
    const message = findWarning(key, section);
    if (message !== undefined) context.findings.warnings.push({ path: join(path, key), message });
    if (section.otherKeys === "kept") return true;
    return section.otherKeys === "request defaults" && !isNotBuilt(key, section.notBuilt);
  });
