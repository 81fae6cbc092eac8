/** The program of the thread that counts tokens of long conversations, which take longer than other calls should wait. */
import { parentPort } from "node:worker_threads";
import { type CountRequest, countConversation } from "./count-conversation.ts";

/** The thread's garbage is collected whenever so much has been counted, in bytes; left to itself, its heap grows by 20 MB first. */
const COLLECT_AFTER_BYTES = 1024 * 1024;

let untilCollectedBytes = COLLECT_AFTER_BYTES;

async function count(request: CountRequest): Promise<void> {
  const size = request.request.length + request.response.length;
  parentPort?.postMessage(await countConversation(request));
  untilCollectedBytes -= size;
  if (untilCollectedBytes < 0) {
    untilCollectedBytes = COLLECT_AFTER_BYTES;
    Bun.gc(true);
  }
}

parentPort?.on("message", (request: CountRequest) => void count(request));
