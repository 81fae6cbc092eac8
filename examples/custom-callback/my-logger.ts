import { type Callback, CallRefused } from "portolan";

const BANNED = /\bswordfish\b/i;

/** Says what each call cost, and refuses those that hold a banned word. */
export const callback: Callback = {
  preCall({ body }) {
    if (BANNED.test(JSON.stringify(body["messages"] ?? ""))) {
      throw new CallRefused("This gateway does not talk of that fish.", { code: "banned_word", param: "messages" });
    }
  },

  onSuccess({ model_group, total_tokens, response_cost }) {
    const cost = response_cost === null ? "cost unknown" : `${response_cost} USD`;
    console.log(`my-logger: ${model_group}, ${total_tokens} tokens, ${cost}`);
  },

  onFailure({ model_group, error_information }) {
    console.log(`my-logger: ${model_group ?? "no model"} failed: ${error_information?.error_class}`);
  },
};
