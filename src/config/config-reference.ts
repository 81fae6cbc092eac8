import { CONFIG_SECTIONS, type ConfigSection } from "./config-sections.ts";
import type { DeclaredField } from "./declared-field.ts";
import { describeAllowed } from "./field-place.ts";
import { FORBIDDEN_USER_PARAMS, IGNORED_USER_KEYS, MAX_USER_MODELS } from "./user-config.ts";

const OTHER_KEYS: Readonly<Record<ConfigSection["otherKeys"], string>> = {
  "warned of": "Any other key is warned of and ignored.",
  "request defaults":
    "Any other key is a default of the request body, sent when the caller does not set it; unknown ones that begin with `aws_` or `vertex_` are warned of and ignored.",
  kept: "Any other key is kept and shown by `/model/info`.",
};

const cell = (text: string): string => text.replaceAll("|", "\\|");

const formatDefault = (field: DeclaredField): string => {
  if (field.required) return "required";
  const written = field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``;
  const environment = (field.environment ?? []).map((name) => `\`$${name}\``);
  return [...environment, written].filter((text) => text !== "").join(", else ");
};

const formatSection = (section: ConfigSection): string => {
  const { family } = section;
  const named = Object.entries(section.fields);
  const rows = [...named, ...(family === undefined ? [] : [[family.name, family.field] as const])].map(
    ([name, field]) =>
      `| \`${name}\` | ${cell(describeAllowed(field))} | ${cell(formatDefault(field))} | ${cell(field.description)} |`,
  );
  const notBuilt = [...section.notBuilt.names].map((name) => `\`${name}\``).join(", ");
  return [
    `## ${section.path === "" ? "Top level" : `\`${section.path}\``}`,
    "",
    "| key | allowed | default | meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    OTHER_KEYS[section.otherKeys],
    ...(notBuilt === "" ? [] : ["", `Known from LiteLLM, not built yet: ${notBuilt}.`]),
    "",
  ].join("\n");
};

const code = (names: Iterable<string>): string => [...names].map((name) => `\`${name}\``).join(", ");

const formatUserConfig = (): string =>
  [
    "## `user_config` of a request body",
    "",
    `\`model_list\` (1 to ${MAX_USER_MODELS} entries) and the keys of \`router_settings\`, by the same tables, but strictly: any`,
    "other key is a fault, with its path in the 400. Only request parameters of OpenAI's API and well-known ones of",
    "vendors may stand in `litellm_params` beside the keys above. `num_retries` is 0 when absent; nothing comes from the",
    "server's own settings or environment, and `os.environ/...` is a fault wherever it stands.",
    "",
    `Taken and ignored: ${code(IGNORED_USER_KEYS)}.`,
    "",
    `Refused in \`litellm_params\`: ${code(FORBIDDEN_USER_PARAMS)}.`,
    "",
  ].join("\n");

/** The text of `docs/reference/config.md` below its heading, from the tables that the checker reads. */
export const formatConfigReference = (): string =>
  [...CONFIG_SECTIONS.map(formatSection), formatUserConfig()].join("\n");
