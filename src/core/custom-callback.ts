import type { Operation } from "./operation.ts";

/** A call before it is made, as `preCall` sees it. Data of its own: changes count only where they are returned. */
export interface PreCallRequest {
  /** The model that the call asks for, aliases applied; `undefined` where it names none. */
  readonly model: string | undefined;
  /** The request's body; where the path names the model, with that one. What is returned takes its place; a caller's own `api_key` is in it, so do not log it whole. */
  readonly body: Readonly<Record<string, unknown>>;
  /** By lower-case name; none that carries a credential. */
  readonly headers: Readonly<Record<string, string>>;
  /** The end user: headers, `user`, metadata. */
  readonly user: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly operation: Operation;
  readonly path: string;
  readonly callId: string;
}

/** A changed body, or nothing to go on with the one that came. */
// biome-ignore lint/suspicious/noConfusingVoidType: what a hook without a return gives
export type PreCallAnswer = Readonly<Record<string, unknown>> | undefined | null | void;

/** What a module exports as `callback`. Every hook is optional. */
export interface CustomCallback<Payload> {
  /** A call was answered. */
  onSuccess?(payload: Payload): void | Promise<void>;
  /** A call failed. */
  onFailure?(payload: Payload): void | Promise<void>;
  /** A stream that had begun has ended, well or not; told beside `onSuccess` or `onFailure`. */
  onStreamEnd?(payload: Payload): void | Promise<void>;
  /** Looks at a call before it is made: lets it pass, changes it, or throws {@link CallRefused}. The call waits for it. */
  preCall?(request: PreCallRequest): PreCallAnswer | Promise<PreCallAnswer>;
  /** `true`: its payloads hold nothing of what was asked and answered. */
  readonly turnOffMessageLogging?: boolean;
}

/** How a refusal looks to the caller. */
export interface RefusalDetails {
  /** 400 to 499; 400 when absent. */
  readonly status?: number;
  /** OpenAI error `type`; `invalid_request_error` when absent. */
  readonly type?: string;
  /** The status as text when absent. */
  readonly code?: string;
  /** The field at fault. */
  readonly param?: string;
}

/** Thrown by `preCall` to refuse a call; the message is for the caller. */
export class CallRefused extends Error {
  override readonly name = "CallRefused";
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly code: string | undefined;
  readonly param: string | undefined;

  constructor(message: string, details: RefusalDetails = {}) {
    super(message);
    this.status = details.status;
    this.type = details.type;
    this.code = details.code;
    this.param = details.param;
  }
}

/** A module of the operator's, loaded and looked over. */
export interface LoadedModule {
  /** Absolute path. */
  readonly file: string;
  /** Changes whenever the file does. */
  readonly stamp: string;
  /** File name without its ending, in lower case: as `x-litellm-disable-callbacks` names it. */
  readonly name: string;
  /** Whether it is told of calls that were answered, and of those that failed. */
  readonly onSuccess: boolean;
  readonly onFailure: boolean;
  /** Its hooks; payloads are what observers make them. */
  readonly callback: CustomCallback<never>;
}
