/** The program of the thread that counts tokens: a long conversation takes longer than other calls should wait. */
import { parentPort } from "node:worker_threads";
import { type CountRequest, countConversation } from "./count-conversation.ts";

/** The thread's garbage is collected whenever so much has been counted, in bytes; left to itself, its heap grows by 20 MB first. */
const COLLECT_AFTER_BYTES = 1024 * 1024;

/** Bytes that may still be counted; at first none, as the tables leave garbage of 4 MB. */
let untilCollectedBytes = 0;

async function count(request: CountRequest): Promise<void> {
  const size = request.request.length + request.response.length;
  const reply = await countConversation(request).catch(() => ({
    id: request.id,
    promptTokens: 0,
    completionTokens: 0,
    hasFailed: true,
  }));
  parentPort?.postMessage(reply);
  untilCollectedBytes -= size;
  if (untilCollectedBytes < 0) {
    untilCollectedBytes = COLLECT_AFTER_BYTES;
    Bun.gc(true);
  }
}

parentPort?.on("message", (request: CountRequest) => void count(request));
