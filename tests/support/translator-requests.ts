import type { JsonObject, Ledger, RequestContext, Translator } from "../../src/core/translation.ts";
import type { RecordedRequest } from "./recorded-request.ts";

/** A ledger that lets everything be dropped, and tells what was. */
export interface NotingLedger extends Ledger {
  readonly dropped: readonly string[];
  readonly refused: readonly string[];
}

/** Makes a {@link NotingLedger}. */
export const notingLedger = (): NotingLedger => {
  const dropped: string[] = [];
  const refused: string[] = [];
  return { dropped, refused, drop: (path) => void dropped.push(path), refuse: (path) => void refused.push(path) };
};

/** What a request translator makes of a body. */
export const translateBody = (
  translator: Translator,
  body: JsonObject,
  context: Partial<RequestContext> = {},
): JsonObject | readonly JsonObject[] =>
  translator.request(body, {
    model: "some-model",
    isStream: body["stream"] === true,
    ledger: notingLedger(),
    media: new Map(),
    options: {},
    ...context,
  });

/** A request as a fake vendor sees it, for the checks of kits. */
export const asRecorded = (path: string, json: unknown): RecordedRequest => ({
  method: "POST",
  target: path,
  rawHeaders: [],
  headers: new Headers({ authorization: "Bearer key" }),
  body: Buffer.from(JSON.stringify(json)),
  path,
  query: new URLSearchParams(),
  json,
  model: undefined,
  connectionId: 1,
  aborted: Promise.withResolvers<void>().promise,
  abortedAtMs: undefined,
});

/** A seeded source of whole numbers from 0 up to a limit. */
export const seededNumbers = (seed: number): ((limit: number) => number) => {
  let state = seed;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * limit);
  };
};
