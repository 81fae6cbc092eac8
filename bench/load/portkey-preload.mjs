/**
 * Preloaded into Portkey. It has no setting for the address it listens on: this keeps it off every interface but
 * loopback. And its streams fail under Node, because it changes headers that `fetch` made immutable
 * (https://github.com/Portkey-AI/gateway/issues/1550, read 2026-11-23): streamed replies get headers that can change.
 */
import { Server } from "node:net";

const { listen } = Server.prototype;
Server.prototype.listen = function listenOnLoopback(port, ...rest) {
  if (rest[0] === undefined) rest[0] = "127.0.0.1";
  return listen.call(this, port, ...rest);
};

const { fetch, Response } = globalThis;
globalThis.fetch = async function fetchWithMutableHeaders(...args) {
  const reply = await fetch(...args);
  const isStream = reply.headers.get("content-type")?.startsWith("text/event-stream");
  return isStream ? new Response(reply.body, reply) : reply;
};
