import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cutsOf, playStream, replyContext } from "../../tests/support/translator-streams.ts";
import type { JsonObject } from "../core/translation.ts";
import { gemini } from "../providers/gemini.ts";
import { vertexAi } from "../providers/vertex-ai.ts";
import { findTranslator } from "./find-translator.ts";

const FIXTURES = join(import.meta.dir, "../../tests/fixtures");

const CASES = [gemini, vertexAi].flatMap((provider) =>
  readdirSync(join(FIXTURES, provider.name)).map((folder) => [`${provider.name}/${folder}`, provider] as const),
);

test.each(CASES)("%s: the vendor and the client get what the fixture says", (folder, provider) => {
  const read = (name: string): string => readFileSync(join(FIXTURES, folder, name), "utf8");
  const readJson = (name: string): { readonly path: string; readonly body: JsonObject } => JSON.parse(read(name));
  const { path, body } = readJson("request.json");
  const operation = path.endsWith("/embeddings") ? "embedding" : "chat";
  const model = String(body["model"]).slice(provider.name.length + 1);
  const route = provider.routes[operation];
  const translator = route && findTranslator(operation === "chat" ? "openai-chat" : "openai-embedding", route.dialect);
  if (translator === undefined) throw new Error("there is no translator");
  const { options = {} } = route ?? {};
  const isStream = body["stream"] === true;
  const ledger = { drop: () => undefined, refuse: () => undefined };
  const written = translator.request({ ...body, model }, { model, isStream, ledger, media: new Map(), options });
  const sent = readJson("upstream-request.json");
  const isOne = operation === "chat";
  expect<unknown>(written).toEqual(isOne ? sent.body : [sent.body]);
  const routePath = (isStream ? route?.streamPath : route?.path)?.replace("{model}", model);
  expect(sent.path).toBe(`/base${routePath}`);
  const context = replyContext({ request: body, model });
  if (!isStream) {
    expect(translator.response(JSON.parse(read("upstream-response.json")), context)).toEqual(
      readJsonOf(read("response.json")),
    );
    return;
  }
  const expected = read("response.sse")
    .split("\n\n")
    .filter((frame) => frame.startsWith("data: {"));
  for (const pieces of cutsOf(Buffer.from(read("upstream-response.sse")))) {
    const { chunks, usage, isComplete } = playStream(translator, pieces, context);
    const { choices: _choices, ...head } = chunks.at(-1) ?? {};
    const all = [...chunks, { ...head, choices: [], usage }];
    expect(all).toEqual(expected.map((frame) => readJsonOf(frame.slice("data: ".length))));
    expect(isComplete).toBe(true);
  }
});

const readJsonOf = (text: string): JsonObject => JSON.parse(text);
