import { describe, expect, test } from "bun:test";
import { checkOrigin, checkSite, corsHeaders, toOptionsReply } from "./cors.ts";

const OPEN = { origins: [], isOpen: true };
const KEYED = { origins: [], isOpen: false };

/** The origin that may read the answer, by the header lines. */
const allowOrigin = (origin: string, policy: { origins: readonly string[]; isOpen: boolean }): string | null =>
  /^access-control-allow-origin: (.*)\r\n/m.exec(corsHeaders(origin, policy))?.[1] ?? null;

describe("who may call", () => {
  test.each([
    ["https://a.example", OPEN, false],
    ["null", OPEN, false],
    ["http://localhost:3000", OPEN, true],
    ["https://localhost", OPEN, true],
    ["http://127.0.0.1:1", OPEN, true],
    ["http://[::1]:1", OPEN, true],
    ["http://localhost.a.example", OPEN, false],
    ["http://127.0.0.1.nip.io", OPEN, false],
    ["http://a@localhost:1", OPEN, false],
    ["https://a.example", { origins: ["*"], isOpen: true }, true],
    ["https://a.example", { origins: ["https://a.example"], isOpen: true }, true],
    ["https://a.example:444", { origins: ["https://a.example"], isOpen: true }, false],
    ["http://localhost:3000", { origins: ["https://a.example"], isOpen: true }, false],
  ] as const)("%s under %j: %p", (origin, policy, isLetIn) => {
    if (isLetIn) {
      expect(() => checkOrigin(origin, policy)).not.toThrow();
    } else {
      expect(() => checkOrigin(origin, policy)).toThrow("asks for no key");
    }
    expect(allowOrigin(origin, policy)).toBe(isLetIn ? origin : null);
  });

  test("with a key nobody is refused for an origin, but a list says who may read", () => {
    const listed = { origins: ["https://a.example"], isOpen: false };
    for (const policy of [KEYED, listed]) expect(() => checkOrigin("https://b.example", policy)).not.toThrow();
    expect(allowOrigin("https://b.example", KEYED)).toBe("https://b.example");
    expect(allowOrigin("https://b.example", listed)).toBeNull();
  });

  test("programs send no origin", () => {
    expect(() => checkOrigin(null, OPEN)).not.toThrow();
  });
});

test("caches are told that answers differ by origin", () => {
  expect(corsHeaders("http://localhost", OPEN)).toContain("\r\nvary: origin\r\n");
  expect(corsHeaders(null, OPEN)).toBe("");
});

test("an origin cannot add header lines", () => {
  expect(() => corsHeaders("http://a\r\nx: y", KEYED)).toThrow(TypeError);
});

test("a preflight is told every header it asks for, a plain OPTIONS only the methods", () => {
  const ask = (headers: Record<string, string>): string =>
    toOptionsReply(new Headers(headers), ["GET", "POST"]).headers as string;
  expect(ask({})).toBe("allow: GET, POST, OPTIONS\r\n");
  const preflight = ask({ "access-control-request-method": "POST", "access-control-request-headers": "x-a,x-b" });
  expect(preflight).toContain("access-control-allow-headers: x-a,x-b\r\n");
  expect(preflight).toContain("access-control-allow-methods: GET, POST, OPTIONS\r\n");
  expect(ask({ "access-control-request-method": "POST" })).toContain("access-control-allow-headers: authorization");
});

test("what a page elsewhere fetches without saying its origin is refused where no key is asked for", () => {
  const from = (site: string): Headers => new Headers({ "sec-fetch-site": site });
  expect(() => checkSite(from("cross-site"), OPEN)).toThrow("no key");
  expect(() => checkSite(from("cross-site"), KEYED)).not.toThrow();
  expect(() => checkSite(from("same-origin"), OPEN)).not.toThrow();
  expect(() => checkSite(from("none"), OPEN)).not.toThrow();
  expect(() => checkSite(new Headers(), OPEN)).not.toThrow();
});
