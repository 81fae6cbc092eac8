import { describe, expect, test } from "bun:test";
import { scanArrayItems, scanObject } from "./json-scan.ts";
import { JsonScanError } from "./json-scan-error.ts";

const bytesOf = (text: string) => Buffer.from(text);

function failureOf(scan: () => unknown): { reason: string; offset: number; message: string } {
  try {
    scan();
  } catch (error) {
    if (error instanceof JsonScanError) {
      return { reason: error.reason, offset: error.offset, message: error.message };
    }
    throw error;
  }
  throw new Error("the scan accepted the text");
}

describe("scanObject", () => {
  test("lists the top-level fields with ranges and kinds", () => {
    const text = ' { "model" : "gpt-4o", "n":-1.5e+3 ,"messages":[{"a":[]}],"o":{} ,\n"t":true,"f":false,"z":null } ';
    const object = scanObject(bytesOf(text));
    const seen = object.fields.map((field) => [field.name, field.kind, text.slice(field.valueStart, field.valueEnd)]);
    expect(seen).toEqual([
      ["model", "string", '"gpt-4o"'],
      ["n", "number", "-1.5e+3"],
      ["messages", "array", '[{"a":[]}]'],
      ["o", "object", "{}"],
      ["t", "true", "true"],
      ["f", "false", "false"],
      ["z", "null", "null"],
    ]);
    const model = object.find("model");
    expect(text.slice(model?.keyStart, model?.keyEnd)).toBe('"model"');
    expect(text.slice(object.start, object.end)).toBe(text.trim());
  });

  test("decodes keys: escapes, characters beyond ASCII, the empty key", () => {
    const object = scanObject(bytesOf('{"mod\\u0065l":1,"größe":2,"":3,"__proto__":4}'));
    expect(object.fields.map((field) => field.name)).toEqual(["model", "größe", "", "__proto__"]);
    expect(object.readNumber(object.find("model"))).toBe(1);
    expect(object.readNumber(object.find("__proto__"))).toBe(4);
  });

  test("of duplicate names the last is found, with few fields and with many", () => {
    const filler = Array.from({ length: 100 }, (_, index) => `"f${index}":${index}`).join(",");
    for (const text of ['{"a":1,"b":2,"a":3}', `{"a":1,${filler},"a":3}`]) {
      const object = scanObject(bytesOf(text));
      expect(object.readNumber(object.find("a"))).toBe(3);
      expect(object.fields.filter((field) => field.name === "a")).toHaveLength(2);
      expect(object.find("absent")).toBeUndefined();
    }
  });

  test("reads values of their kind only", () => {
    const object = scanObject(bytesOf('{"s":"a\\n\\ud83d\\ude00ü","n":12,"t":true,"f":false,"o":{"x":[1]}}'));
    expect(object.readString(object.find("s"))).toBe("a\n😀ü");
    expect(object.readString(object.find("n"))).toBeUndefined();
    expect(object.readNumber(object.find("n"))).toBe(12);
    expect(object.readNumber(object.find("s"))).toBeUndefined();
    expect(object.readBoolean(object.find("t"))).toBe(true);
    expect(object.readBoolean(object.find("f"))).toBe(false);
    expect(object.readBoolean(object.find("n"))).toBeUndefined();
    expect(object.readValue(object.find("o"))).toEqual({ x: [1] });
    expect(object.readValue(object.find("absent"))).toBeUndefined();
  });

  test("a string that begins with a byte order mark keeps it; a text that does is refused", () => {
    const object = scanObject(bytesOf('{"s":"\uFEFFx"}'));
    expect(object.readString(object.find("s"))).toBe("\uFEFFx");
    expect(failureOf(() => scanObject(bytesOf('\uFEFF{"a":1}')))).toMatchObject({ reason: "invalid", offset: 0 });
  });

  test("says what was expected and where", () => {
    const messages: Record<string, string> = {
      "": "expected a value at byte 0, but the text ends there",
      '{"model":"gpt-4" "n":1}': "expected ',' or '}' at byte 17",
      '{"a":[1 2]}': "expected ',' or ']' at byte 8",
      '{"a":{"b":1 "c"}}': "expected ',' or '}' at byte 12",
      "{a:1}": "expected a string as key at byte 1",
      '{"a":1,}': "expected a string as key at byte 7",
      '{"a" 1}': "expected ':' at byte 5",
      '{"a":01}': "expected ',' or '}' at byte 6",
      '{"a":-}': "expected a digit at byte 6",
      '{"a":1.}': "expected a digit at byte 7",
      '{"a":1e+}': "expected a digit at byte 8",
      '{"a":tru}': "expected 'true' at byte 8",
      '{"a":"\\x"}': "expected an escape character at byte 7",
      '{"a":"\\u12g4"}': "expected a hexadecimal digit at byte 10",
      '{"a":"\n"}': "expected no control character inside a string at byte 6",
      '{"a":"b': "expected '\"' at byte 7, but the text ends there",
      '{"a":1} x': "expected the end of the text at byte 8",
      '{"a":1,': "expected a string as key at byte 7, but the text ends there",
      '{"a":\u00a01}': "expected a value at byte 5",
    };
    for (const [text, message] of Object.entries(messages)) {
      expect(failureOf(() => scanObject(bytesOf(text)))).toMatchObject({ reason: "invalid", message });
    }
  });

  test("tells valid JSON of another kind from a broken text", () => {
    const messages: Record<string, string> = {
      "[1]": "expected an object, got an array",
      ' "a" ': "expected an object, got a string",
      "1": "expected an object, got a number",
      null: "expected an object, got null",
    };
    for (const [text, message] of Object.entries(messages)) {
      expect(failureOf(() => scanObject(bytesOf(text)))).toMatchObject({ reason: "not-an-object", message });
    }
    expect(failureOf(() => scanObject(bytesOf("[1"))).reason).toBe("invalid");
    expect(failureOf(() => scanObject(bytesOf("1 2"))).reason).toBe("invalid");
  });

  test("refuses nesting beyond the limit, exactly", () => {
    const nested = (depth: number) => bytesOf(`{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`);
    expect(scanObject(nested(512)).fields).toHaveLength(1);
    expect(failureOf(() => scanObject(nested(513))).reason).toBe("too-deep");
    expect(scanObject(nested(2000), { maxDepth: 2000 }).fields).toHaveLength(1);
    expect(failureOf(() => scanObject(nested(4), { maxDepth: 3 })).reason).toBe("too-deep");
    expect(failureOf(() => scanObject(bytesOf("[".repeat(100_000)))).reason).toBe("too-deep");
    expect(failureOf(() => scanObject(bytesOf('{"a":'.repeat(100_000)))).reason).toBe("too-deep");
  });

  test("passes lone surrogates and refuses NUL bytes", () => {
    const object = scanObject(bytesOf('{"s":"\\ud800"}'));
    expect(object.readString(object.find("s"))).toBe("\ud800");
    expect(failureOf(() => scanObject(bytesOf('{"s":"\0"}'))).offset).toBe(6);
    expect(failureOf(() => scanObject(bytesOf('{"s":1}\0'))).offset).toBe(7);
  });

  test("a long string is checked to its last byte, wherever it lies in memory", () => {
    const content = `${"x".repeat(10_000_000)}é\\n"`;
    const text = bytesOf(`{"s":"${content}}`);
    expect(scanObject(text).fields[0]?.valueEnd).toBe(text.length - 1);
    for (let shift = 0; shift < 9; shift++) {
      const padded = bytesOf(`${" ".repeat(shift)}{"s":"${"é".repeat(1000)}"}`).subarray(shift);
      expect(scanObject(padded).fields).toHaveLength(1);
      for (let at = 1900; at < 1930; at++) {
        const broken = Buffer.from(padded);
        broken[at] = 0x1f;
        expect(failureOf(() => scanObject(broken)).offset).toBe(at);
      }
    }
  });

  test("a text cut at any byte is refused", () => {
    const text = bytesOf('{"a":"b\\u00e9ü","c":[1.5e3,{"d":null}],"e":true}');
    for (let length = 0; length < text.length; length++) {
      expect(failureOf(() => scanObject(text.subarray(0, length))).reason).toBe("invalid");
    }
  });

  test("scans a nested object by its range", () => {
    const object = scanObject(bytesOf('{"stream_options":{"include_usage":true}}'));
    const options = object.find("stream_options");
    const inner = scanObject(object.bytes.subarray(options?.valueStart, options?.valueEnd));
    expect(inner.readBoolean(inner.find("include_usage"))).toBe(true);
  });
});

describe("scanArrayItems", () => {
  test("lists items with ranges and kinds", () => {
    const text = ' [ "a" ,1,[2,3] , {"b":4},null]';
    const items = scanArrayItems(bytesOf(text));
    expect(items.map((item) => [item.kind, text.slice(item.valueStart, item.valueEnd)])).toEqual([
      ["string", '"a"'],
      ["number", "1"],
      ["array", "[2,3]"],
      ["object", '{"b":4}'],
      ["null", "null"],
    ]);
    expect(scanArrayItems(bytesOf("[ ]"))).toEqual([]);
  });

  test("refuses what is broken or no array", () => {
    expect(failureOf(() => scanArrayItems(bytesOf("[1,]"))).message).toBe("expected a value at byte 3");
    expect(failureOf(() => scanArrayItems(bytesOf("[1")))).toMatchObject({ reason: "invalid", offset: 2 });
    expect(failureOf(() => scanArrayItems(bytesOf("{}")))).toMatchObject({
      reason: "not-an-array",
      message: "expected an array, got an object",
    });
    expect(failureOf(() => scanArrayItems(bytesOf("[[[]]]"), { maxDepth: 2 })).reason).toBe("too-deep");
  });
});
