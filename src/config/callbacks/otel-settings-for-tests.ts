import { buildConfig } from "../build-config.ts";
import { toConfigDocument } from "../config-document.ts";
import { NO_OVERRIDES } from "../config-overrides.ts";
import type { Environment } from "../environment-references.ts";
import { newFindings } from "../findings.ts";
import type { CallbackSettings } from "./callback-fields.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** Settings of the `otel` callback as a configuration file and an environment come to, for tests. */
export const otelSettings = (written: Mapping = {}, environment: Environment = {}): CallbackSettings<"otel"> =>
  readOtelSettings(written, environment).settings;

/** The same with what was warned of. */
export const readOtelSettings = (
  written: Mapping,
  environment: Environment,
): { readonly settings: CallbackSettings<"otel">; readonly warnings: readonly string[] } => {
  const findings = newFindings();
  const content = {
    model_list: [{ model_name: "a", litellm_params: { model: "openai/a" } }],
    litellm_settings: { callbacks: ["otel"] },
    callback_settings: { otel: written },
  };
  const config = buildConfig(toConfigDocument(content), NO_OVERRIDES, { environment, findings });
  if (findings.faults.length > 0) throw new Error(JSON.stringify(findings.faults));
  const [otel] = config.observing.callbacks;
  if (otel?.name !== "otel") throw new Error("there is no otel callback");
  const warnings = findings.warnings.map(({ path, message }) => `${path}: ${message}`);
  return { settings: otel.settings, warnings };
};
