import { scanObject } from "../../src/wire/json-scan.ts";
import { type JsonEdit, spliceObject } from "../../src/wire/json-splice.ts";
import { measure } from "./measure.ts";

const SENTENCE = "The harbour master noted that the brig — the “Ann” — had taken on water again during the night. ";

/** About this much prose, a line break every 60 to 90 characters. */
function prose(length: number): string {
  let text = "";
  for (let line = 0; text.length < length; line++) {
    text += `${SENTENCE.slice(0, 60 + ((line * 7) % 30))}\n`;
  }
  return text;
}

function chatBody(question: string): Buffer {
  const messages = [
    { role: "system", content: "You are a helpful assistant. Answer briefly and in the language of the user." },
    { role: "user", content: 'What is the capital of France?\nAnd what about "Germany"?' },
    { role: "assistant", content: "Paris; Berlin." },
    { role: "user", content: question },
  ];
  const rest = { temperature: 0.7, max_tokens: 256, stream: false, user: "user-1234", metadata: { tags: ["a", "b"] } };
  return Buffer.from(JSON.stringify({ model: "gpt-4o", messages, ...rest }));
}

const chat = chatBody("Tell me more about the history of both, in about two hundred words. ".repeat(2));
const prompt = chatBody(prose(400_000));
const edits: readonly JsonEdit[] = [
  { kind: "set", name: "model", value: '"gpt-4o-2024-08-06"' },
  { kind: "remove", name: "metadata" },
];

console.log(`chat ${chat.length} bytes, prompt ${prompt.length} bytes`);
measure("chat: scan", () => scanObject(chat));
measure("chat: scan, read model and stream, splice", () => {
  const object = scanObject(chat);
  const model = object.readString(object.find("model"));
  return [model, object.readBoolean(object.find("stream")), spliceObject(object, edits)];
});
measure("chat: JSON.parse", () => JSON.parse(chat.toString()));
measure("chat: JSON.parse and stringify", () => JSON.stringify({ ...JSON.parse(chat.toString()), model: "other" }));
measure("prompt: scan", () => scanObject(prompt));
measure("prompt: scan and splice", () => spliceObject(scanObject(prompt), edits));
measure("prompt: JSON.parse", () => JSON.parse(prompt.toString()));
measure("prompt: JSON.parse and stringify", () => JSON.stringify(JSON.parse(prompt.toString())));

// Reads past the end are recompiled as slower code; this is what remains after someone has sent broken bodies.
measure("truncated chat: scan (fails)", () => {
  try {
    return scanObject(chat.subarray(0, 300));
  } catch (error) {
    return error;
  }
});
measure("chat: scan, after truncated ones", () => scanObject(chat));
measure("prompt: scan, after truncated ones", () => scanObject(prompt));
