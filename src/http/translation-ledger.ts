import { GatewayError } from "../core/errors.ts";
import type { Ledger } from "../core/translation.ts";
import type { Call } from "./call.ts";

/** The ledger of one attempt: what its translation leaves out is noted on the call, or refused as the call wants it. */
export class TranslationLedger implements Ledger {
  readonly #call: Call;
  readonly #vendor: string;
  readonly #dropParams: boolean;

  constructor(call: Call, vendor: string, dropParams: boolean) {
    this.#call = call;
    this.#vendor = vendor;
    this.#dropParams = dropParams;
  }

  drop(path: string): void {
    if (this.#call.editOptions.isStrict) {
      throw refusal(path, `${this.#vendor} has no place for '${path}', and nothing may be left out`, STRICT_HINT);
    }
    this.#call.drop(path);
  }

  refuse(path: string, why: string): void {
    const { isStrict } = this.#call.editOptions;
    if (isStrict || !this.#dropParams) {
      throw refusal(path, `${this.#vendor} does not support ${why}`, isStrict ? STRICT_HINT : DROP_HINT);
    }
    this.#call.drop(path);
  }
}

const STRICT_HINT = "Leave it out, or do without `strict_translation` and `x-portolan-strict`.";
const DROP_HINT =
  "To leave it out, set `drop_params: true` in the request, the deployment's `litellm_params` or `litellm_settings`.";

const refusal = (param: string, sentence: string, hint: string): GatewayError =>
  new GatewayError("unsupported-params", `litellm.UnsupportedParamsError: ${sentence}: ${param}. ${hint}`, { param });
