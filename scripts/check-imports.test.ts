import { describe, expect, test } from "bun:test";
import { findBadImports, findBadPageImports } from "./check-imports.ts";

describe("import ranks", () => {
  test("downwards and inside a folder are fine", () => {
    expect(findBadImports("http/a.ts", 'import { x } from "./b.ts";\nimport { y } from "../core/c.ts";')).toEqual([]);
  });

  test("upwards, sideways and unknown places are not", () => {
    expect(findBadImports("core/a.ts", 'import { x } from "../http/b.ts";')).toHaveLength(1);
    expect(findBadImports("auth/a.ts", 'export type { x } from "../routing/b.ts";')).toHaveLength(1);
    expect(findBadImports("wire/a.ts", 'const x = await import("../upstream/b.ts");')).toHaveLength(1);
    expect(findBadImports("helpers/a.ts", "")).toHaveLength(1);
  });

  test("imports over several lines are seen", () => {
    expect(findBadImports("core/a.ts", 'import {\n  x,\n  y,\n} from "../http/b.ts";')).toHaveLength(1);
  });

  test("observers belong to the composition root alone", () => {
    expect(findBadImports("http/a.ts", 'import { x } from "../observers/b.ts";')).toHaveLength(1);
    expect(findBadImports("gateway.ts", 'import { x } from "./observers/b.ts";')).toEqual([]);
  });
});

describe("imports of the page", () => {
  test("types of endpoints are all that it takes from the gateway", () => {
    expect(findBadPageImports("src/a.tsx", 'import type { X } from "../../src/endpoints/ui/x.ts";')).toEqual([]);
    expect(findBadPageImports("src/live/a.tsx", 'import { x } from "../api.ts";\nimport "./page.css";')).toEqual([]);
    expect(findBadPageImports("src/a.tsx", 'import { x } from "../../src/endpoints/ui/x.ts";')).toHaveLength(1);
    expect(findBadPageImports("src/a.tsx", 'import type { X } from "../../src/core/x.ts";')).toHaveLength(1);
    expect(findBadPageImports("src/a.tsx", 'const x = await import("../../src/endpoints/x.ts");')).toHaveLength(1);
  });

  test("what is built of it is for endpoints alone", () => {
    const text = 'const page = await import("../../web/dist/page.json");';
    expect(findBadImports("http/a.ts", text)).toHaveLength(1);
    expect(findBadImports("endpoints/a.ts", text)).toEqual([]);
  });
});
