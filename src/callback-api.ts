import type { CustomCallback } from "./core/custom-callback.ts";
import type { StandardLoggingPayload } from "./observers/payload-types.ts";

/** What callback modules import as `portolan`: see docs/guides/write-a-callback.md. */
export { CallRefused, type PreCallAnswer, type PreCallRequest, type RefusalDetails } from "./core/custom-callback.ts";
export type { StandardLoggingPayload } from "./observers/payload-types.ts";

/** The type of a module's `callback`. */
export type Callback = CustomCallback<StandardLoggingPayload>;
