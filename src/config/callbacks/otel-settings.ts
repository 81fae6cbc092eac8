import { isObject } from "../../core/json-values.ts";
import { isHeaderName, isHeaderValue } from "../../wire/header-line.ts";
import type { CallbackSettings } from "./callback-fields.ts";

/** Where one kind of data goes. */
export type Destination =
  | { readonly kind: "console" }
  | {
      readonly kind: "otlp";
      readonly url: string;
      readonly encoding: "protobuf" | "json";
      readonly headers: Readonly<Record<string, string>>;
      readonly isGzipped: boolean;
      readonly timeoutMs: number;
    };

/** What is sent; `undefined`: nothing of that kind. */
export interface Destinations {
  readonly spans: Destination | undefined;
  readonly metrics: Destination | undefined;
}

/** What an address that cannot be read stands as in the settings. */
const UNREADABLE = "";

type Settings = CallbackSettings<"otel">;
type Format = "console" | "protobuf" | "json";

/** OpenTelemetry's place for collectors on the same machine. */
const DEFAULT_ENDPOINT = "http://localhost:4318";

const FORMATS: Readonly<Record<string, Format>> = {
  console: "console",
  otlp_http: "protobuf",
  otlp: "protobuf",
  "http/protobuf": "protobuf",
  "http/json": "json",
};

/** Where spans and metrics go. @throws Error for the operator: what is not built, or cannot be read; without any secret */
export function readDestinations(settings: Settings): Destinations {
  if (settings.disabled) {
    return { spans: undefined, metrics: undefined };
  }
  const spans = readSignal("OTEL_TRACES_EXPORTER", settings.traces_exporter, () =>
    readFormat(settings, settings.traces_protocol),
  );
  const metrics = settings.enable_metrics ? readMetricsFormat(settings) : undefined;
  return {
    spans: spans && toDestination(spans, settings, TRACES),
    metrics: metrics && toDestination(metrics, settings, METRICS),
  };
}

/** Whether calls become spans: not where {@link readDestinations} or {@link toResourceAttributes} throws. */
export function sendsSpans(settings: Settings): boolean {
  try {
    toResourceAttributes(settings, "", "");
    return readDestinations(settings).spans !== undefined;
  } catch {
    return false;
  }
}

/** Without a word of their own, metrics follow spans, but not to the console. */
function readMetricsFormat(settings: Settings): Format | undefined {
  const toFormat = (): Format => readFormat(settings, settings.metrics_protocol);
  if (settings.metrics_exporter !== undefined) {
    return readSignal("OTEL_METRICS_EXPORTER", settings.metrics_exporter, toFormat);
  }
  const followed = toFormat();
  return followed === "console" ? undefined : followed;
}

/** @param own of one kind of data */
function readFormat(settings: Settings, own: string | undefined): Format {
  const { endpoint, traces_endpoint, metrics_endpoint } = settings;
  const exporter = own ?? settings.exporter;
  if (exporter === undefined || exporter === "") {
    return (endpoint ?? traces_endpoint ?? metrics_endpoint) === undefined ? "console" : "protobuf";
  }
  const name = exporter.toLowerCase();
  if (name === "grpc" || name === "otlp_grpc") {
    throw new Error(
      "OTLP over gRPC is not built: set OTEL_EXPORTER_OTLP_PROTOCOL (or callback_settings.otel.exporter) to " +
        "http/protobuf, and the endpoint to the collector's port for HTTP, which is 4318 unless it was changed",
    );
  }
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format === undefined) {
    throw new Error(`exporter '${exporter}' is not known: ${Object.keys(FORMATS).join(", ")}`);
  }
  return format;
}

/** `OTEL_TRACES_EXPORTER` and `OTEL_METRICS_EXPORTER`: lists of which the first that is built counts. */
function readSignal(variable: string, written: string | undefined, toFormat: () => Format): Format | undefined {
  if (written === undefined || written === "") {
    return toFormat();
  }
  const names = written.split(",").map((name) => name.trim().toLowerCase());
  if (names.includes("none")) {
    return undefined;
  }
  if (names.includes("otlp")) {
    const format = toFormat();
    return format === "console" ? "protobuf" : format;
  }
  if (names.includes("console")) {
    return "console";
  }
  throw new Error(`${variable} '${written}' is not built: otlp, console or none`);
}

/** One kind of data, and the settings that are its own. */
interface Signal {
  readonly name: "traces" | "metrics";
  readonly endpoint: "traces_endpoint" | "metrics_endpoint";
  readonly headers: "traces_headers" | "metrics_headers";
}

const TRACES: Signal = { name: "traces", endpoint: "traces_endpoint", headers: "traces_headers" };
const METRICS: Signal = { name: "metrics", endpoint: "metrics_endpoint", headers: "metrics_headers" };

function toDestination(format: Format, settings: Settings, signal: Signal): Destination {
  if (format === "console") {
    return { kind: "console" };
  }
  const own = settings[signal.endpoint];
  const endpoint = own ?? settings.endpoint ?? DEFAULT_ENDPOINT;
  if (endpoint === UNREADABLE) {
    throw new Error("the endpoint is no http:// or https:// URL without user name and password");
  }
  return {
    kind: "otlp",
    url: own ?? toSignalUrl(endpoint, signal.name),
    encoding: format,
    headers: readHeaders(settings[signal.headers] ?? settings.headers),
    isGzipped: settings.compression === "gzip",
    timeoutMs: settings.timeout_ms,
  };
}

/** The place of one kind of data below an endpoint, which may already name that of another. */
function toSignalUrl(endpoint: string, signal: string): string {
  const url = new URL(endpoint);
  const base = url.pathname.replace(/\/+$/, "").replace(/\/v1\/(?:traces|metrics|logs)$/, "");
  url.pathname = `${base}/v1/${signal}`;
  return url.href;
}

function readHeaders(written: string | undefined): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of readPairs(written, "the headers for the collector")) {
    if (!isHeaderName(name) || !isHeaderValue(value)) {
      throw new Error("the headers for the collector hold a name or a value that HTTP does not allow");
    }
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

/** Attributes of all that is sent: those of the settings, and who this is. */
export function toResourceAttributes(
  settings: Settings,
  version: string,
  instanceId: string,
): Readonly<Record<string, string>> {
  const own = Object.fromEntries(readPairs(settings.resource_attributes, "the resource attributes"));
  const environment = settings.environment_name ?? own["deployment.environment.name"] ?? "production";
  return {
    "service.version": version,
    "service.instance.id": instanceId,
    ...own,
    "service.name": settings.service_name ?? own["service.name"] ?? "litellm",
    "deployment.environment": environment,
    "deployment.environment.name": environment,
  };
}

/** A mapping as JSON, or `name=value,name=value` with values as in URLs. */
function readPairs(written: string | undefined, what: string): readonly (readonly [string, string])[] {
  const text = written?.trim() ?? "";
  if (text.startsWith("{")) {
    return readJsonPairs(text, what);
  }
  return text
    .split(",")
    .filter((pair) => pair.trim() !== "")
    .map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) {
        throw new Error(`${what} are no list of name=value, separated by commas`);
      }
      return [pair.slice(0, at).trim(), decode(pair.slice(at + 1).trim())];
    });
}

function readJsonPairs(text: string, what: string): readonly (readonly [string, string])[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${what} begin like JSON, and are none`); // The cause would show them.
  }
  return isObject(value) ? Object.entries(value).map(([name, part]) => [name, String(part)]) : [];
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
