import type { TraceSampling } from "../../core/trace-context.ts";
import type { BuiltCallback, CallbackSettings } from "./callback-fields.ts";
import { sendsSpans } from "./otel-settings.ts";

/** How calls are traced for the `otel` callback; `undefined` where it is not asked for, or no spans are sent. */
export function toTraceSampling(callbacks: readonly BuiltCallback[]): TraceSampling | undefined {
  const otel = callbacks.find((callback) => callback.name === "otel");
  return otel?.name === "otel" && sendsSpans(otel.settings) ? readSampler(otel.settings) : undefined;
}

function readSampler({ sampler, sampler_arg: share }: CallbackSettings<"otel">): TraceSampling {
  const followsCaller = sampler.startsWith("parentbased_");
  switch (sampler) {
    case "always_off":
    case "parentbased_always_off":
      return { followsCaller, share: 0 };
    case "traceidratio":
    case "parentbased_traceidratio":
      return { followsCaller, share };
    case "always_on":
    case "parentbased_always_on":
      return { followsCaller, share: 1 };
  }
}
