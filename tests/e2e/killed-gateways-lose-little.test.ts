import { afterAll, expect, test } from "bun:test";
import { PROJECT, startFakeLangfuse } from "../support/fake-langfuse.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { startGateway } from "../support/gateway-process.ts";
import { modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { within } from "../support/within.ts";

const upstream = startFakeUpstream();
const langfuse = startFakeLangfuse();
afterAll(async () => {
  upstream.close();
  await langfuse.close();
});

/** Calls of one wave, at once. */
const WAVE = 40;
const idsOf = (wave: string): readonly string[] => Array.from({ length: WAVE }, (_, index) => `${wave}-${index}`);

test("a gateway that is killed loses only calls of its last moment, and tells no other twice", async () => {
  const gateway = await startGateway({
    config: {
      model_list: [modelEntry("gpt-4o", openaiParams(upstream, "openai/gpt-4o"))],
      litellm_settings: { success_callback: ["langfuse"] },
    },
    env: {
      LANGFUSE_PUBLIC_KEY: PROJECT.publicKey,
      LANGFUSE_SECRET_KEY: PROJECT.secretKey,
      LANGFUSE_HOST: langfuse.url,
      LANGFUSE_FLUSH_INTERVAL: "0.05",
    },
  });
  const call = async (id: string): Promise<void> => {
    const body = { model: "gpt-4o", messages: [{ role: "user", content: "hi" }], metadata: { generation_id: id } };
    const headers = { "x-litellm-call-id": id };
    const response = await postJson(`${gateway.url}/v1/chat/completions`, body, { headers });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  };
  const told = (ids: readonly string[]): readonly string[] => ids.filter((id) => langfuse.observations.has(id));

  const early = idsOf("early");
  await Promise.all(early.map(call));
  // Nothing else happens: what has been answered is told by itself, within the interval and a quarter of a second.
  await within(
    langfuse.until(() => told(early).length === WAVE),
    "what was answered first",
  );
  const late = idsOf("late");
  await Promise.all(late.map(call));
  await gateway.kill();

  const logged = [...gateway.logs().matchAll(/"call_id":"([^"]+)"/g)].map(([, id = ""]) => id);
  expect(told(early)).toEqual(early);
  expect(early.filter((id) => !logged.includes(id))).toEqual([]);
  expect(new Set(logged).size).toBe(logged.length);
  const sent = langfuse.requests.map(({ text }) => text).join("\n");
  expect(early.map((id) => sent.split(`"id":"${id}","traceId"`).length - 1)).toEqual(early.map(() => 1));
  expect([...langfuse.observations.keys()].filter((id) => !early.includes(id) && !late.includes(id))).toEqual([]);
  expect(langfuse.faults).toEqual([]);
});
