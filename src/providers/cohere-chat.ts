import { COHERE } from "./cohere-routes.ts";
import { defineProvider } from "./provider.ts";

/** Cohere under the name that LiteLLM has for its chats. */
export const cohereChat = defineProvider({ name: "cohere_chat", ...COHERE });
