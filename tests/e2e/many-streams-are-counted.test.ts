import { afterAll, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { eventually } from "../support/within.ts";

const upstream = startFakeUpstream();
afterAll(() => upstream.close());

/** More than are kept as they come. */
const STREAMS = 160;
const chunk = (content: string): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;

test("of many streams at once each is passed whole and counted alike", async () => {
  const gateway = await startGateway({
    config: {
      litellm_settings: { json_logs: true },
      model_list: [modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"))],
    },
  });
  const allHaveBegun = Promise.withResolvers<void>();
  let begun = 0;
  const chunks = [chunk("hello"), ...Array.from({ length: 20 }, () => chunk(" hello")), "data: [DONE]\n\n"];
  const beforeChunk = (index: number): Promise<void> | undefined => {
    begun += index === 0 ? 1 : 0;
    if (begun === STREAMS) allHaveBegun.resolve();
    return index === 1 ? allHaveBegun.promise : undefined;
  };
  for (let count = 0; count < STREAMS; count++) upstream.next({ chunks, beforeChunk });

  const body = { model: "gpt", messages: MESSAGES, stream: true };
  const answers = await Promise.all(
    Array.from({ length: STREAMS }, async () => (await postJson(`${gateway.url}/v1/chat/completions`, body)).text()),
  );
  expect(new Set(answers)).toEqual(new Set([chunks.join("")]));
  const counted = (): number => gateway.logs().split('"completion_tokens":21,').length - 1;
  await eventually(() => counted() === STREAMS, "every stream is counted", 15_000);
  expect(await gateway.stop()).toBe(0);
}, 30_000);
