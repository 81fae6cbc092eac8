/**
 * Families of model names that callers write without a provider prefix, and the provider LiteLLM takes each for; the
 * first match wins. Families as in LiteLLM's own price table (https://pypi.org/project/litellm/1.109.1/, read 2026-11-23),
 * by pattern rather than by name, so that a family's next model needs no release of ours.
 */
const FAMILIES: readonly (readonly [pattern: RegExp, provider: string])[] = [
  [/^(?:ft:)?(?:davinci|babbage)-002(?:$|[:-])/, "text-completion-openai"],
  [/^gpt-3\.5-turbo-instruct(?:$|-)/, "text-completion-openai"],
  [/^(?:ft:)?gpt-(?:\d|image|audio|realtime|daybreak)/, "openai"],
  [/^(?:ft:)?o[1-9](?:$|-)/, "openai"],
  [/^(?:chatgpt|computer-use|daybreak)-/, "openai"],
  [/^(?:chat|codex-mini)-latest$/, "openai"],
  [/^text-embedding-(?:3|ada)-/, "openai"],
  [/^(?:text|omni)-moderation-/, "openai"],
  [/^(?:dall-e|whisper|tts|sora)-\d/, "openai"],
  [/^claude-(?:2|instant-1)$/, "anthropic_text"],
  [/^claude-/, "anthropic"],
  [/^(?:command-(?:a|r|r7b)|c4ai-aya)(?:$|-)/, "cohere_chat"],
  [/^(?:command(?:$|-)|embed-(?:english|multilingual|v4)|rerank-(?:english|multilingual|v\d))/, "cohere"],
  [/^gemini-/, "vertex_ai"],
  [/^text-(?:embedding-(?:00\d|large-exp|preview)|multilingual-embedding)/, "vertex_ai"],
  [/^jamba-/, "ai21"],
  [/^(?:(?:us|eu|apac|au|jp|global)\.)?(?:ai21|amazon|anthropic|cohere|meta|mistral)\./, "bedrock"],
];

/** The provider that an un-prefixed, well-known model name belongs to; undefined when the name says nothing. */
export const inferProvider = (modelName: string): string | undefined =>
  FAMILIES.find(([pattern]) => pattern.test(modelName))?.[1];
