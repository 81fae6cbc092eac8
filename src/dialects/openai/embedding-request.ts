import { invalidField } from "./chat-request.ts";

/** An embedding `input` as texts, for vendors that take a list of texts. @throws GatewayError `invalid-request` */
export function readTexts(input: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (list.length === 0 || !list.every((item): item is string => typeof item === "string")) {
    throw invalidField("input", "a text or a list of at least one text");
  }
  return list;
}
