import type { TraceSampling } from "../../core/trace-context.ts";
import type { BuiltCallback, CallbackSettings } from "./callback-fields.ts";

const FOLLOWING = "parentbased_";

/** How calls are traced for the `otel` callback; `undefined` where it is not asked for, or wants no traces. */
export function toTraceSampling(callbacks: readonly BuiltCallback[]): TraceSampling | undefined {
  const otel = callbacks.find((callback) => callback.name === "otel");
  return otel?.name !== "otel" || otel.settings.disabled || otel.settings.traces_exporter === "none"
    ? undefined
    : readSampler(otel.settings);
}

/** A sampler by its name in OpenTelemetry; one that nobody knows is the default. */
function readSampler({ sampler, sampler_arg: share }: CallbackSettings<"otel">): TraceSampling {
  const followsCaller = sampler.startsWith(FOLLOWING);
  switch (followsCaller ? sampler.slice(FOLLOWING.length) : sampler) {
    case "always_off":
      return { followsCaller, share: 0 };
    case "traceidratio":
      return { followsCaller, share };
    case "always_on":
      return { followsCaller, share: 1 };
    default:
      return { followsCaller: true, share: 1 };
  }
}
