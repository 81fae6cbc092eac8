import type { AlertingSettings } from "../../config/alerting.ts";
import type { CallWatch, CooledDeployment } from "../../core/call-watch.ts";
import { BatchSender, type SendOutcome } from "../batch-sender.ts";
import type { CallObserver } from "../call-observer.ts";
import type { ObserverWorld } from "../observer-context.ts";
import type { Alert } from "./alert.ts";
import { AlertGate } from "./alert-gate.ts";
import { AlertRules } from "./alert-rules.ts";
import { toPlainText, toSlackBody, toWebhookBody } from "./alert-texts.ts";

/** How long a receiver may take, in milliseconds. */
const SEND_LIMIT_MS = 10_000;
/** Calls that hang are looked for this often, in milliseconds. */
const MIN_LOOK_MS = 50;
const MAX_LOOK_MS = 10_000;

interface Delivery {
  readonly url: string;
  readonly body: string;
}

/** Tells operators of calls that are slow, hang or fail, of deployments that cool down and of outages. */
export function openAlerts(settings: AlertingSettings, world: ObserverWorld, watch: CallWatch): CallObserver {
  const sender = openSender(world);
  const deliver = (alert: Alert, heldBack: number): void => {
    const at = new Date(world.now());
    const slackUrls = settings.slackUrls[alert.type] ?? (settings.slackUrl === undefined ? [] : [settings.slackUrl]);
    for (const url of slackUrls) {
      sender.push({ url, body: toSlackBody(alert, heldBack, at) });
    }
    if (settings.webhookUrl !== undefined) {
      sender.push({ url: settings.webhookUrl, body: toWebhookBody(alert, heldBack, at) });
    }
    if (settings.log_to_console) {
      world.write(`${at.toISOString()} alert: ${toPlainText(alert)}\n`);
    }
  };
  const gate = new AlertGate(settings.repeat_after, deliver);
  const rules = new AlertRules(settings, (alert) => gate.offer(alert, performance.now()));
  const listener = (cooled: CooledDeployment): void => rules.cooled(cooled);
  watch.listen(listener);
  const lookMs = Math.min(MAX_LOOK_MS, Math.max(MIN_LOOK_MS, settings.thresholdMs / 4));
  const timer = setInterval(() => {
    const nowMs = performance.now();
    rules.waiting(watch.waiting, nowMs);
    rules.look(nowMs);
    gate.look(nowMs);
  }, lookMs);
  return {
    name: "alerting",
    kind: "meter",
    observe: (batch) => rules.ended(batch),
    close: (withinMs) => {
      clearInterval(timer);
      watch.leave(listener);
      return sender.close(withinMs);
    },
    stats: () => sender.stats,
  };
}

function openSender({ post, random, log }: ObserverWorld): BatchSender<Delivery> {
  return new BatchSender({
    name: "alerting",
    unit: "alerts",
    send: async ([delivery], signal): Promise<SendOutcome> => {
      if (delivery === undefined) {
        return { kind: "sent" };
      }
      const { url, body } = delivery;
      const headers = { "content-type": "application/json" };
      const { status, retryAfterMs } = await post({ url, headers, body, timeoutMs: SEND_LIMIT_MS, signal });
      if (status >= 200 && status < 300) {
        return { kind: "sent" };
      }
      const reason = `the receiver answered with status ${status}`;
      return status === 429 || status >= 500
        ? { kind: "retry", reason, afterMs: retryAfterMs }
        : { kind: "refused", reason };
    },
    sizeOf: ({ body }) => body.length,
    maxQueuedItems: 1000,
    maxQueuedBytes: 4 * 1024 * 1024,
    maxBatchItems: 1,
    maxBatchBytes: Number.POSITIVE_INFINITY,
    intervalMs: 0,
    maxRetries: 5,
    log,
    random,
  });
}
