import { describe, expect, test } from "bun:test";
import { formatConfigReference } from "./config-reference.ts";
import { loadYaml } from "./load-yaml-for-tests.ts";
import { formatReport } from "./report.ts";

describe("report", () => {
  test("of a good file counts its models after its warnings", () => {
    const text = "model_list: [{model_name: a, litellm_params: {model: openai/a}}]\nguardrails: []";
    expect(formatReport(loadYaml(text))).toBe(
      "warning  guardrails: known from LiteLLM, not built yet: ignored\nconfig ok: 1 model\n",
    );
  });

  test("of a bad file has a line for each fault", () => {
    expect(formatReport(loadYaml("litellm_settings: {drop_params: 3, json_logs: x}"))).toBe(
      [
        "fault    litellm_settings.drop_params: found 3; allowed: true or false",
        'fault    litellm_settings.json_logs: found "x"; allowed: true or false',
        "2 faults",
        "",
      ].join("\n"),
    );
  });
});

describe("reference", () => {
  const text = formatConfigReference();

  test("has a row for a declared setting with what is allowed and its default", () => {
    expect(text).toContain(
      "| `max_request_size_mb` | a number of megabytes, above 0, at most 2047 | `100` | Largest request body; a larger one gets 413. |",
    );
    expect(text).toContain("| `master_key` | text, not empty | `$LITELLM_MASTER_KEY`, else `$MASTER_KEY` |");
  });

  test("names what is not built yet", () => {
    expect(text).toContain("Known from LiteLLM, not built yet: `model_list`, `assistants_config`");
  });
});
