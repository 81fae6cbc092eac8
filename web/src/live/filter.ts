import type { LiveCall } from "../../../src/endpoints/ui/live-types.ts";

/** What a call must be like to be shown. */
export interface Filter {
  readonly text: string;
  readonly errorsOnly: boolean;
}

/** One word of the filter: all of them must fit. */
type Test = (call: LiveCall) => boolean;

type Reader = (call: LiveCall) => readonly (string | null)[];

/** Words may be bound to one of these, as in `provider:openai`. */
const FIELDS: Readonly<Record<string, Reader>> = {
  model: (call) => [call.model, call.model_group, call.upstream_model],
  deployment: (call) => [call.deployment, ...call.attempts.map(({ deployment }) => deployment)],
  provider: (call) => [call.provider, ...call.attempts.map(({ provider }) => provider)],
  status: (call) => [`${call.status}`, `${Math.floor(call.status / 100)}xx`],
  error: (call) => [call.error, call.error_message],
  id: (call) => [call.call_id],
  operation: (call) => [call.operation],
  path: (call) => [call.path],
  dropped: (call) => call.dropped,
};

const readAll: Reader = (call) => Object.values(FIELDS).flatMap((read) => read(call));

/** The fields that words may be bound to. */
export const FILTER_FIELDS: readonly string[] = Object.keys(FIELDS);

/** Errors of calls that have not failed: their client left, or another deployment answered first. */
const NO_FAILURES: ReadonlySet<string | null> = new Set([null, "client-closed", "given-up"]);

/** Whether a call failed. */
export const isFailure = ({ error }: LiveCall): boolean => !NO_FAILURES.has(error);

/** Makes a test of a filter; `-` in front of a word turns it round. */
export function toTest({ text, errorsOnly }: Filter): Test {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "" && word !== "-")
    .map(toWordTest);
  return (call) => (!errorsOnly || isFailure(call)) && words.every((test) => test(call));
}

function toWordTest(word: string): Test {
  if (word.startsWith("-")) {
    const test = toWordTest(word.slice(1));
    return (call) => !test(call);
  }
  const [, name = "", value = ""] = /^([a-z]+):(.*)$/.exec(word) ?? [];
  const isField = Object.hasOwn(FIELDS, name);
  const read = (isField ? FIELDS[name] : undefined) ?? readAll;
  const wanted = isField ? value : word;
  return (call) => read(call).some((text) => text?.toLowerCase().includes(wanted) === true);
}
