import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { METADATA_KEYS } from "../../src/observers/langfuse/metadata-keys.ts";

const page = readFileSync(join(import.meta.dir, "..", "..", "docs", "guides", "log-to-langfuse.md"), "utf8");

test("log-to-langfuse.md has every metadata key with its meaning, and no other", () => {
  const [, marked = ""] = page.split("<!-- metadata keys -->");
  const [table = ""] = marked.split("<!-- /metadata keys -->");
  const rows = [...table.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, key = "", meaning = ""]) => [key, meaning]);
  expect(rows).toEqual(Object.entries(METADATA_KEYS).map(([key, { meaning }]) => [key, meaning]));
});
