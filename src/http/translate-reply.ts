import type { Translator } from "../core/translation.ts";
import type { PreparedRoute } from "../providers/prepared-route.ts";
import type { UpstreamReply } from "../upstream/transport.ts";
import type { Call } from "./call.ts";
import { JoinedReply } from "./fanned-exchange.ts";
import { optionsOf } from "./translate-request.ts";
import { TranslatedReply } from "./translated-reply.ts";
import { asksForUsage } from "./usage-inserter.ts";

const ID_PREFIX: Readonly<Partial<Record<Call["operation"], string>>> = {
  chat: "chatcmpl-",
  completion: "cmpl-",
};

/** A reply in the caller's dialect, whatever the vendor speaks. */
export function translateReply(
  call: Call,
  route: PreparedRoute,
  translator: Translator,
  reply: UpstreamReply,
): UpstreamReply {
  const includesUsage =
    call.isStream &&
    (call.state.config.general.alwaysIncludeStreamUsage || (call.body !== undefined && asksForUsage(call.body)));
  const context = {
    model: route.model,
    request: call.translated ?? {},
    created: Math.floor(call.startedAt / 1000),
    id: (ID_PREFIX[call.operation] ?? "") + call.id,
    header: (name: string) => (reply instanceof JoinedReply ? reply.headersOfAll(name) : reply.header(name)),
    options: optionsOf(route),
  };
  return new TranslatedReply(call, reply, { translator, context, includesUsage });
}
