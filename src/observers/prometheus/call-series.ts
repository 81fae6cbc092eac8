import type { CallFinished } from "../../core/call-event.ts";
import { ERROR_POLICY } from "../../core/error-policy.ts";
import type { ErrorKind } from "../../core/errors.ts";
import type { Usage } from "../../core/usage.ts";
import { isUnpriced } from "../is-unpriced.ts";
import { readDetails } from "../read-details.ts";
import { answerMsOf, errorStatusOf, overheadMsOf } from "../standard-payload.ts";
import { Histogram, LATENCY_BUCKETS } from "./histogram.ts";
import { copyShortened, joinKey, OVERFLOW, shortened } from "./label-values.ts";
import type { CallLabel } from "./metric-table.ts";

/** What is counted of the calls that have all labels in common. */
export class CallSeries {
  readonly labels: Readonly<Record<string, string>>;
  requests = 0;
  failures = 0;
  answered = 0;
  spendNanoUsd = 0;
  totalTokens = 0;
  inputTokens = 0;
  outputTokens = 0;
  cachedTokens = 0;
  reasoningTokens = 0;
  unpriced = 0;
  estimated = 0;
  successfulFallbacks = 0;
  failedFallbacks = 0;
  readonly total: Histogram;
  readonly vendor: Histogram;
  readonly firstByte: Histogram;
  readonly overhead: Histogram;
  readonly perToken: Histogram;

  constructor(labels: Readonly<Record<string, string>>, bounds: readonly number[]) {
    this.labels = labels;
    this.total = new Histogram(bounds);
    this.vendor = new Histogram(bounds);
    this.firstByte = new Histogram(bounds);
    this.overhead = new Histogram(bounds);
    this.perToken = new Histogram(bounds);
  }

  add(event: CallFinished): void {
    this.requests++;
    const hasFailed = event.errorKind !== undefined;
    if (hasFailed) {
      this.failures++;
    } else {
      this.answered++;
    }
    if (event.fallbacks > 0) {
      if (hasFailed) {
        this.failedFallbacks++;
      } else {
        this.successfulFallbacks++;
      }
    }
    if (event.usage !== undefined) {
      this.#addUsage(event.usage);
    }
    this.spendNanoUsd += event.cost?.nanoUsd ?? 0;
    this.unpriced += isUnpriced(event) ? 1 : 0;
    this.#addTimes(event, hasFailed);
  }

  #addUsage(usage: Usage): void {
    this.totalTokens += usage.totalTokens;
    this.inputTokens += usage.promptTokens;
    this.outputTokens += usage.completionTokens;
    this.cachedTokens += usage.cachedTokens;
    this.reasoningTokens += usage.reasoningTokens;
    if (usage.isEstimated === true) {
      this.estimated++;
    }
  }

  #addTimes(event: CallFinished, hasFailed: boolean): void {
    this.total.observe(event.durationMs / 1000);
    if (event.deploymentId === undefined || hasFailed) {
      return;
    }
    this.vendor.observe(answerMsOf(event) / 1000);
    this.overhead.observe(overheadMsOf(event) / 1000);
    if (event.isStream) {
      this.firstByte.observe((event.firstByteMs ?? event.durationMs) / 1000);
    } else if ((event.usage?.completionTokens ?? 0) > 0) {
      this.perToken.observe(event.upstreamMs / 1000 / (event.usage?.completionTokens ?? 1));
    }
  }
}

/** What of a call becomes labels. */
export interface SeriesOptions {
  /** The end user is a label: off by default, as there may be very many. */
  readonly hasEndUser: boolean;
  /** Paths into the caller's metadata, each with the label it becomes. */
  readonly metadataLabels: readonly (readonly [label: string, path: readonly string[]])[];
  /** Tags that become labels of `true` or `false`. */
  readonly tagLabels: readonly (readonly [label: string, tag: string])[];
  readonly maxSeries: number;
  readonly buckets?: readonly number[] | undefined;
}

/** What tells series apart where nothing of the caller's own does. */
type Place = Pick<
  CallFinished,
  "status" | "errorKind" | "requestedModel" | "deploymentId" | "modelGroup" | "upstreamModel" | "path"
> & { readonly keyHash: string | undefined };

/** Deployments whose latest series is remembered, and the longest name that is. */
const MAX_LATEST = 1024;
const MAX_NAME = 256;

/** All series. One look-up per call; what a metric shows of them is worked out when somebody asks. */
export class CallSeriesTable {
  readonly #byKey = new Map<string, CallSeries>();
  /** The latest series of each deployment: most calls belong to the same one, and a key costs more than a comparison. */
  readonly #latest = new Map<string | undefined, { readonly place: Place; readonly series: CallSeries }>();
  #options: SeriesOptions;
  /** Calls that no series of their own was made for. */
  overflows = 0;

  constructor(options: SeriesOptions) {
    this.#options = options;
  }

  get all(): Iterable<CallSeries> {
    return this.#byKey.values();
  }

  /** What becomes labels from now on; what is counted stays under the labels that it has. */
  set options(options: SeriesOptions) {
    this.#options = options;
    this.#latest.clear();
  }

  add(event: CallFinished): void {
    this.#seriesOf(event).add(event);
  }

  #seriesOf(event: CallFinished): CallSeries {
    if (this.#hasOwnLabels) {
      return this.#lookUp(event);
    }
    const latest = this.#latest.get(event.deploymentId);
    if (latest !== undefined && isAt(event, latest.place)) {
      return latest.series;
    }
    const overflows = this.overflows;
    const series = this.#lookUp(event);
    if (this.overflows === overflows) {
      this.#remember(event, series);
    }
    return series;
  }

  #remember(event: CallFinished, series: CallSeries): void {
    if ((event.requestedModel?.length ?? 0) > MAX_NAME) {
      return;
    }
    if (this.#latest.size >= MAX_LATEST) {
      this.#latest.clear();
    }
    this.#latest.set(event.deploymentId, { place: toPlace(event), series });
  }

  get #hasOwnLabels(): boolean {
    const { hasEndUser, metadataLabels, tagLabels } = this.#options;
    return hasEndUser || metadataLabels.length > 0 || tagLabels.length > 0;
  }

  #lookUp(event: CallFinished): CallSeries {
    const { status, errorKind, details, requestedModel, deploymentId, modelGroup, upstreamModel, path } = event;
    const outcome = `${status},${errorKind},${details?.keyHash}`;
    const key = joinKey(outcome, requestedModel, deploymentId, modelGroup, upstreamModel, path) + this.#ownKey(event);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      return known;
    }
    if (this.#byKey.size < this.#options.maxSeries) {
      return this.#make(key, this.#labelsOf(event, false));
    }
    this.overflows++;
    return this.#overflowOf(event);
  }

  /** Deployments are still told apart, until there are as many again: those of callers' own are without number. */
  #overflowOf(event: CallFinished): CallSeries {
    const outcome = `overflow,${event.status},${event.errorKind}`;
    const key = joinKey(outcome, event.deploymentId, event.provider);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      return known;
    }
    const labels = this.#labelsOf(event, true);
    if (this.#byKey.size < 2 * this.#options.maxSeries) {
      return this.#make(key, labels);
    }
    const lastKey = joinKey(outcome, OVERFLOW, event.provider);
    return this.#byKey.get(lastKey) ?? this.#make(lastKey, { ...labels, model_id: OVERFLOW });
  }

  #make(key: string, labels: Readonly<Record<string, string>>): CallSeries {
    const series = new CallSeries(labels, this.#options.buckets ?? LATENCY_BUCKETS);
    this.#byKey.set(key, series);
    return series;
  }

  #ownKey(event: CallFinished): string {
    const { hasEndUser } = this.#options;
    return this.#hasOwnLabels ? JSON.stringify([hasEndUser ? event.details?.endUser : "", this.#ownLabels(event)]) : "";
  }

  #ownLabels(event: CallFinished): readonly (readonly [string, string])[] {
    const { metadataLabels, tagLabels } = this.#options;
    const metadata = metadataLabels.length === 0 ? {} : readDetails(event).metadata;
    return [
      ...metadataLabels.map(([label, path]) => [label, shortened(textOf(findAt(metadata, path)))] as const),
      ...tagLabels.map(([label, tag]) => [label, String(event.details?.tags.includes(tag) === true)] as const),
    ];
  }

  /** @param isOverflow what callers choose is not told apart any more */
  #labelsOf(event: CallFinished, isOverflow: boolean): Readonly<Record<string, string>> {
    const chosen = (text: string | undefined): string => (isOverflow ? OVERFLOW : copyShortened(text));
    const labels: Record<CallLabel, string> = {
      end_user: this.#options.hasEndUser ? chosen(event.details?.endUser) : "",
      hashed_api_key: event.details?.keyHash ?? "",
      requested_model: chosen(event.requestedModel),
      route: chosen(event.path),
      status_code: String(event.status),
      model: chosen(event.upstreamModel),
      model_group: chosen(event.modelGroup),
      litellm_model_name: chosen(event.upstreamModel),
      model_id: copyShortened(event.deploymentId),
      api_base: chosen(event.apiBase),
      api_provider: event.provider ?? "",
      exception_status: errorStatusOf(event),
      exception_class: exceptionClassOf(event.errorKind),
    };
    const own = this.#ownLabels(event).map(([label, value]) => [label, isOverflow ? OVERFLOW : copyShortened(value)]);
    return { ...labels, ...Object.fromEntries(own) };
  }
}

const toPlace = (event: CallFinished): Place => ({
  status: event.status,
  errorKind: event.errorKind,
  requestedModel: event.requestedModel,
  deploymentId: event.deploymentId,
  modelGroup: event.modelGroup,
  upstreamModel: event.upstreamModel,
  path: event.path,
  keyHash: event.details?.keyHash,
});

const isAt = (event: CallFinished, place: Place): boolean =>
  event.status === place.status &&
  event.errorKind === place.errorKind &&
  event.requestedModel === place.requestedModel &&
  event.deploymentId === place.deploymentId &&
  event.modelGroup === place.modelGroup &&
  event.upstreamModel === place.upstreamModel &&
  event.path === place.path &&
  event.details?.keyHash === place.keyHash;

/** LiteLLM's exception class; the gateway's own failures by their kind. */
export const exceptionClassOf = (kind: ErrorKind | undefined): string =>
  kind === undefined ? "" : (ERROR_POLICY[kind].exceptionClass ?? kind);

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);

function findAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    const isIn = typeof found === "object" && found !== null && Object.hasOwn(found, name);
    found = isIn ? (found as Readonly<Record<string, unknown>>)[name] : undefined;
  }
  return found;
}
