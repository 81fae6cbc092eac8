import { describe, expect, test } from "bun:test";
import { EventStreamCodec } from "@smithy/eventstream-codec";
import { cutsOf } from "../../tests/support/translator-streams.ts";
import { AwsEventReader } from "./aws-events.ts";
import { AwsPayloadLineReader } from "./aws-payload-lines.ts";

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("utf8")),
  (text) => Buffer.from(text, "utf8"),
);

type Headers = Parameters<EventStreamCodec["encode"]>[0]["headers"];

const message = (headers: Headers, body: string | Uint8Array): Uint8Array =>
  codec.encode({ headers, body: typeof body === "string" ? Buffer.from(body) : body });

const text = (value: string): Headers[string] => ({ type: "string", value });

const event = (name: string, body: string | Uint8Array): Uint8Array =>
  message(
    { ":event-type": text(name), ":content-type": text("application/json"), ":message-type": text("event") },
    body,
  );

const read = (pieces: readonly Uint8Array[]): readonly (readonly [string, string])[] => {
  const events: (readonly [string, string])[] = [];
  const reader = new AwsEventReader((name, data) => void events.push([name, Buffer.from(data).toString("utf8")]));
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return events;
};

const odd: Headers = {
  a: { type: "boolean", value: true },
  b: { type: "boolean", value: false },
  c: { type: "byte", value: 1 },
  d: { type: "short", value: 2 },
  e: { type: "integer", value: 3 },
  f: { type: "binary", value: new Uint8Array([1, 2, 3]) },
  g: { type: "timestamp", value: new Date(0) },
  h: { type: "uuid", value: "00112233-4455-6677-8899-aabbccddeeff" },
  ":event-type": text("last"),
};

const STREAM = Buffer.concat([
  event("first", '{"a":"caf\u00e9"}'),
  event("second", ""),
  message(odd, "x"),
  message({ ":message-type": text("exception"), ":exception-type": text("throttlingException") }, '{"message":"slow"}'),
  message({ ":message-type": text("error"), ":error-code": text("Oops"), ":error-message": text("broke") }, ""),
]);

const ALIKE = Buffer.concat([event("delta", "1"), event("delta", "2"), event("other", "3"), event("delta", "4")]);

test("messages with the headers of the one before, and with others of the same length", () => {
  const names = ["delta", "delta", "other", "delta"];
  for (const pieces of cutsOf(ALIKE)) {
    expect(read(pieces)).toEqual(names.map((name, index) => [name, String(index + 1)]));
  }
});

const EVENTS = [
  ["first", '{"a":"caf\u00e9"}'],
  ["second", ""],
  ["last", "x"],
  ["throttlingException", '{"message":"slow"}'],
  ["Oops", '{"message":"broke"}'],
] as const;

test("what AWS' own codec writes is read, however it is cut", () => {
  for (const pieces of cutsOf(STREAM)) expect(read(pieces)).toEqual([...EVENTS]);
});

describe("a broken stream is told as one", () => {
  test("cut off within a message", () => {
    expect(() => read([STREAM.subarray(0, STREAM.length - 1)])).toThrow("ended within a message");
  });

  test("every flipped bit", () => {
    const whole = event("first", "{}");
    for (let at = 0; at < whole.length * 8; at++) {
      const broken = Uint8Array.from(whole);
      broken[at >> 3] = (broken[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(() => read([broken])).toThrow();
    }
  });

  const forged = (length: number, headerLength: number): Buffer => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt32BE(length, 0);
    bytes.writeUInt32BE(headerLength, 4);
    bytes.writeUInt32BE(Number(Bun.hash.crc32(bytes.subarray(0, 8))), 8);
    return bytes;
  };

  test.each([
    ["too short", 15, 0],
    ["longer than any may be", 2_000_000_000, 0],
    ["headers beyond the message", 32, 17],
  ])(
    "a sound prelude of a message that is %s is refused before the message is waited for",
    (_name, length, headers) => {
      expect(() => new AwsEventReader(() => undefined).push(forged(length, headers))).toThrow("none may have");
    },
  );
});

test("payload parts are put together to lines of JSON or events, however they and the stream are cut", () => {
  const inner = Buffer.from('data:{"a":"caf\u00e9"}\n\n: ping\r\nevent: x\r\ndata: {"b":2}\r\n\r\n{"c":3}\n{"d":4}');
  for (const parts of cutsOf(inner, 5)) {
    const stream = Buffer.concat([...parts.map((part) => event("PayloadPart", part)), event("ModelStreamError", "{}")]);
    for (const pieces of cutsOf(stream, 3)) {
      const lines: string[] = [];
      const reader = new AwsPayloadLineReader((name, data) => void lines.push(name + data));
      for (const piece of pieces) reader.push(piece);
      reader.end();
      expect(lines).toEqual(['{"a":"caf\u00e9"}', '{"b":2}', '{"c":3}', "ModelStreamError{}", '{"d":4}']);
    }
  }
});
