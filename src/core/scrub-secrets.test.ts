import { describe, expect, test } from "bun:test";
import { cpuTimeMs } from "../../tests/support/cpu-time.ts";
import { scrubKey, scrubSecrets } from "./scrub-secrets.ts";

test.each([
  ["key sk-abcdefghij1234 end", "key sk-****1234 end"],
  ["sk-proj-AbC_dEf-0123456789wxyz", "sk-****wxyz"],
  ["sk-abcdefghij-_.", "sk-****."],
  ["gsk_abcdefghijklmnop", "gsk_****mnop"],
  ["Authorization: Bearer abc.def-ghi_jkl=", "Authorization: Bearer ****"],
  ["authorization: basic dXNlcjpwYXNz", "authorization: basic ****"],
  ["Authorization: Basic dXNlcjpwYXNzd28=, later", "Authorization: Basic ****, later"],
  ["BASIC YWRtaW4vZm9vOmJhcitiYXo", "BASIC ****"],
  ["https://x/v1?key=secret123&alt=sse", "https://x/v1?key=****&alt=sse"],
  ["https://x/v1?a=b&api-key=secret123", "https://x/v1?a=b&api-key=****"],
  ["?access_token=abc'", "?access_token=****'"],
  ["https://x/f?sig=a%2Fb&subscription-key=c", "https://x/f?sig=****&subscription-key=****"],
  ["postgres://user:pa55:w@db:5432/x and redis://:secret@r", "postgres://user:****@db:5432/x and redis://:****@r"],
  ["token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.s-_g end", "token eyJ**** end"],
  ["AIzaSyA1234567890abcdefghijklmnop", "AIza****"],
  [
    "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized on arn:aws-cn:bedrock:cn-north-1:123456789012:x",
    "User: arn:aws:sts::****:assumed-role/r/s is not authorized on arn:aws-cn:bedrock:cn-north-1:****:x",
  ],
  ["Incorrect API key provided: sk-upstr**********wxyz.", "Incorrect API key provided: sk-****wxyz."],
])("%s becomes %s", (text, expected) => {
  expect(scrubSecrets(text)).toBe(expected);
});

test.each([
  "The risk-free rate is task-oriented",
  "Bearer of bad news",
  "sk-1234",
  "desk-abcdefghijklmnop",
  "job-sk-0000000001",
  "summary-sk-translation",
  "flow-fw-20250101-77",
  "Basic translation",
  "Basic understanding/troubleshooting of JavaScript",
  "a monkey=banana pair",
  "mail ann@example.org about https://example.org:8080/a@b",
  "ssh://git@example.org/repository",
  "eyJhbGciOiJIUzI1NiJ9eyJzdWIi",
  "",
])("%p is no secret", (text) => {
  expect(scrubSecrets(text)).toBe(text);
});

test("data keeps its shape, its texts and the names of its fields are scrubbed", () => {
  const data = { a: ["sk-abcdefghij1234", 1, null, true], b: { c: "plain" } };
  expect(scrubSecrets(data)).toEqual({ a: ["sk-****1234", 1, null, true], b: { c: "plain" } });
  expect(JSON.stringify(scrubSecrets({ z: 1, "sk-abcdefghij1234": 2, a: 3 }))).toBe('{"z":1,"sk-****1234":2,"a":3}');
  expect(data.a[0]).toBe("sk-abcdefghij1234");
  for (const value of [7, null, undefined, true]) expect(scrubSecrets<unknown>(value)).toBe(value);
});

test("data nested deeper than the stack is cut, not crashed on", () => {
  const deep: unknown = JSON.parse(`{"a":${"[".repeat(100_000)}"sk-abcdefghij1234"${"]".repeat(100_000)},"b":"c"}`);
  const scrubbed = scrubSecrets(deep);
  expect(JSON.stringify(scrubbed)).toBe(`{"a":${"[".repeat(31)}null${"]".repeat(31)},"b":"c"}`);
});

test("names of prototypes stay names", () => {
  const data: unknown = JSON.parse('{"__proto__":{"x":"sk-abcdefghij1234"},"constructor":1}');
  expect(JSON.stringify(scrubSecrets(data))).toBe('{"__proto__":{"x":"sk-****1234"},"constructor":1}');
});

test.each([
  "sk-",
  "sk-_",
  "sk--",
  "Bearer ",
  "Basic\t",
  "Basic abc",
  "?key=",
  "AIza",
  "sk-abcd ",
  "hf_a-",
  "eyJ-",
  "eyJa.",
  "://a:b",
  "://",
  ":",
])("a long text of %j takes no longer than other texts", (piece) => {
  const text = `${piece.repeat(100_000)}!`;
  const startedAtMs = cpuTimeMs();
  scrubSecrets(text);
  expect(cpuTimeMs() - startedAtMs).toBeLessThan(500);
});

describe("a key that is known", () => {
  test("is found whatever it looks like, in texts and data", () => {
    expect(scrubKey("bad 0123abcd4567.", "0123abcd4567")).toBe("bad ****.");
    expect(scrubKey({ a: ["x0123abcd4567x", 1] }, "0123abcd4567")).toEqual({ a: ["x****x", 1] });
    expect(scrubKey('a "quoted" key', '"quoted"')).toBe("a **** key");
  });

  test("that is short is found where it is the whole text", () => {
    expect(scrubKey({ a: "sk-1234", b: "xsk-1234" }, "sk-1234")).toEqual({ a: "****", b: "xsk-1234" });
  });

  test("leaves all else as it was", () => {
    expect(scrubKey({ a: 1, b: ["c"] }, "0123abcd4567")).toEqual({ a: 1, b: ["c"] });
    expect(scrubKey("a short word", "short")).toBe("a short word");
    expect(scrubKey("anything", "")).toBe("anything");
    expect(scrubKey("", "")).toBe("");
    expect(scrubKey(undefined, "0123abcd4567")).toBeUndefined();
  });
});
