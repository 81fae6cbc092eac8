/** The program of the thread that counts tokens: a long conversation takes longer than other calls should wait. */
import { parentPort } from "node:worker_threads";
import { type CountRequest, countConversation } from "./count-conversation.ts";

parentPort?.on("message", (request: CountRequest) => {
  countConversation(request).then(
    (reply) => parentPort?.postMessage(reply),
    () => parentPort?.postMessage({ id: request.id, promptTokens: 0, completionTokens: 0, hasFailed: true }),
  );
});
