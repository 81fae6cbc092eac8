import { configFromEnvironment } from "../../src/config/load-config.ts";
import { answeredCall, detailedCall } from "../../src/observers/calls-for-tests.ts";
import { Prometheus } from "../../src/observers/prometheus/prometheus.ts";
import { measure } from "./measure.ts";

const { config } = configFromEnvironment({}, []);
if (config === undefined) {
  throw new Error("an empty environment makes no configuration");
}
const prometheus = new Prometheus(config.observing.prometheus, 2000, () => undefined);
const BATCH = 100;
const batch = Array.from({ length: BATCH }, (_, index) =>
  index % 2 === 0 ? answeredCall({ durationMs: index }) : detailedCall({ keyHash: "h" }, { durationMs: index }),
);

measure(`${BATCH} calls of two series`, () => prometheus.observe(batch));
