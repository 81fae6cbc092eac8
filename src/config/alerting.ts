import type { ALERTING_ARGS_FIELDS } from "./alerting-fields.ts";
import { ALERTING_ARGS } from "./config-sections.ts";
import type { SectionValues } from "./declared-field.ts";
import { isMapping, type ReadContext } from "./environment-references.ts";
import { didYouMean } from "./nearest-name.ts";
import { readSection } from "./read-section.ts";
import { reportUndeclared } from "./undeclared-keys.ts";

/** Alerts that are built (contract 8.7). */
export const ALERT_TYPES = [
  "llm_exceptions",
  "llm_too_slow",
  "llm_requests_hanging",
  "cooldown_deployment",
  "outage_alerts",
  "region_outage_alerts",
  "fallback_reports",
] as const;

export type AlertType = (typeof ALERT_TYPES)[number];

/** Alerts of LiteLLM that are not. */
const NOT_BUILT_ALERT_TYPES: ReadonlySet<string> = new Set(
  `budget_alerts spend_reports failed_tracking_spend db_exceptions daily_reports new_model_added new_virtual_key_created
   virtual_key_updated virtual_key_deleted new_team_created team_updated team_deleted new_internal_user_created
   internal_user_updated internal_user_deleted`
    .trim()
    .split(/\s+/),
);

/** Where alerts go. */
export type AlertChannel = "slack" | "webhook";

/** Who is alerted, of what and when. */
export interface AlertingSettings extends SectionValues<typeof ALERTING_ARGS_FIELDS> {
  /** Where each type goes; secret, as Slack's webhooks are their own credentials. */
  readonly slackUrls: Readonly<Partial<Record<AlertType, readonly string[]>>>;
  /** Where types go that have no URL of their own. */
  readonly slackUrl: string | undefined;
  readonly webhookUrl: string | undefined;
  readonly types: readonly AlertType[];
  readonly thresholdMs: number;
}

/** The settings of `general_settings` that speak of alerts. */
export interface WrittenAlerting {
  readonly alerting: readonly string[];
  readonly alert_types: readonly string[] | undefined;
  readonly alerting_threshold: number;
  readonly alerting_args: Readonly<Record<string, unknown>> | undefined;
  readonly alert_to_webhook_url: Readonly<Record<string, unknown>> | undefined;
}

const isAlertType = (name: string): name is AlertType => (ALERT_TYPES as readonly string[]).includes(name);

const readTypes = (written: readonly string[] | undefined, path: string, { findings }: ReadContext): AlertType[] => {
  if (written === undefined) return [...ALERT_TYPES];
  for (const name of written) {
    if (!isAlertType(name)) {
      const message = NOT_BUILT_ALERT_TYPES.has(name)
        ? `'${name}' is known from LiteLLM, not built yet: ignored`
        : `'${name}' is no alert: ignored${didYouMean(name, ALERT_TYPES)}`;
      findings.warnings.push({ path, message });
    }
  }
  return written.filter(isAlertType);
};

const isUrl = (value: unknown): value is string =>
  typeof value === "string" && /^https?:\/\//.test(value) && URL.canParse(value);

/** One URL or a list of them for each type. What cannot be one is told of without being shown. */
const readUrls = (
  written: Readonly<Record<string, unknown>>,
  path: string,
  { findings }: ReadContext,
): Partial<Record<AlertType, readonly string[]>> => {
  const urls: Partial<Record<AlertType, readonly string[]>> = {};
  for (const [name, value] of Object.entries(written)) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!isAlertType(name)) {
      findings.warnings.push({ path: `${path}.${name}`, message: "is no alert that is built: ignored" });
    } else if (list.every(isUrl)) {
      urls[name] = list;
    } else {
      findings.faults.push({ path: `${path}.${name}`, message: "is no URL", allowed: "a URL, or a list of them" });
    }
  }
  return urls;
};

const readVariable = (names: readonly string[], { environment, findings }: ReadContext): string | undefined => {
  for (const name of names) {
    const value = environment[name]?.trim() ?? "";
    if (isUrl(value)) return value;
    if (value !== "") findings.warnings.push({ path: `environment variable ${name}`, message: "is no URL: ignored" });
  }
  return undefined;
};

const readChannels = (written: readonly string[], path: string, { findings }: ReadContext): Set<AlertChannel> => {
  const channels = new Set<AlertChannel>();
  for (const name of written) {
    if (name === "slack" || name === "webhook") {
      channels.add(name);
    } else {
      const isKnown = name === "email" || name === "sns";
      const message = `'${name}' is ${isKnown ? "known from LiteLLM, not built yet" : "no place for alerts"}: ignored`;
      findings.warnings.push({ path, message });
    }
  }
  return channels;
};

/** Who is alerted; `undefined` where nobody is. Whatever then has no effect is warned of. */
export const readAlerting = (
  written: WrittenAlerting,
  path: string,
  context: ReadContext,
): AlertingSettings | undefined => {
  const channels = readChannels(written.alerting, `${path}.alerting`, context);
  const rawArgs = isMapping(written.alerting_args) ? written.alerting_args : {};
  const argsPath = `${path}.alerting_args`;
  reportUndeclared(rawArgs, argsPath, ALERTING_ARGS, context);
  const args = readSection(rawArgs, argsPath, ALERTING_ARGS.fields, context);
  const types = readTypes(written.alert_types, `${path}.alert_types`, context);
  const slackUrls = readUrls(written.alert_to_webhook_url ?? {}, `${path}.alert_to_webhook_url`, context);
  if (channels.size === 0) return undefined;
  const slackUrl = channels.has("slack")
    ? readVariable(["SLACK_WEBHOOK_URL", "ALERTING_WEBHOOK_URL"], context)
    : undefined;
  const webhookUrl = channels.has("webhook") ? readVariable(["WEBHOOK_URL"], context) : undefined;
  const warn = (message: string): void => void context.findings.warnings.push({ path: `${path}.alerting`, message });
  if (channels.has("slack") && slackUrl === undefined && !types.every((type) => slackUrls[type] !== undefined)) {
    warn("Slack gets no alerts but those of alert_to_webhook_url: set SLACK_WEBHOOK_URL");
  }
  if (channels.has("webhook") && webhookUrl === undefined) warn("the webhook gets no alerts: set WEBHOOK_URL");
  const thresholdMs = written.alerting_threshold;
  return { ...args, slackUrls: channels.has("slack") ? slackUrls : {}, slackUrl, webhookUrl, types, thresholdMs };
};
