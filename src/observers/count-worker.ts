/** The program of the thread that counts tokens: OpenAI's tables block for most of a second and take 90 MB while they load. */
import { parentPort } from "node:worker_threads";
import { type CountRequest, countConversation } from "./count-conversation.ts";

parentPort?.on("message", (request: CountRequest) => {
  countConversation(request).then(
    (reply) => parentPort?.postMessage(reply),
    () => parentPort?.postMessage({ id: request.id, promptTokens: 0, completionTokens: 0, hasFailed: true }),
  );
});
