import { expect, test } from "bun:test";
import { detailedCall } from "./calls-for-tests.ts";
import { JSON_ARRAY, JSON_LINES, PayloadWriter, writePayloads } from "./payload-writer.ts";

const OPTIONS = { showsContent: true };
const read = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const batchOf = (...ids: readonly string[]) => ids.map((callId) => detailedCall({}, { callId }));

/** The text of each call. */
const textsOf = async (batch: ReturnType<typeof batchOf>): Promise<readonly string[]> => {
  const texts: string[] = [];
  await writePayloads(batch, OPTIONS, (text) => void texts.push(text));
  return texts;
};

test("a batch is a JSON array, or lines", async () => {
  const batch = batchOf("a", "é", "c");
  const texts = await textsOf(batch);
  expect(texts.map((text) => JSON.parse(text).id)).toHaveLength(3);
  expect(read(await new PayloadWriter(OPTIONS, JSON_ARRAY).of(batch))).toBe(`[${texts.join(",")}]`);
  expect(read(await new PayloadWriter(OPTIONS, JSON_LINES).of(batch))).toBe(texts.map((text) => `${text}\n`).join(""));
});

test("batches take the same memory one after the other; one that is asked for again is not written again", async () => {
  const writer = new PayloadWriter(OPTIONS, JSON_ARRAY);
  const [long, short] = [batchOf("first", "second"), batchOf("third")];
  const first = await writer.of(long);
  expect(await writer.of(long)).toBe(first);
  const second = await writer.of(short);
  expect(second.buffer).toBe(first.buffer);
  expect(read(second)).toBe(`[${(await textsOf(short)).join(",")}]`);
});

test("large calls let other work have its turn", async () => {
  const content = { request: Buffer.from(`"${"x".repeat(300_000)}"`), response: undefined, isResponseCut: false };
  const batch = Array.from({ length: 4 }, () => detailedCall({ content }));
  const seen: number[] = [];
  let turns = 0;
  let isCounting = true;
  const count = (): void => {
    turns++;
    if (isCounting) setImmediate(count);
  };
  setImmediate(count);
  await writePayloads(batch, OPTIONS, () => void seen.push(turns));
  isCounting = false;
  expect(seen[0]).toBe(0);
  expect(seen[3]).toBeGreaterThan(seen[1] ?? 0);
});
