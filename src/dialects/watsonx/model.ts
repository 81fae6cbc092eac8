import type { JsonObject, Ledger } from "../../core/translation.ts";

/** `model_id` is the vendor's name of the field that says the model; callers say it with `model`, and not past it. */
export function refuseOtherModel(body: JsonObject, ledger: Ledger): void {
  if (body["model_id"] !== undefined && body["model_id"] !== null) {
    ledger.refuse("model_id", "a model_id beside model");
  }
}
