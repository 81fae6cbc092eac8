import { describe, expect, test } from "bun:test";
import { findBadImports } from "./check-imports.ts";

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
