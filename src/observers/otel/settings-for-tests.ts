import { buildConfig } from "../../config/build-config.ts";
import type { CallbackSettings } from "../../config/callbacks/callback-fields.ts";
import { toConfigDocument } from "../../config/config-document.ts";
import { NO_OVERRIDES } from "../../config/config-overrides.ts";
import type { Environment } from "../../config/environment-references.ts";
import { newFindings } from "../../config/findings.ts";

/** Settings of the `otel` callback as a configuration file and an environment come to, for tests. */
export const otelSettings = (
  written: Readonly<Record<string, unknown>> = {},
  environment: Environment = {},
): CallbackSettings<"otel"> => {
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
  return otel.settings;
};
