import { expect, test } from "bun:test";
import { readQuery, readRequestTarget, toTargetReader } from "./request-target.ts";

test.each([
  ["http://h/v1/models", "/v1/models", ""],
  ["http://h/", "/", ""],
  ["http://h/v1/models/", "/v1/models", ""],
  ["http://h//v1///models//", "/v1/models", ""],
  ["http://h:4000/a?b=c", "/a", "b=c"],
  ["http://h/a?", "/a", ""],
  ["http://h/?x", "/", "x"],
  ["http://h/a?b=/c//d?e", "/a", "b=/c//d?e"],
  ["http://[::1]:4000/a", "/a", ""],
  ["https://example.com/a%2Fb", "/a%2Fb", ""],
])("%s is %s and %p", (url, path, query) => {
  expect(readRequestTarget(url)).toEqual({ path, query, pathModel: undefined });
});

test("everything can be mounted below a root path", () => {
  expect(readRequestTarget("http://h/root/v1/models", "/root").path).toBe("/v1/models");
  expect(readRequestTarget("http://h/root", "/root").path).toBe("/");
  expect(readRequestTarget("http://h/root/", "/root").path).toBe("/");
  expect(readRequestTarget("http://h/rooted/v1", "/root").path).toBe("/rooted/v1");
  expect(readRequestTarget("http://h/v1/models", "/root").path).toBe("/v1/models");
});

test("remembered targets are what they were, however many and however long", () => {
  const read = toTargetReader("/root");
  const paths = [
    ...Array.from({ length: 600 }, (_, at) => `/p/${at}`),
    `/${"l".repeat(1000)}`,
    "/\u00e9\u00ff",
    "/a?b=c",
  ];
  for (const path of [...paths, ...paths]) {
    expect(read(`/root${path}`)).toEqual(readRequestTarget(path));
    expect(read(path)).toEqual(readRequestTarget(path));
  }
});

test("query parameters are decoded", () => {
  const target = readRequestTarget("http://h/a?api-version=2024-10-21&x=%20y&x=z&empty=");
  expect(readQuery(target, "api-version")).toBe("2024-10-21");
  expect(readQuery(target, "x")).toBe(" y");
  expect(readQuery(target, "empty")).toBe("");
  expect(readQuery(target, "none")).toBeUndefined();
  expect(readQuery(readRequestTarget("http://h/a?%%%"), "a")).toBeUndefined();
});
