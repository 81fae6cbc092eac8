import type { LoadedModule, PreCallAnswer, PreCallRequest } from "../core/custom-callback.ts";
import { type ErrorDetails, GatewayError } from "../core/errors.ts";
import { isObject } from "../core/json-values.ts";
import { NO_CALL_OPTIONS } from "../providers/edit-plan.ts";
import { isDeeperThan } from "../wire/json-depth.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";
import { readUtf8 } from "../wire/utf8.ts";
import type { Call } from "./call.ts";
import { readEndUser, readMetadata } from "./call-details.ts";
import { readCallParams } from "./call-params.ts";
import { scanBody } from "./intake.ts";

/** How checks before calls work. */
export interface PreCallOptions {
  /** How long one check may take, in milliseconds. */
  readonly timeoutMs: number;
  /** A check that breaks lets the call pass; otherwise the call is not made. */
  readonly failOpen: boolean;
  /** `general_settings.litellm_key_header_name` in lower case. */
  readonly keyHeader: string | undefined;
  readonly log: (message: string, cause: unknown) => void;
}

type Check = (request: PreCallRequest) => PreCallAnswer | Promise<PreCallAnswer>;

/** A module that looks at calls before they are made. */
interface Checker {
  readonly name: string;
  readonly check: Check;
}

/** Bodies nested deeper than this are not shown to checks: they could not write them again. */
const MAX_DEPTH = 500;

/** Broken checks are told of at most this often, in milliseconds. */
const LOG_INTERVAL_MS = 10_000;

/** The checks of the operator's modules, one after the other, each on what the one before made of the call. */
export class PreCallChecks {
  readonly #checkers: readonly Checker[];
  readonly #options: PreCallOptions;
  #brokenCount = 0;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  private constructor(checkers: readonly Checker[], options: PreCallOptions) {
    this.#checkers = checkers;
    this.#options = options;
  }

  /** Of the modules that have one; `undefined` where none has, so that calls pay nothing. */
  static of(modules: readonly LoadedModule[], options: PreCallOptions): PreCallChecks | undefined {
    const checkers = modules.flatMap(({ name, callback }): readonly Checker[] =>
      callback.preCall === undefined ? [] : [{ name, check: (request) => callback.preCall?.(request) }],
    );
    return checkers.length === 0 ? undefined : new PreCallChecks(checkers, options);
  }

  /**
   * Lets each check look at the call, and takes the body that it makes of it.
   * @throws GatewayError `refused`, `check-failed`, or what is wrong with a changed body
   */
  async run(call: Call): Promise<void> {
    for (const checker of this.#checkers) {
      const { body } = call;
      if (body === undefined) {
        return;
      }
      const request = toRequest(call, body, this.#options.keyHeader);
      const asSeen = hasTwins(body) ? toBytes(request.body) : undefined;
      const changed = (await this.#ask(checker, request)) ?? asSeen;
      if (changed !== undefined) {
        replaceBody(call, changed);
      }
    }
  }

  /** The bytes of a changed body. */
  async #ask({ name, check }: Checker, request: PreCallRequest): Promise<Uint8Array | undefined> {
    try {
      const answer = await withinLimit(check(request), this.#options.timeoutMs);
      if (answer === undefined || answer === null) {
        return undefined;
      }
      if (!isObject(answer)) {
        throw new TypeError("it returned neither a body nor nothing");
      }
      return toBytes(answer);
    } catch (thrown) {
      const refusal = findRefusal(thrown);
      if (refusal !== undefined) {
        throw refusal;
      }
      this.#tell(name, thrown);
      if (this.#options.failOpen) {
        return undefined;
      }
      throw new GatewayError(
        "check-failed",
        "A check that calls must pass could not be made, so this call was not made.",
      );
    }
  }

  #tell(name: string, cause: unknown): void {
    this.#brokenCount++;
    const nowMs = performance.now();
    if (nowMs - this.#loggedAtMs >= LOG_INTERVAL_MS) {
      this.#loggedAtMs = nowMs;
      const outcome = this.#options.failOpen ? "calls pass unchecked" : "calls are not made";
      this.#options.log(`preCall of '${name}' broke, ${outcome}; ${this.#brokenCount} times so far`, cause);
    }
  }
}

const toBytes = (body: Readonly<Record<string, unknown>>): Uint8Array => Buffer.from(JSON.stringify(body));

/**
 * Reads the call anew, as if this body had come. Its model is the path's, or another that is meant instead.
 * @throws GatewayError for what is wrong with it
 */
function replaceBody(call: Call, bytes: Uint8Array): void {
  const body = scanBody(bytes);
  if (call.target.pathModel !== undefined && body.find("model")?.kind === "string") {
    call.target = { ...call.target, pathModel: undefined };
  }
  call.isStream = false;
  call.wantsBase64 = false;
  call.editOptions = NO_CALL_OPTIONS;
  readCallParams(call, body);
}

/** The answer, or a failure when it does not come in time; what comes later goes nowhere. */
async function withinLimit<Value>(value: Value | PromiseLike<Value>, limitMs: number): Promise<Value> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([value, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const MAX_MESSAGE = 4000;

/** What a `CallRefused` says to the caller. By name: a module may have a copy of the class. */
function findRefusal(thrown: unknown): GatewayError | undefined {
  if (!(thrown instanceof Error) || thrown.name !== "CallRefused") {
    return undefined;
  }
  const { status, type, code, param } = thrown as { status?: unknown; type?: unknown; code?: unknown; param?: unknown };
  const isRefusal = typeof status === "number" && Number.isInteger(status) && status >= 400 && status <= 499;
  const details: { -readonly [Name in keyof ErrorDetails]: ErrorDetails[Name] } = { status: isRefusal ? status : 400 };
  for (const [name, value] of Object.entries({ type, code, param })) {
    if (typeof value === "string") {
      details[name as "type" | "code" | "param"] = value.slice(0, MAX_MESSAGE);
    }
  }
  return new GatewayError("refused", String(thrown.message).slice(0, MAX_MESSAGE), details);
}

/** @throws GatewayError `invalid-request` for a body that is nested too deeply to be looked at */
function toRequest(call: Call, body: ScannedObject, keyHeader: string | undefined): PreCallRequest {
  const metadata = readObject(readMetadata(body));
  return {
    model: call.requestedModel,
    body: readBody(call, body),
    headers: readHeaders(call, keyHeader),
    user: readEndUser(call, metadata),
    metadata,
    operation: call.operation,
    path: call.target.path,
    callId: call.id,
  };
}

/** The body as it counts: with the path's model where that names one. */
function readBody({ target: { pathModel } }: Call, body: ScannedObject): Readonly<Record<string, unknown>> {
  if (isDeeperThan(body.bytes, MAX_DEPTH)) {
    throw new GatewayError("invalid-request", `The body is nested deeper than ${MAX_DEPTH} levels.`, {
      param: "request_body",
    });
  }
  const parsed = JSON.parse(readUtf8(body.bytes, body.start, body.end)) as Readonly<Record<string, unknown>>;
  return pathModel === undefined ? parsed : { ...parsed, model: pathModel };
}

function readObject(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Names that tell of a credential. */
const SECRET_HEADER = /auth|key|token|secret|cookie|password|credential|signature|session/;

function readHeaders(call: Call, keyHeader: string | undefined): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  call.request.headers.forEach((value, name) => {
    const isShown = name === "x-litellm-session-id" || !SECRET_HEADER.test(name);
    if (isShown && name !== keyHeader) {
      headers[name] = value;
    }
  });
  return headers;
}

/**
 * Whether a field stands there twice. A check sees the last one; a vendor might heed the first, so such a body goes on as the
 * check saw it.
 */
function hasTwins({ fields }: ScannedObject): boolean {
  return new Set(fields.map(({ name }) => name)).size < fields.length;
}
