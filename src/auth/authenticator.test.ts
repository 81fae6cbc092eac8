import { expect, test } from "bun:test";
import { GatewayError } from "../core/errors.ts";
import { maskKey, toAuthenticator } from "./authenticator.ts";

const MASTER = "sk-master-0123456789";

const failure = (authorization: string | undefined): GatewayError | undefined => {
  const headers = new Headers(authorization === undefined ? {} : { authorization });
  try {
    toAuthenticator(MASTER, undefined).authenticate(headers);
    return undefined;
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
};

test("without a master key anybody is let in", () => {
  for (const masterKey of [undefined, ""]) {
    const open = toAuthenticator(masterKey, undefined);
    expect(open.isOpen).toBe(true);
    expect(open.authenticate(new Headers())).toBeUndefined();
  }
});

test("the master key alone opens", () => {
  expect(toAuthenticator(MASTER, undefined).isOpen).toBe(false);
  expect(failure(`Bearer ${MASTER}`)).toBeUndefined();
});

test("who is let in is known by the SHA-256 of its key", () => {
  const headers = new Headers({ authorization: "Bearer sk-1234" });
  expect(toAuthenticator("sk-1234", undefined).authenticate(headers)).toBe(
    "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
  );
});

test("callers are told the header that their key is read from", () => {
  expect(toAuthenticator(undefined, "X-Team-Key").keyHeader).toBe("Authorization");
  expect(toAuthenticator(MASTER, undefined).keyHeader).toBe("Authorization");
  const custom = toAuthenticator(MASTER, "X-Team-Key");
  expect(custom.keyHeader).toBe("X-Team-Key");
  expect(() => custom.authenticate(new Headers())).toThrow("Send it as `X-Team-Key: Bearer <key>`.");
  expect(() => custom.authenticate(new Headers({ "x-team-key": `Bearer ${MASTER}` }))).not.toThrow();
});

test.each([
  [undefined, "unauthenticated", "No api key passed in."],
  ["Digest x", "unauthenticated", "Malformed API Key passed in."],
  ["Bearer other-key-0123456789", "unauthenticated", "Received=othe****6789, expected to start with 'sk-'"],
  ["Bearer sk-other-0123456789", "no-database", "No connected db."],
  [`Bearer ${MASTER}x`, "no-database", "No connected db."],
  [`Bearer ${MASTER.slice(0, -1)}`, "no-database", "No connected db."],
] as const)("%p is refused as %s", (authorization, kind, text) => {
  const error = failure(authorization);
  expect(error?.kind).toBe(kind);
  expect(error?.message).toContain(text);
});

test.each([1, 84, 85, 86, 255, 256, 1000])(
  "a master key of %p characters opens, and its neighbours do not",
  (length) => {
    const key = `sk-${"k".repeat(length)}`;
    const { authenticate } = toAuthenticator(key, undefined);
    const isRefused = (presented: string): boolean => {
      try {
        authenticate(new Headers({ authorization: `Bearer ${presented}` }));
        return false;
      } catch {
        return true;
      }
    };
    for (const other of [`${key}k`, key.slice(0, -1), `${key.slice(0, -1)}x`, `x${key.slice(1)}`]) {
      expect(isRefused(other)).toBe(true);
      expect(isRefused(key)).toBe(false);
    }
  },
);

test("a masked key shows no more than its ends", () => {
  expect(maskKey("abcdefghijklmnop")).toBe("abcd****mnop");
  expect(maskKey("abcdefghijklmno")).toBe("****");
  expect(maskKey("")).toBe("****");
  expect(maskKey("ab\u0000\u00e9efghijklm\r\nop")).toBe("ab??****??op");
});
