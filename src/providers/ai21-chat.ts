import { ai21 } from "./ai21.ts";
import { defineProvider } from "./provider.ts";

/** The same as `ai21`, by the name that LiteLLM gives chats of Jamba. */
export const ai21Chat = defineProvider({ ...ai21, name: "ai21_chat" });
