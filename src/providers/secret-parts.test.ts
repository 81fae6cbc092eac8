import { expect, test } from "bun:test";
import { secretsIn, toShownHeader, toShownUrl } from "./secret-parts.ts";

test.each([
  ["https://h/v1/chat", "https://h/v1/chat"],
  ["/v1?api-version=2024-10-21&alt=sse&beta=true", "/v1?api-version=2024-10-21&alt=sse&beta=true"],
  ["/v1?code=a%2Bb==&sig=c&subscription-key=d&alt=sse", "/v1?code=****&sig=****&subscription-key=****&alt=sse"],
  ["/v1?opaque", "/v1?****"],
  ["/v1?", "/v1?"],
])("%s is shown as %s", (url, shown) => {
  expect(toShownUrl(url)).toBe(shown);
});

test("headers are shown where they tell nothing secret", () => {
  expect(toShownHeader("content-type", "a")).toBe("a");
  expect(toShownHeader("x-own", "a")).toBe("****");
});

test("secrets are what is not shown", () => {
  const headers = { "X-Own": "planted", Authorization: "Bearer token", "Anthropic-Beta": "b", "x-empty": "" };
  expect(secretsIn(headers, "?code=a%2Bb&api-version=v")).toEqual(["planted", "token", "a%2Bb", "a+b"]);
  expect(secretsIn({}, "")).toEqual([]);
});
