import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkAnthropicBody } from "../../../tests/support/anthropic-rules.ts";
import { playStream, replyContext } from "../../../tests/support/translator-streams.ts";
import { objectOf, textOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import { openaiChatToAnthropicMessages as translator } from "../openai-chat-to-anthropic-messages.ts";

const FOLDER = join(import.meta.dir, "../../../tests/fixtures/anthropic");

test.each(readdirSync(FOLDER))("%s", (name) => {
  const read = (file: string): string => readFileSync(join(FOLDER, name, file), "utf8");
  const readJson = (file: string): JsonObject => JSON.parse(read(file));
  const request = objectOf(readJson("request.json")["body"]);
  const upstream = readJson("upstream-request.json");
  const model = textOf(request["model"])?.replace("anthropic/", "") ?? "";
  const isStream = request["stream"] === true;
  const ledger = { drop: () => undefined, refuse: () => undefined };
  const body = translator.request(request, { model, isStream, ledger, media: new Map(), options: {} });
  const betas = translator.headers?.(request, {}) ?? {};
  expect(JSON.stringify(body)).toBe(JSON.stringify(upstream["body"]));
  expect(objectOf(upstream["headers"])).toMatchObject(betas);
  expect(checkAnthropicBody(body, betas["anthropic-beta"])).toBeUndefined();
  const context = replyContext({ request, model });
  if (!isStream) {
    const reply = translator.response(readJson("upstream-response.json"), context);
    expect(JSON.stringify(reply)).toBe(read("response.json"));
    return;
  }
  const { chunks, usage, isComplete } = playStream(translator, [Buffer.from(read("upstream-response.sse"))], context);
  const { id, object, created, model: answered } = objectOf(chunks.at(-1));
  const asked = objectOf(request["stream_options"])["include_usage"] === true;
  const all = asked ? [...chunks, { id, object, created, model: answered, choices: [], usage }] : chunks;
  expect(`${all.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`).toBe(
    read("response.sse"),
  );
  expect(isComplete).toBe(true);
});
