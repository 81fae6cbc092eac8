/**
 * Where the price library (`@pydantic/genai-prices`) has the models of our providers: its names of them, the most fitting
 * first. Clouds that serve other vendors' models are followed by those vendors, whose prices they mostly keep.
 */
export const PRICE_PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  anthropic: ["anthropic"],
  azure: ["azure", "openai"],
  azure_ai: ["azure", "openai", "anthropic", "deepseek", "x-ai", "moonshotai"],
  baseten: ["baseten"],
  bedrock: ["aws"],
  cerebras: ["cerebras"],
  cloudflare: ["cloudflare"],
  codestral: ["mistral"],
  cohere: ["cohere"],
  cohere_chat: ["cohere"],
  deepseek: ["deepseek"],
  fireworks_ai: ["fireworks"],
  gemini: ["google"],
  groq: ["groq"],
  minimax: ["minimax"],
  mistral: ["mistral"],
  moonshot: ["moonshotai"],
  novita: ["novita"],
  openai: ["openai"],
  openrouter: ["openrouter"],
  perplexity: ["perplexity"],
  "text-completion-openai": ["openai"],
  together_ai: ["together"],
  vertex_ai: ["google", "anthropic"],
  voyage: ["voyageai"],
  xai: ["x-ai"],
  zai: ["zai", "zhipuai"],
};
