import type { AlertingSettings } from "../../config/alerting.ts";
import type { CallWatch, CooledDeployment } from "../../core/call-watch.ts";
import { BatchSender, type SendOutcome } from "../batch-sender.ts";
import type { CallObserver, ObserverStats } from "../call-observer.ts";
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

/** Tells operators of calls that are slow, hang or fail, of deployments that cool down and of outages. */
export function openAlerts(settings: AlertingSettings, world: ObserverWorld, watch: CallWatch): CallObserver {
  const receivers = new Receivers(world);
  const deliver = (alert: Alert, heldBack: number): void => {
    const at = new Date(world.now());
    const slackUrls = settings.slackUrls[alert.type] ?? (settings.slackUrl === undefined ? [] : [settings.slackUrl]);
    for (const url of slackUrls) {
      receivers.send(url, toSlackBody(alert, heldBack, at));
    }
    if (settings.webhookUrl !== undefined) {
      receivers.send(settings.webhookUrl, toWebhookBody(alert, heldBack, at));
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
      return receivers.close(withinMs);
    },
    stats: () => receivers.stats,
  };
}

/** The addresses of the configuration, each with a queue of its own: one that fails or hangs holds up no other. */
class Receivers {
  readonly #world: ObserverWorld;
  readonly #senders = new Map<string, BatchSender<string>>();

  constructor(world: ObserverWorld) {
    this.#world = world;
  }

  send(url: string, body: string): void {
    let sender = this.#senders.get(url);
    if (sender === undefined) {
      sender = openSender(url, this.#world);
      this.#senders.set(url, sender);
    }
    sender.push(body);
  }

  /** Of all together. */
  get stats(): ObserverStats {
    const all = [...this.#senders.values()].map(({ stats }) => stats);
    const sumOf = (name: keyof ObserverStats): number => all.reduce((sum, stats) => sum + stats[name], 0);
    return {
      queuedCount: sumOf("queuedCount"),
      sentCount: sumOf("sentCount"),
      droppedCount: sumOf("droppedCount"),
      failedSendCount: sumOf("failedSendCount"),
    };
  }

  async close(withinMs: number): Promise<void> {
    await Promise.all([...this.#senders.values()].map((sender) => sender.close(withinMs)));
  }
}

function openSender(url: string, { post, random, log }: ObserverWorld): BatchSender<string> {
  return new BatchSender({
    name: "alerting",
    unit: "alerts",
    send: async ([body = ""], signal): Promise<SendOutcome> => {
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
    sizeOf: (body) => body.length,
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
