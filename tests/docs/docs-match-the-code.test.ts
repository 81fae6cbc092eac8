import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { unraisedKinds } from "../../scripts/error-reference.ts";
import { COMMAND_LINE_FLAGS, NOT_BUILT_FLAGS } from "../../src/config/command-line-flags.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { isInternalParam } from "../../src/core/edits.ts";
import { ERROR_POLICY } from "../../src/core/error-policy.ts";
import { CALLER_DIALECT } from "../../src/core/operation.ts";
import { findModelFaults } from "../../src/gateway.ts";
import { corsHeaders } from "../../src/http/cors.ts";
import { PROVIDERS } from "../../src/providers/all.ts";

const ROOT = join(import.meta.dir, "..", "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const list = (pattern: string): string[] => [...new Bun.Glob(pattern).scanSync(ROOT)].sort();

const PAGES = [...list("*.md"), ...list("docs/**/*.md"), ...list("examples/**/*.md"), ...list("bench/*.md")];
const SOURCES = list("src/**/*.ts").filter((path) => !path.endsWith(".test.ts"));

/** As GitHub makes anchors of headings. */
const toAnchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => toAnchor(heading.trim()));

/** Links outside code, as page-relative paths with their anchors. */
const linksOf = (text: string): string[] =>
  [...text.replace(/^ *```[\s\S]*?^ *```/gm, "").matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

const findDeadLink = (page: string, link: string): string | undefined => {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(ROOT, target))) return `${page}: ${link}`;
  const isKnown = anchor === undefined || anchorsOf(read(target)).includes(anchor);
  return isKnown ? undefined : `${page}: ${link} (no such heading)`;
};

test("every relative link leads somewhere", () => {
  const dead = PAGES.flatMap((page) => linksOf(read(page)).flatMap((link) => findDeadLink(page, link) ?? []));
  expect(dead).toEqual([]);
});

test("every page under docs/ can be reached from docs/README.md", () => {
  const linked = linksOf(read("docs/README.md")).map((link) => normalize(join("docs", link)));
  const lost = list("docs/**/*.md").filter((page) => page !== "docs/README.md" && !linked.includes(page));
  expect(lost).toEqual([]);
});

test("every npm run command that the docs name exists", () => {
  const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
  const named = PAGES.flatMap((page) =>
    [...read(page).matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name = ""]) => name),
  );
  expect([...new Set(named)].filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test("every flag of the gateway that the docs name exists, and each that exists is named", () => {
  const shown = [...list("*.md"), ...list("docs/**/*.md"), ...list("examples/**/*.md")]
    .filter((page) => !page.startsWith("docs/reference/"))
    .map(read)
    .join("\n");
  // Lines of other programs have flags of their own.
  const lines = shown.split("\n").filter((line) => !/\b(?:docker|bun build|npm ci|bash|pip)\b/.test(line));
  const flags = lines.flatMap((line) =>
    [...line.matchAll(/(?<![\w-])--([a-z][a-z_-]+)/g)].map(([, name = ""]) => name),
  );
  const known = new Set([...Object.keys(COMMAND_LINE_FLAGS), ...Object.keys(NOT_BUILT_FLAGS)]);
  expect([...new Set(flags)].filter((flag) => !known.has(flag.replaceAll("-", "_")))).toEqual([]);
  expect(Object.keys(COMMAND_LINE_FLAGS).filter((flag) => !flags.includes(flag))).toEqual([]);
});

describe("reach-every-vendor.md", () => {
  const cells = [...read("docs/guides/reach-every-vendor.md").matchAll(/^\| `(\{ model: .+? \})` \|/gm)].map(
    ([, cell = ""]) => cell,
  );

  test("has an entry for every provider that is translated to, and all that need more than a key", () => {
    const named = cells.map((cell) => /model: ([^/]+)\//.exec(cell)?.[1]);
    const page = read("docs/guides/reach-every-vendor.md");
    const isTranslated = ({ routes: { chat } }: (typeof PROVIDERS)[number]): boolean =>
      chat !== undefined && chat.dialect !== CALLER_DIALECT.chat;
    const lost = PROVIDERS.filter((provider) => isTranslated(provider) || provider.needs !== undefined)
      .map(({ name }) => name)
      .filter((name) => !named.includes(name) && !page.includes(`\`${name}/\``));
    expect(lost).toEqual([]);
  });

  test("shows entries that serve as they stand", () => {
    const text = `model_list:\n${cells.map((cell) => `  - {model_name: a, litellm_params: ${cell}}\n`).join("")}`;
    const keys = PROVIDERS.flatMap(({ authorization }) => authorization.env).filter((name) => !name.startsWith("OCI_"));
    const environment = Object.fromEntries(keys.map((name) => [name, "key"]));
    const loaded = loadConfig({ path: "/config.yaml", environment, readFile: () => text });
    expect([loaded.faults, loaded.warnings]).toEqual([[], []]);
    if (loaded.config === undefined) throw new Error("there is no configuration");
    const faults = findModelFaults(loaded.config, environment).map(({ message }) => message);
    expect(faults.filter((message) => !message.includes("OCI_"))).toEqual([]);
  });
});

test("README.md counts the providers", () => {
  const [, count] = /(\d+) \[providers\]/.exec(read("README.md")) ?? [];
  expect(Number(count)).toBe(PROVIDERS.filter(({ answer }) => answer === undefined).length);
});

test("ADR 0006 has a line for every dependency", () => {
  const { dependencies, devDependencies } = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
  const page = read("docs/adr/0006-dependencies.md");
  const names = Object.keys({ ...dependencies, ...devDependencies });
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

describe("errors.md", () => {
  const page = read("docs/reference/errors.md");

  test("has every error kind and no other", () => {
    const named = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, kind = ""]) => kind);
    expect(named).toEqual(Object.keys(ERROR_POLICY));
  });

  test("says truly which kinds are not raised yet", () => {
    const source = SOURCES.filter((path) => !path.startsWith("src/core/"))
      .map(read)
      .join("\n");
    const unraised = Object.keys(ERROR_POLICY).filter((kind) => !source.includes(`"${kind}"`));
    expect([...unraisedKinds()].sort()).toEqual(unraised.sort());
  });
});

test("headers.md names the x-litellm headers that the gateway reads or sends, and says of no other that it does", () => {
  const inCode = SOURCES.filter((path) => /^src\/(?:auth|http)\//.test(path) && !path.endsWith("/cors.ts"))
    .flatMap((path) => [...read(path).matchAll(/x-litellm-[a-z_-]*[a-z]/g)].map(([name]) => name))
    .sort();
  const rows = [...read("docs/reference/headers.md").matchAll(/^\| (.+?) \|/gm)].map(([, cell = ""]) => cell);
  const inPage = rows.flatMap((cell) => [...cell.matchAll(/`(x-litellm-[a-z_-]+)`/g)].map(([, name = ""]) => name));
  expect([...new Set(inPage)].sort()).toEqual([...new Set(inCode)]);
});

test("pages may read the headers of the gateway's own that headers.md says are sent, and no other", () => {
  const [, sent = ""] = read("docs/reference/headers.md").split("## Sent with every answer to a call");
  const [table = ""] = sent.split("\n## ");
  const isOwn = /\bx-(?:litellm|portolan)-[a-z_-]*[a-z]/g;
  const named = [...table.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell = ""]) => cell.match(isOwn) ?? []);
  const exposed = corsHeaders("http://localhost", { origins: [], isOpen: true }).match(isOwn) ?? [];
  expect(exposed.toSorted()).toEqual(named.toSorted());
});

test("request-parameters.md lists exactly the parameters that never leave the gateway", () => {
  const [, marked = ""] = read("docs/reference/request-parameters.md").split("<!-- internal parameters -->");
  const [block = ""] = marked.split("<!-- /internal parameters -->");
  const [names = "", families = ""] = block.split("All that begin with");
  const ticked = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  expect(ticked(names).filter((name) => !isInternalParam(name))).toEqual([]);
  for (const family of ticked(families)) expect(isInternalParam(`${family}x`)).toBe(true);

  // The other way round: every quoted name of the source's lists is on the page.
  const source = read("src/core/edits.ts");
  const quoted = [...source.slice(source.indexOf("INTERNAL_PARAMS")).matchAll(/^ {2}"([^"]+)",$/gm)];
  expect(quoted.length).toBeGreaterThan(50);
  expect(quoted.map(([, name = ""]) => name).filter((name) => !ticked(block).includes(name))).toEqual([]);
});

test("architecture.md has the ranks that are checked", () => {
  const [, source = ""] = read("scripts/check-imports.ts").split("const RANKS");
  const [table = ""] = source.split("};");
  const ranks = [...table.matchAll(/^ {2}"?([a-z.]+)"?: (\d),$/gm)].map(
    ([, place = "", rank = ""]) => `${rank} ${place}`,
  );
  const [, section = ""] = read("docs/architecture.md").split("<!-- ranks -->");
  const rows = [...section.matchAll(/^\| (\d) \| `src\/([a-z.]+)\/?` \|/gm)].map(
    ([, rank = "", place = ""]) => `${rank} ${place}`,
  );
  expect(ranks.length).toBeGreaterThan(10);
  expect(rows).toEqual(ranks);
});
