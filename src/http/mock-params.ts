import { GatewayError } from "../core/errors.ts";
import type { ScannedField, ScannedObject } from "../wire/scanned-object.ts";
import { MOCK_TESTING_PARAMS } from "./routing-options.ts";

/** What a call says of the answer that is to be made up for it, where the configuration allows that (contract 2.6). */
export interface MockParams {
  /** `mock_response`. */
  readonly response: unknown;
  /** `mock_tool_calls`, placed in the message. */
  readonly toolCalls: readonly unknown[] | undefined;
  /** `mock_timeout`: no answer comes within the call's time limit. */
  readonly timesOut: boolean;
  /** `mock_delay`: how long a made-up answer takes, in milliseconds. */
  readonly delayMs: number;
}

/** What all their names begin with: one look tells most others apart, which a search for the whole prefix would not be. */
const LETTER_M = 109;

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
type FieldReader = (params: Writable<MockParams>, field: ScannedField, body: ScannedObject) => void;

/** Longest `mock_delay`, in seconds. */
const MAX_DELAY_SECONDS = 3600;

const invalid = (param: string, message: string): GatewayError =>
  new GatewayError("invalid-request", message, { param });

const READERS: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ["mock_response", (params, field, body) => (params.response = body.readValue(field))],
  ["mock_tool_calls", (params, field, body) => (params.toolCalls = readToolCalls(field, body))],
  ["mock_timeout", (params, field) => (params.timesOut = readFlag(field))],
  ["mock_delay", (params, field, body) => (params.delayMs = readDelay(field, body))],
]);

/**
 * Reads the parameters for tests; `undefined` for a call without those that shape its answer.
 * @throws GatewayError `invalid-request` for any of them where the configuration does not allow them (contract 2.6 N)
 */
export function readMockParams(body: ScannedObject, isAllowed: boolean): MockParams | undefined {
  let params: Writable<MockParams> | undefined;
  for (const field of body.fields) {
    if (field.name.charCodeAt(0) !== LETTER_M || !field.name.startsWith("mock_") || field.kind === "null") {
      continue;
    }
    if (!isAllowed) {
      throw invalid(
        field.name,
        `'${field.name}' is a parameter for tests; general_settings.dangerously_allow_mock_testing_request_params allows it.`,
      );
    }
    const read = READERS.get(field.name);
    if (read !== undefined) {
      params ??= { response: undefined, toolCalls: undefined, timesOut: false, delayMs: 0 };
      read(params, field, body);
    } else if (!MOCK_TESTING_PARAMS.includes(field.name)) {
      const known = [...READERS.keys(), ...MOCK_TESTING_PARAMS].join(", ");
      throw invalid(field.name, `'${field.name}' is not known; parameters for tests are ${known}.`);
    }
  }
  return params;
}

function readToolCalls(field: ScannedField, body: ScannedObject): readonly unknown[] {
  const calls = field.kind === "array" ? body.readValue(field) : undefined;
  if (!Array.isArray(calls) || !calls.every((call) => typeof call === "object" && call !== null)) {
    throw invalid(field.name, `Invalid type for '${field.name}': expected an array of tool calls.`);
  }
  return calls;
}

function readFlag(field: ScannedField): boolean {
  if (field.kind !== "true" && field.kind !== "false") {
    throw invalid(field.name, `Invalid type for '${field.name}': expected a boolean.`);
  }
  return field.kind === "true";
}

function readDelay(field: ScannedField, body: ScannedObject): number {
  const seconds = body.readNumber(field);
  if (seconds === undefined || !(seconds >= 0 && seconds <= MAX_DELAY_SECONDS)) {
    throw invalid(field.name, `Invalid value for '${field.name}': expected seconds from 0 to ${MAX_DELAY_SECONDS}.`);
  }
  return seconds * 1000;
}
