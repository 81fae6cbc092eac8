import { expect, test } from "bun:test";
import { configOf, loadYaml } from "../load-yaml-for-tests.ts";

const callbacksOf = (yaml: string) => configOf(loadYaml(yaml)).observing.callbacks;

test("a name of the operator's own is a webhook where its settings say so", () => {
  const yaml = `
litellm_settings: { success_callback: [billing], callbacks: [generic_api, generic] }
callback_settings:
  billing: { callback_type: generic_api, endpoint: "https://billing.example", batch_size: 7 }
`;
  const found = callbacksOf(yaml).map(({ name, label, onSuccess, onFailure, settings }) => {
    const { endpoint, batch_size: batchSize } = settings as {
      readonly endpoint?: string;
      readonly batch_size?: number;
    };
    return { name, label, onSuccess, onFailure, endpoint, batchSize };
  });
  const defaults = { endpoint: undefined, batchSize: 100, onSuccess: true, onFailure: true };
  expect(found).toEqual([
    { ...defaults, name: "generic_api", label: undefined },
    { ...defaults, name: "generic_api", label: "generic" },
    {
      name: "generic_api",
      label: "billing",
      onSuccess: true,
      onFailure: false,
      endpoint: "https://billing.example",
      batchSize: 7,
    },
  ]);
});

test.each(["constructor", "__proto__", "toString"])("%s is no callback", (name) => {
  const { warnings, faults } = loadYaml(`litellm_settings: { callbacks: [${name}] }`);
  expect(faults).toEqual([]);
  expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining(`'${name}' is no callback`)]);
});

test("what is no callback is warned of where it stands, and a wrong callback_type is named", () => {
  const { warnings } = loadYaml(`
litellm_settings: { callbacks: [langfus], success_callback: [s3, billing], failure_callback: [sentry, s3] }
callback_settings:
  billing: { callback_type: generic_apii, endpoint: "https://billing.example" }
  unlisted: { callback_type: 7 }
`);
  const billing = `'billing' is of an unknown callback_type, "generic_apii": ignored; did you mean generic_api?`;
  expect(warnings.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    "litellm_settings.callbacks: 'langfus' is no callback: ignored; did you mean langfuse?",
    "litellm_settings.success_callback: 's3' is known from LiteLLM, not built yet: ignored",
    "litellm_settings.failure_callback: 's3' is known from LiteLLM, not built yet: ignored",
    `litellm_settings.success_callback: ${billing}`,
    "litellm_settings.failure_callback: 'sentry' is known from LiteLLM, not built yet: ignored",
    `callback_settings.unlisted: 'unlisted' is of an unknown callback_type, "7": ignored`,
  ]);
});

test("a module is one, however its path is written", () => {
  const yaml = "litellm_settings: { success_callback: [./a.ts, ./b.ts], failure_callback: [./x/../a.ts] }";
  const { modules } = configOf(loadYaml(yaml)).observing;
  expect(modules).toEqual([
    { file: "/etc/portolan/a.ts", onSuccess: true, onFailure: true },
    { file: "/etc/portolan/b.ts", onSuccess: true, onFailure: false },
  ]);
});

test("paths of modules are relative to the file", () => {
  const { modules } = configOf(loadYaml("litellm_settings: { failure_callback: [./a.ts, /b/c.js] }")).observing;
  expect(modules.map(({ file }) => file.endsWith("/a.ts") || file === "/b/c.js")).toEqual([true, true]);
  expect(modules.map(({ onSuccess, onFailure }) => [onSuccess, onFailure])).toEqual([
    [false, true],
    [false, true],
  ]);
});

test("a deployment's own Langfuse project that lacks a key is warned of", () => {
  const yaml = (name: string, key: string) => `
model_list: [{ model_name: a, litellm_params: { model: openai/a, ${key}: lf-1 } }]
litellm_settings: { callbacks: [${name}] }
`;
  const warningsOf = (text: string, environment = {}) =>
    loadYaml(text, environment).warnings.map(({ path, message }) => `${path}: ${message}`);
  expect(warningsOf(yaml("langfuse", "langfuse_public_key"))).toEqual([
    "model_list[0].litellm_params: langfuse gets none of its calls: it lacks langfuse_secret_key, and the callback has none either",
  ]);
  expect(warningsOf(yaml("langfuse_otel", "langfuse_secret"))).toEqual([
    "model_list[0].litellm_params: langfuse_otel gets none of its calls: it lacks langfuse_public_key, and the callback has none either",
  ]);
  expect(warningsOf(yaml("langfuse", "langfuse_public_key"), { LANGFUSE_SECRET_KEY: "sk-lf-1" })).toEqual([]);
  expect(warningsOf(yaml("json_lines", "langfuse_public_key"))).toEqual([]);
});
