import type { Operation } from "../../src/core/operation.ts";
import type { Provider } from "../../src/providers/provider.ts";

/** The endpoint of each operation. */
export const PATHS: Readonly<Record<Operation, string>> = {
  chat: "/v1/chat/completions",
  completion: "/v1/completions",
  embedding: "/v1/embeddings",
  moderation: "/v1/moderations",
  rerank: "/v1/rerank",
};

/** The model of every provider's canonical calls. */
export const MODEL = "some-model";

/** A model for each set of edits that holds for some of a provider's models only. */
const EDITED_MODELS: Readonly<Record<string, readonly string[]>> = {
  deepseek: ["deepseek-reasoner"],
  xai: ["grok-4"],
};

/** Models that the suite deploys of a provider. */
export const modelsOf = (provider: Provider): readonly string[] => [MODEL, ...(EDITED_MODELS[provider.name] ?? [])];

/** The fields an operation cannot do without, with values as small as can be. */
export const MINIMAL: Readonly<Record<Operation, Readonly<Record<string, unknown>>>> = {
  chat: { messages: [{ role: "user", content: "Hello" }] },
  completion: { prompt: "Hello" },
  embedding: { input: ["Hello"] },
  moderation: { input: "Hello" },
  rerank: { query: "Hello", documents: ["Hello", "Goodbye"] },
};

/** JSON text of {@link MINIMAL} in odd but valid spelling, with fields of the vendor's own: all of it must survive. */
export const ODD_FIELDS: Readonly<Record<Operation, string>> = {
  chat: '"messages":[ {"content":"caf\\u00e9 \\/ 😀","role":"user"} ],"temperature" : 1.0,"x_vendor":{"a":[1, 2.50,1e3]}',
  completion: '"prompt" :"caf\\u00e9 \\/ 😀", "temperature":1.0,"x_vendor":{"a":[1, 2.50,1e3]}',
  embedding: '"input" : ["caf\\u00e9", "b"],"x_vendor":{"a":[1, 2.50,1e3]}',
  moderation: '"input":[ "caf\\u00e9" ],"x_vendor":{"a":[1, 2.50,1e3]}',
  rerank: '"query" : "caf\\u00e9","documents":[ "a", "b"],"x_vendor":{"a":[1, 2.50,1e3]}',
};

/** A reply to each operation, in odd but valid spelling, with fields of the vendor's own. */
export const REPLIES: Readonly<Record<Operation, string>> = {
  chat: '{ "id":"chatcmpl-1","object":"chat.completion","created":1764000000,"model":"vendor/model","choices":[{"index":0,"message":{"role":"assistant","content":"caf\\u00e9"},"finish_reason":"stop","logprobs":null}],\n "usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18},"x_vendor":1.0}\n',
  completion:
    '{ "id":"cmpl-1","object":"text_completion","created":1764000000,"model":"vendor/model","choices":[{"text":"caf\\u00e9","index":0,"logprobs":null,"finish_reason":"stop"}],\n "usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18},"x_vendor":1.0}\n',
  embedding:
    '{ "object":"list","data":[{"object":"embedding","index":0,"embedding":[0.50,-1.25]}],"model":"vendor/model",\n "usage":{"prompt_tokens":11,"total_tokens":11},"x_vendor":1.0}\n',
  moderation:
    '{ "id":"modr-1","model":"vendor/model","results":[{"flagged":false,"categories":{"violence":false},"category_scores":{"violence":1e-5}}],"x_vendor":1.0}\n',
  rerank:
    '{ "id":"rerank-1","results":[{"index":1,"relevance_score":0.50},{"index":0,"relevance_score":1e-5}],"meta":{"billed_units":{"search_units":1}},"x_vendor":1.0}\n',
};

const USAGE = '{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}';

/** `{"a":{"b":...}}` of a path, as one field's JSON text. */
const toField = (path: readonly string[], value: string): string =>
  path.reduceRight((inner, key, at) => (at === 0 ? `"${key}":${inner}` : `{"${key}":${inner}}`), value);

/** A vendor's stream, frame by frame, and what a client gets of it that asked for usage, or did not. */
export interface CanonicalStream {
  readonly frames: readonly string[];
  readonly asked: readonly string[];
  readonly unasked: readonly string[];
}

const CHUNK_OBJECTS: Readonly<Partial<Record<Operation, string>>> = {
  chat: "chat.completion.chunk",
  completion: "text_completion",
};

const CHOICES: Readonly<Partial<Record<Operation, readonly [text: string, last: string]>>> = {
  chat: [
    '[{"index":0,"delta":{"content":"caf\\u00e9"},"finish_reason":null}]',
    '[{"index":0,"delta":{},"finish_reason":"stop"}]',
  ],
  completion: [
    '[{"text":"caf\\u00e9","index":0,"finish_reason":null}]',
    '[{"text":"","index":0,"finish_reason":"stop"}]',
  ],
};

/** How a vendor streams: with usage where it says it puts it, in a chunk of its own when it must be asked. */
export const streamOf = (provider: Provider, operation: Operation): CanonicalStream => {
  const [text = "[]", last = "[]"] = CHOICES[operation] ?? [];
  const origin = '"created":1764000000,"model":"vendor/model"';
  const frame = (choices: string, rest: string): string =>
    `data: {"id":"c1",${origin},"choices":${choices}${rest}}\n\n`;
  const usage = `,${toField(provider.usagePath ?? ["usage"], USAGE)}`;
  const done = "data: [DONE]\n\n";
  const plain = [": keep-alive\n\n", frame(text, ',"x_vendor":1.0'), frame(last, "")];
  switch (provider.streamUsage ?? "ask") {
    case "ask": {
      const begun = [": keep-alive\n\n", frame(text, ',"x_vendor":1.0,"usage":null'), frame(last, ',"usage":null')];
      const frames = [...begun, frame("[]", usage), done];
      return { frames, asked: frames, unasked: [...plain, done] };
    }
    case "always": {
      const told = [...plain.slice(0, 2), frame(last, usage)];
      const object = CHUNK_OBJECTS[operation];
      const chunk = `data: {"id":"c1","object":"${object}",${origin},"choices":[],"usage":${USAGE}}\n\n`;
      const inserted = provider.usagePath === undefined ? [] : [chunk]; // Once is enough where clients look.
      return { frames: [...told, done], asked: [...told, ...inserted, done], unasked: [...told, done] };
    }
    default:
      return { frames: [...plain, done], asked: [...plain, done], unasked: [...plain, done] };
  }
};

/** Values of parameters that ask for something, so that none may be left out without a word. */
const VALUES: Readonly<Record<string, unknown>> = {
  audio: { voice: "alloy", format: "wav" },
  best_of: 3,
  dimensions: 8,
  echo: true,
  frequency_penalty: 0.5,
  function_call: "auto",
  functions: [{ name: "f", parameters: {} }],
  logit_bias: { "50256": -100 },
  logprobs: true,
  max_completion_tokens: 64,
  modalities: ["text", "audio"],
  n: 2,
  presence_penalty: 0.5,
  seed: 7,
  stop: ["END"],
  store: true,
  stream_options: { include_usage: true },
  top_logprobs: 3,
  web_search_options: { search_context_size: "low" },
};

/** A value for a parameter of OpenAI's. */
export const sampleOf = (name: string): unknown => VALUES[name] ?? "x-value";
