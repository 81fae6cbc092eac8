import { dirname, join, normalize } from "node:path";
import { Glob } from "bun";

/** Rank of each place under `src/`; a file may import from its own folder and from lower ranks (docs/adr/0002). */
const RANKS: Readonly<Record<string, number>> = {
  "main.ts": 9,
  cli: 8,
  "gateway.ts": 7,
  "callback-api.ts": 7,
  endpoints: 6,
  http: 5,
  auth: 4,
  routing: 4,
  observers: 4,
  providers: 3,
  translators: 3,
  dialects: 2,
  config: 2,
  upstream: 2,
  inbound: 2,
  store: 1,
  catalog: 1,
  wire: 1,
  core: 0,
};

/** Folders that only the composition root and what stands above it may import. */
const ROOT_ONLY: ReadonlySet<string> = new Set(["observers"]);

const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+"(\.[^"]+)"|(?:import|require)\("(\.[^"]+)"\)/g;

/** Where a path under `src/` stands: its folder, or the file itself at the top. */
const placeOf = (path: string): string => path.split("/")[0] ?? "";

/** What is wrong with the imports of one file; `path` is relative to `src/`. */
export function findBadImports(path: string, text: string): string[] {
  const from = placeOf(path);
  const rank = RANKS[from];
  if (rank === undefined) {
    return [`src/${path}: '${from}' has no rank; add it to scripts/check-imports.ts and the ADR`];
  }
  const bad: string[] = [];
  for (const match of text.matchAll(IMPORT)) {
    const target = normalize(join(dirname(path), match[1] ?? match[2] ?? ""));
    const to = placeOf(target);
    if (to === from) {
      continue;
    }
    const toRank = RANKS[to];
    if (toRank === undefined || toRank >= rank) {
      bad.push(`src/${path} (rank ${rank}) imports ${target} (rank ${toRank ?? "none"})`);
    } else if (ROOT_ONLY.has(to) && rank < (RANKS["gateway.ts"] ?? 0)) {
      bad.push(`src/${path} imports ${target}, which only gateway.ts may`);
    }
  }
  return bad;
}

/** What is wrong in the whole tree. */
export async function checkImports(): Promise<string[]> {
  const bad: string[] = [];
  for (const path of new Glob("**/*.ts").scanSync("src")) {
    if (!path.endsWith(".test.ts")) {
      bad.push(...findBadImports(path, await Bun.file(`src/${path}`).text()));
    }
  }
  return bad.sort();
}
