import { CONFIG_SECTIONS, type ConfigSection } from "./config-sections.ts";
import type { DeclaredField } from "./declared-field.ts";
import { describeAllowed } from "./field-readers.ts";

const OTHER_KEYS: Readonly<Record<ConfigSection["otherKeys"], string>> = {
  "warned of": "Any other key is warned of and ignored.",
  "request defaults": "Any other key is a default of the request body, sent when the caller does not set it.",
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
  const rows = Object.entries(section.fields).map(
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

/** The text of `docs/reference/config.md` below its heading, from the tables that the checker reads. */
export const formatConfigReference = (): string => CONFIG_SECTIONS.map(formatSection).join("\n");
