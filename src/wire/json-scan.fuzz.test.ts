import { expect, test } from "bun:test";
import {
  pick,
  type Random,
  randomBelow,
  randomJsonText,
  randomObjectText,
  seededRandom,
} from "../../tests/support/random-json.ts";
import { scanArrayItems, scanObject } from "./json-scan.ts";
import { JsonScanError, type JsonScanReason } from "./json-scan-error.ts";
import type { ScannedObject } from "./scanned-object.ts";

/** What `JSON.parse` makes of the decoded text. */
function parse(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(bytes.toString("utf8")) };
  } catch {
    return undefined;
  }
}

function reasonOf(scan: () => unknown): JsonScanReason | undefined {
  try {
    scan();
    return undefined;
  } catch (error) {
    if (error instanceof JsonScanError) {
      return error.reason;
    }
    throw error;
  }
}

function expectedReason(parsed: { readonly value: unknown } | undefined, isWanted: (value: unknown) => boolean) {
  return parsed === undefined ? "invalid" : isWanted(parsed.value) ? undefined : "other kind";
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Same fields with the same values, the last of duplicates winning. Own properties only: `__proto__` is a name like any. */
function disagreement(object: ScannedObject, parsed: object): string | undefined {
  const names = new Set(object.fields.map((field) => field.name));
  if (names.size !== Object.keys(parsed).length) {
    return "other number of names";
  }
  for (const name of names) {
    const value = Object.getOwnPropertyDescriptor(parsed, name)?.value;
    const field = object.find(name);
    if (value === undefined || JSON.stringify(object.readValue(field)) !== JSON.stringify(value)) {
      return `other value of ${JSON.stringify(name)}`;
    }
    if (typeof value === "string" && object.readString(field) !== value) {
      return `other string of ${JSON.stringify(name)}`;
    }
    if (typeof value === "number" && object.readNumber(field) !== value) {
      return `other number of ${JSON.stringify(name)}`;
    }
  }
  return undefined;
}

function check(bytes: Buffer): void {
  const parsed = parse(bytes);
  const asObject = reasonOf(() => scanObject(bytes))?.replace("not-an-object", "other kind");
  const asArray = reasonOf(() => scanArrayItems(bytes))?.replace("not-an-array", "other kind");
  let fault: string | undefined;
  if (asObject !== expectedReason(parsed, isObject) || asArray !== expectedReason(parsed, Array.isArray)) {
    fault = `verdicts ${asObject} and ${asArray}`;
  } else if (isObject(parsed?.value)) {
    fault = disagreement(scanObject(bytes), parsed.value);
  } else if (Array.isArray(parsed?.value)) {
    const items = scanArrayItems(bytes).map((item) =>
      JSON.parse(bytes.toString("utf8", item.valueStart, item.valueEnd)),
    );
    fault = JSON.stringify(items) === JSON.stringify(parsed.value) ? undefined : "other items";
  }
  if (fault !== undefined) {
    throw new Error(`${fault}: ${JSON.stringify(bytes.toString("latin1"))}`);
  }
}

/** Bytes that mean something to a JSON reader, or just miss to. */
const TELLING_BYTES = [
  ...Buffer.from('{}[]",:\\/-+.eE0123456789truefalsn \n\r\t\0\x1f\x7f\x80\xa0\xc3\xef\xbb\xbf\xff', "latin1"),
];

function mutate(random: Random, bytes: Buffer): Buffer {
  const at = randomBelow(random, bytes.length + 1);
  const to = at + randomBelow(random, 8);
  const telling = Buffer.from([pick(random, TELLING_BYTES)]);
  const rest = bytes.subarray(at);
  return pick(random, [
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), telling, bytes.subarray(at + 1)]),
    () => Buffer.concat([bytes.subarray(0, at), telling, rest]),
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]),
    () => Buffer.concat([bytes.subarray(0, to), rest]),
    () => Buffer.concat([bytes.subarray(0, at), Buffer.from([randomBelow(random, 256)]), bytes.subarray(at + 1)]),
  ])();
}

test("agrees with JSON.parse on lawful texts", () => {
  const random = seededRandom(1);
  for (let round = 0; round < 2000; round++) {
    const space = pick(random, ["", " ", "\r\n"]);
    const text = round % 4 === 0 ? randomJsonText(random) : randomObjectText(random);
    check(Buffer.from(space + text + space));
  }
});

test("agrees with JSON.parse on mutated texts", () => {
  const random = seededRandom(2);
  let accepted = 0;
  for (let round = 0; round < 2000; round++) {
    let bytes: Buffer = Buffer.from(randomObjectText(random, 3));
    for (let step = 0; step < 5; step++) {
      bytes = mutate(random, bytes);
      check(bytes);
      accepted += parse(bytes) === undefined ? 0 : 1;
    }
  }
  expect(accepted).toBeGreaterThan(500);
});

test("agrees with JSON.parse on mutated long strings", () => {
  const random = seededRandom(3);
  const long = Buffer.from(`{"content":"${"Prose of é kind,\\n and on. ".repeat(80)}","after":[1,"two"]}`);
  for (let round = 0; round < 3000; round++) {
    const padded = Buffer.concat([Buffer.alloc(randomBelow(random, 8), " "), long]);
    check(mutate(random, padded));
  }
});

test("agrees with JSON.parse on random bytes", () => {
  const random = seededRandom(4);
  for (let round = 0; round < 10000; round++) {
    const length = randomBelow(random, 12);
    check(Buffer.from(Array.from({ length }, () => pick(random, TELLING_BYTES))));
    check(Buffer.from([0x7b, ...Array.from({ length }, () => randomBelow(random, 256)), 0x7d]));
  }
});
