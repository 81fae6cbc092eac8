import { describe, expect, test } from "bun:test";
import { ENDPOINTS } from "../all.ts";
import { toOpenapiDocument } from "./document.ts";

type Mapping = Readonly<Record<string, unknown>>;
type Operation = Mapping & { readonly operationId: string; readonly security?: readonly unknown[] };

const FACTS = { version: "1.2.3", serverUrl: "/", isOpen: false };

const document = toOpenapiDocument(ENDPOINTS, FACTS);
const paths = document["paths"] as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
const operations = Object.values(paths).flatMap((item) => Object.values(item));

/** Every `$ref` below a value. */
const refsOf = (value: unknown): string[] =>
  typeof value !== "object" || value === null
    ? []
    : Object.entries(value).flatMap(([key, item]) => (key === "$ref" ? [String(item)] : refsOf(item)));

describe("the OpenAPI document", () => {
  test("has every path form, with an id of its own for each operation", () => {
    expect(Object.keys(paths)).toContain("/openai/deployments/{model}/chat/completions");
    expect(Object.keys(paths)).toContain("/v1/models/{id}");
    expect(Object.keys(paths["/test"] ?? {}).sort()).toEqual(["get", "post"]);
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("declares the parameter of each placeholder", () => {
    for (const [path, item] of Object.entries(paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const operation of Object.values(item)) {
        const declared = ((operation["parameters"] ?? []) as Mapping[]).filter((one) => one["in"] === "path");
        expect(declared.map(({ name }) => name)).toEqual(names);
      }
    }
  });

  test("refers to schemas that are there, and uses all of them", () => {
    const components = document["components"] as { readonly schemas: Mapping };
    const used = new Set(refsOf(document));
    expect([...used].sort()).toEqual(
      Object.keys(components.schemas)
        .map((name) => `#/components/schemas/${name}`)
        .sort(),
    );
  });

  test("asks for a key but on open paths, and for none where nobody needs one", () => {
    expect(paths["/health/liveliness"]?.["get"]?.security).toEqual([]);
    expect(paths["/health"]?.["get"]?.security).toBeUndefined();
    expect(document["security"]).not.toEqual([]);
    expect(toOpenapiDocument(ENDPOINTS, { ...FACTS, isOpen: true })["security"]).toEqual([]);
  });
});
