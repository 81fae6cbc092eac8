import { describe, expect, test } from "bun:test";
import { readDestinations, toResourceAttributes } from "./otel-settings.ts";
import { otelSettings, readOtelSettings } from "./otel-settings-for-tests.ts";
import { toTraceSampling } from "./trace-sampling.ts";

const read = (written: Readonly<Record<string, unknown>>, environment: Readonly<Record<string, string>> = {}) =>
  readDestinations(otelSettings(written, environment));

const urls = (environment: Readonly<Record<string, string>>): readonly (string | undefined)[] => {
  const { spans, metrics } = read({}, environment);
  return [spans, metrics].map((destination) => (destination?.kind === "otlp" ? destination.url : destination?.kind));
};

describe("where spans and metrics go", () => {
  test("is the console without any word, and spans alone do", () => {
    expect(read({})).toEqual({ spans: { kind: "console" }, metrics: undefined });
  });

  test.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318" }, "http://c:4318/v1/traces", "http://c:4318/v1/metrics"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/" }, "http://c:4318/v1/traces", "http://c:4318/v1/metrics"],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "https://c/otlp?a=1" },
      "https://c/otlp/v1/traces?a=1",
      "https://c/otlp/v1/metrics?a=1",
    ],
    [
      { OTEL_ENDPOINT: "https://api.honeycomb.io/v1/traces" },
      "https://api.honeycomb.io/v1/traces",
      "https://api.honeycomb.io/v1/metrics",
    ],
    [{ OTEL_EXPORTER: "otlp_http" }, "http://localhost:4318/v1/traces", "http://localhost:4318/v1/metrics"],
    [{ OTEL_TRACES_EXPORTER: "otlp" }, "http://localhost:4318/v1/traces", undefined],
    [
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t/spans", OTEL_EXPORTER_OTLP_ENDPOINT: "http://c" },
      "http://t/spans",
      "http://c/v1/metrics",
    ],
    [
      { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://m/x", OTEL_EXPORTER_OTLP_ENDPOINT: "http://c" },
      "http://c/v1/traces",
      "http://m/x",
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", OTEL_METRICS_EXPORTER: "none" }, "http://c/v1/traces", undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", OTEL_TRACES_EXPORTER: "none" }, undefined, "http://c/v1/metrics"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", OTEL_METRICS_EXPORTER: "console" }, "http://c/v1/traces", "console"],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", LITELLM_OTEL_INTEGRATION_ENABLE_METRICS: "false" },
      "http://c/v1/traces",
      undefined,
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", OTEL_SDK_DISABLED: "true" }, undefined, undefined],
  ])("%j", (environment, spans, metrics) => {
    expect(urls(environment)).toEqual([spans, metrics]);
  });

  test("each may have a protocol and headers of its own", () => {
    const { spans, metrics } = read(
      {},
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://c",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_EXPORTER_OTLP_HEADERS: "a=1",
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf",
        OTEL_EXPORTER_OTLP_METRICS_HEADERS: "b=2",
      },
    );
    expect(spans).toMatchObject({ encoding: "protobuf", headers: { a: "1" } });
    expect(metrics).toMatchObject({ encoding: "json", headers: { b: "2" } });
    const swapped = read(
      { endpoint: "http://c", headers: { a: "1" } },
      { OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "http/json", OTEL_EXPORTER_OTLP_TRACES_HEADERS: "b=2" },
    );
    expect(swapped.spans).toMatchObject({ encoding: "protobuf", headers: { b: "2" } });
    expect(swapped.metrics).toMatchObject({ encoding: "json", headers: { a: "1" } });
    expect(() => read({}, { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc" })).toThrow("gRPC is not built");
  });

  test("what the file says wins over the environment", () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://environment", OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" };
    expect(read({ endpoint: "http://file", exporter: "http/protobuf" }, environment).spans).toMatchObject({
      url: "http://file/v1/traces",
      encoding: "protobuf",
    });
    expect(read({}, environment).spans).toMatchObject({ url: "http://environment/v1/traces", encoding: "json" });
  });

  test.each(["grpc", "otlp_grpc"])("%s is refused, with what to use instead", (exporter) => {
    expect(() => read({ exporter })).toThrow(/gRPC is not built: .*http\/protobuf.*4318/);
  });

  test("what nobody knows is refused by its name", () => {
    expect(() => read({ exporter: "carrier-pigeon" })).toThrow("carrier-pigeon");
    expect(() => read({}, { OTEL_TRACES_EXPORTER: "zipkin" })).toThrow("zipkin");
  });
});

describe("an environment that cannot be read", () => {
  const ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

  test.each([
    ["OTEL_BSP_SCHEDULE_DELAY", "0", { schedule_delay_ms: 5000 }],
    ["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "10", { attribute_value_length_limit: 262_144 }],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "abc", { timeout_ms: 10_000 }],
    ["OTEL_TRACES_SAMPLER_ARG", "2", { sampler_arg: 1 }],
    ["OTEL_TRACES_SAMPLER", "jaeger_remote", { sampler: "parentbased_always_on" }],
    ["OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", { compression: "none" }],
    ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "both", { metrics_temporality: "cumulative" }],
  ])("%s=%s is warned of, and stands for the default", (variable, value, expected) => {
    const { settings, warnings } = readOtelSettings({}, { [variable]: value });
    expect(settings).toMatchObject(expected);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(new RegExp(`^environment variable ${variable}: found .*: ignored; allowed: `));
  });

  test.each(["localhost:4317", "collector:4317", "http://user:secret@c"])(
    "%s is no reason to send elsewhere",
    (url) => {
      const { settings, warnings } = readOtelSettings({}, { [ENDPOINT]: url });
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).not.toContain("secret");
      expect(() => readDestinations(settings)).toThrow("the endpoint is no http:// or https:// URL");
    },
  );

  test.each([
    { OTEL_EXPORTER: "otlp_grpc", OTEL_ENDPOINT: "collector:4317" },
    { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", [ENDPOINT]: "localhost:4317" },
  ])("settings of gRPC stop nothing: %j", (environment) => {
    expect(() => read({}, environment)).toThrow("gRPC is not built");
  });

  test("capitals are no matter", () => {
    const environment = {
      OTEL_TRACES_SAMPLER: "ALWAYS_OFF",
      OTEL_EXPORTER_OTLP_COMPRESSION: "GZIP",
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "LowMemory",
      OTEL_TRACES_EXPORTER: "NONE",
    };
    const { settings, warnings } = readOtelSettings({}, environment);
    expect(settings).toMatchObject({ sampler: "always_off", compression: "gzip", metrics_temporality: "lowmemory" });
    expect(readDestinations(settings).spans).toBeUndefined();
    expect(warnings).toEqual([]);
  });
});

describe("headers", () => {
  const headersOf = (written: Readonly<Record<string, unknown>>, environment = {}): unknown => {
    const { spans } = read({ endpoint: "http://c", ...written }, environment);
    return spans?.kind === "otlp" ? spans.headers : undefined;
  };

  test("are read from a list as OpenTelemetry writes it, and from a mapping", () => {
    const expected = { "x-honeycomb-team": "a=b c", authorization: "Bearer t" };
    const text = "x-honeycomb-team=a=b%20c, Authorization=Bearer t";
    expect(headersOf({}, { OTEL_EXPORTER_OTLP_HEADERS: text })).toEqual(expected);
    expect(headersOf({}, { OTEL_HEADERS: text })).toEqual(expected);
    expect(headersOf({ headers: { "x-honeycomb-team": "a=b c", Authorization: "Bearer t" } })).toEqual(expected);
    expect(headersOf({})).toEqual({});
  });

  test.each(["x=a%0d%0ay: b", "x y=1", "secret-without-name", "{secret", { "x-a": "secret\n" }])(
    "%j are refused without being shown",
    (headers) => {
      try {
        headersOf({ headers });
        throw new Error("they were taken");
      } catch (error) {
        expect(String(error)).toMatch(/headers/);
        expect(String(error)).not.toContain("secret");
      }
    },
  );
});

test("the resource says who sends", () => {
  expect(toResourceAttributes(otelSettings(), "1.2.3", "i")).toEqual({
    "service.name": "litellm",
    "service.version": "1.2.3",
    "service.instance.id": "i",
    "deployment.environment": "production",
    "deployment.environment.name": "production",
  });
  const environment = {
    OTEL_RESOURCE_ATTRIBUTES: "service.name=ignored,team=ai%20platform,deployment.environment.name=dev",
    OTEL_SERVICE_NAME: "gateway",
  };
  expect(toResourceAttributes(otelSettings({}, environment), "1", "i")).toMatchObject({
    "service.name": "gateway",
    team: "ai platform",
    "deployment.environment": "dev",
  });
});

test("samplers are known by OpenTelemetry's names", () => {
  const sampling = (sampler?: string, share?: number): unknown =>
    toTraceSampling([
      {
        name: "otel",
        onSuccess: true,
        onFailure: true,
        settings: otelSettings({ ...(sampler === undefined ? {} : { sampler }), sampler_arg: share ?? 1 }),
      },
    ]);
  expect(sampling()).toEqual({ followsCaller: true, share: 1 });
  expect(sampling("always_on")).toEqual({ followsCaller: false, share: 1 });
  expect(sampling("always_off")).toEqual({ followsCaller: false, share: 0 });
  expect(sampling("traceidratio", 0.25)).toEqual({ followsCaller: false, share: 0.25 });
  expect(sampling("parentbased_traceidratio", 0.25)).toEqual({ followsCaller: true, share: 0.25 });
  expect(sampling("parentbased_always_off")).toEqual({ followsCaller: true, share: 0 });
  expect(toTraceSampling([])).toBeUndefined();
});

test.each([
  { disabled: true },
  { traces_exporter: "none" },
  { exporter: "grpc" },
  { endpoint: "http://c", headers: "no header" },
  { resource_attributes: "none" },
])("calls are not traced where no span is sent: %j", (written) => {
  const settings = otelSettings(written);
  expect(toTraceSampling([{ name: "otel", onSuccess: true, onFailure: true, settings }])).toBeUndefined();
});
