import type { AlertingSettings } from "../../config/alerting.ts";
import type { CallFinished } from "../../core/call-event.ts";
import type { CooledDeployment, WaitingCall } from "../../core/call-watch.ts";
import { ERROR_POLICY } from "../../core/error-policy.ts";
import type { ErrorKind } from "../../core/errors.ts";
import { inSeconds, type Tell } from "./alert.ts";
import { type OutageChange, Outages } from "./outages.ts";

/** What an outage is an outage of. */
interface Subject {
  readonly provider: string;
  readonly upstreamModel: string;
  readonly deploymentId: string;
}

/** Failures that speak of the request, not of the vendor. */
const REQUEST_FAULTS: ReadonlySet<ErrorKind> = new Set(["upstream-invalid-request", "upstream-unprocessable"]);

const isVendorFailure = (kind: ErrorKind): boolean => kind.startsWith("upstream-") && !REQUEST_FAULTS.has(kind);

/** What calls come to in alerts. It remembers what it must, within bounds; times are milliseconds of the process clock. */
export class AlertRules {
  readonly #settings: AlertingSettings;
  readonly #tell: Tell;
  readonly #types: ReadonlySet<string>;
  readonly #deployments: Outages<Subject>;
  readonly #providers: Outages<Subject>;
  /** Calls that were told of as hanging. */
  readonly #told = new WeakSet<WaitingCall>();

  constructor(settings: AlertingSettings, tell: Tell) {
    this.#settings = settings;
    this.#tell = tell;
    this.#types = new Set(settings.types);
    const { minor_outage_alert_threshold: minorCount, major_outage_alert_threshold: majorCount } = settings;
    this.#deployments = new Outages({ windowMs: settings.outage_alert_ttl, minorCount, majorCount });
    this.#providers = new Outages({ windowMs: settings.region_outage_alert_ttl, minorCount, majorCount }, 2);
  }

  /** Looks at calls that have ended. Those under callers' own keys say nothing of the server's models. */
  ended(calls: readonly CallFinished[]): void {
    for (const call of calls) {
      if (call.isCallersOwn !== true) {
        this.#tellSlow(call);
        this.#tellFailed(call);
        this.#tellFallback(call);
        this.#countOutages(call);
      }
    }
  }

  /** Looks at calls whose answers have not begun, the oldest first. */
  waiting(calls: Iterable<WaitingCall>, nowMs: number): void {
    if (!this.#types.has("llm_requests_hanging")) {
      return;
    }
    const { thresholdMs } = this.#settings;
    for (const call of calls) {
      if (nowMs - call.startedAtMs < thresholdMs) {
        return;
      }
      if (!call.isCallersOwn && !this.#told.has(call)) {
        this.#told.add(call);
        this.#tell({
          type: "llm_requests_hanging",
          level: "Medium",
          about: call.deployment?.id ?? call.group?.name ?? "no model",
          title: `Requests are hanging - ${inSeconds(thresholdMs)}s+ request time`,
          facts: [
            ["Request Model", call.requestedModel ?? call.group?.name ?? "none"],
            ...(call.deployment === undefined ? [] : deploymentFacts(toSubject(call.deployment))),
            ["Waited", `${inSeconds(nowMs - call.startedAtMs)}s`],
            ["Call ID", call.id],
          ],
        });
      }
    }
  }

  /** A deployment begins to cool down. */
  cooled(cooled: CooledDeployment): void {
    if (this.#types.has("cooldown_deployment")) {
      this.#tell({
        type: "cooldown_deployment",
        level: "Low",
        about: cooled.deploymentId,
        title: "Cooling Down Deployment",
        facts: [
          ["Model Group", cooled.modelGroup],
          ...deploymentFacts(cooled),
          ["Cooldown Time", `${inSeconds(cooled.cooldownMs)}s`],
          ["Exception", nameOf(cooled.reason)],
          ...(cooled.status === undefined ? [] : [["Exception Status", String(cooled.status)] as const]),
        ],
      });
    }
  }

  /** Outages that are over are told of. */
  look(nowMs: number): void {
    for (const change of this.#deployments.recovered(nowMs)) {
      this.#tellOutage("outage_alerts", change);
    }
    for (const change of this.#providers.recovered(nowMs)) {
      this.#tellOutage("region_outage_alerts", change);
    }
  }

  #tellSlow(call: CallFinished): void {
    const { thresholdMs } = this.#settings;
    // Of streams the wait for the beginning: a long answer is not a slow one.
    const tookMs = call.isStream ? (call.firstByteMs ?? call.durationMs) : call.durationMs;
    if (this.#types.has("llm_too_slow") && call.errorKind === undefined && tookMs > thresholdMs) {
      this.#tell({
        type: "llm_too_slow",
        level: "Low",
        about: call.deploymentId ?? "",
        title: `Responses are slow - ${inSeconds(tookMs)}s response time > Alerting threshold: ${inSeconds(thresholdMs)}s`,
        facts: callFacts(call),
      });
    }
  }

  #tellFailed(call: CallFinished): void {
    const { errorKind } = call;
    if (this.#types.has("llm_exceptions") && errorKind !== undefined && isVendorFailure(errorKind)) {
      this.#tell({
        type: "llm_exceptions",
        level: "High",
        about: `${call.deploymentId} ${errorKind}`,
        title: `LLM API call failed: ${nameOf(errorKind)}`,
        facts: [["Status", String(call.status)], ["Attempts", String(call.attempts.length)], ...callFacts(call)],
      });
    }
  }

  #tellFallback(call: CallFinished): void {
    if (this.#types.has("fallback_reports") && call.fallbacks > 0 && call.errorKind !== "given-up") {
      const isAnswered = call.errorKind === undefined;
      this.#tell({
        type: "fallback_reports",
        level: isAnswered ? "Low" : "Medium",
        about: `${call.requestedModel} ${call.modelGroup}`,
        title: isAnswered ? "Successful Fallback" : "Failed Fallback",
        facts: [
          ["Original Model Group", call.requestedModel ?? ""],
          ["Fallback Model Group", call.modelGroup ?? ""],
          ["Call ID", call.callId],
        ],
      });
    }
  }

  #countOutages(call: CallFinished): void {
    const { attempts, errorKind } = call;
    attempts.forEach((attempt, index) => {
      // A stream that broke off was answered at first.
      const broke = index === attempts.length - 1 ? errorKind : undefined;
      const kind = attempt.failure ?? broke;
      const atMs = attempt.startedAtMs + attempt.durationMs;
      const { deploymentId, provider } = attempt;
      if (kind === undefined) {
        this.#deployments.succeeded(deploymentId, atMs);
        this.#providers.succeeded(provider, atMs);
      } else if (isVendorFailure(kind)) {
        const failure = { atMs, kind: nameOf(kind), deployment: deploymentId };
        this.#tellOutage("outage_alerts", this.#deployments.failed(deploymentId, attempt, failure));
        this.#tellOutage("region_outage_alerts", this.#providers.failed(provider, attempt, failure));
      }
    });
  }

  #tellOutage(type: "outage_alerts" | "region_outage_alerts", change: OutageChange<Subject> | undefined): void {
    if (change === undefined || !this.#types.has(type)) {
      return;
    }
    const { subject, state, failures, kinds, deployments } = change;
    const isOfProvider = type === "region_outage_alerts";
    const what = isOfProvider ? "Provider" : "Service";
    const names = { minor: `Minor ${what} Outage`, major: `Major ${what} Outage`, over: `${what} Outage is over` };
    const level = { minor: "Medium", major: "High", over: "Low" } as const;
    this.#tell({
      type,
      level: level[state],
      about: isOfProvider ? subject.provider : subject.deploymentId,
      title: names[state],
      facts: [
        ...(isOfProvider
          ? ([
              ["Provider", subject.provider],
              ["Deployments", [...deployments].slice(0, 20).join(", ")],
            ] as const)
          : deploymentFacts(subject)),
        ...(state === "over"
          ? []
          : ([
              ["Errors", [...kinds].map(([kind, count]) => `${kind}: ${count}`).join(", ")],
              ["Failures", String(failures)],
            ] as const)),
      ],
    });
  }
}

/** LiteLLM's class of a failure, else our own word. */
const nameOf = (kind: ErrorKind): string => ERROR_POLICY[kind].exceptionClass ?? kind;

const toSubject = ({ id, provider, upstreamModel }: NonNullable<WaitingCall["deployment"]>): Subject => ({
  deploymentId: id,
  provider: provider.name,
  upstreamModel,
});

type Facts = readonly (readonly [string, string])[];

const deploymentFacts = ({ provider, upstreamModel, deploymentId }: Subject): Facts => [
  ["Model Name", `${provider}/${upstreamModel}`],
  ["Deployment", deploymentId],
];

const callFacts = (call: CallFinished): Facts => {
  const { provider, upstreamModel, deploymentId } = call;
  const isKnown = provider !== undefined && upstreamModel !== undefined && deploymentId !== undefined;
  return [
    ["Request Model", call.requestedModel ?? call.modelGroup ?? ""],
    ...(isKnown ? deploymentFacts({ provider, upstreamModel, deploymentId }) : []),
    ["API Base", call.apiBase ?? ""],
    ["Call ID", call.callId],
  ];
};
