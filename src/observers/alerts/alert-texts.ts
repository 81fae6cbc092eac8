import { toOneLine } from "../../core/one-line.ts";
import { scrubSecrets } from "../../core/scrub-secrets.ts";
import type { Alert } from "./alert.ts";

/** Longest value that an alert shows. */
const MAX_VALUE = 200;

/** Without the marks by which text is code, too. */
const clean = (text: string): string =>
  toOneLine(scrubSecrets(text.slice(0, MAX_VALUE)))
    .replaceAll("`", " ")
    .toWellFormed();

/** What Slack reads as markup is written as itself. Source: https://docs.slack.dev/messaging/formatting-message-text (2026-11-28). */
const escapeSlack = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const heldBackFact = (heldBack: number): Alert["facts"] =>
  heldBack === 0 ? [] : [["Equal alerts held back since the last", String(heldBack)]];

/** The message that LiteLLM sends to Slack: type, level, time, then what is wrong. */
export function toSlackBody({ type, level, title, facts }: Alert, heldBack: number, at: Date): string {
  const lines = [...facts, ...heldBackFact(heldBack)].map(
    ([name, value]) => `${name}: \`${escapeSlack(clean(value))}\``,
  );
  const head = `Alert type: \`${type}\`\nLevel: \`${level}\`\nTimestamp: \`${at.toISOString().slice(11, 19)}\``;
  return JSON.stringify({ text: `${head}\n\nMessage: *${escapeSlack(clean(title))}*\n${lines.join("\n")}` });
}

/** The event of LiteLLM's webhooks, with the facts as fields. */
export function toWebhookBody(alert: Alert, heldBack: number, at: Date): string {
  const { type, level, title, facts } = alert;
  const fields = facts.map(([name, value]) => [name.toLowerCase().replaceAll(" ", "_"), clean(value)] as const);
  return JSON.stringify({
    event: type,
    event_group: "proxy",
    event_message: toPlainText(alert),
    alert_type: type,
    level,
    timestamp: at.toISOString(),
    title: clean(title),
    held_back: heldBack,
    ...Object.fromEntries(fields),
  });
}

/** One line. */
export const toPlainText = ({ type, title, facts }: Alert): string =>
  `${type}: ${clean(title)}${facts.map(([name, value]) => `; ${name}: ${clean(value)}`).join("")}`;
