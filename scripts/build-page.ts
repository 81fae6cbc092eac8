import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BuiltFile, BuiltPage } from "../src/endpoints/ui/built-page.ts";

const WEB = join(import.meta.dir, "..", "web");
const DIST = join(WEB, "dist");

const toFile = (type: string, bytes: Uint8Array<ArrayBuffer>): BuiltFile => ({
  type,
  gzip: Buffer.from(Bun.gzipSync(bytes, { level: 9 })).toString("base64"),
});

const toHash = (bytes: Uint8Array): string => Bun.hash(bytes).toString(36);

/** The page at `/ui` out of `web/`: script and style in one file each, named by their content. */
async function buildPage(): Promise<BuiltPage> {
  const result = await Bun.build({
    entrypoints: [join(WEB, "src", "main.tsx")],
    target: "browser",
    minify: true,
    define: { "process.env.NODE_ENV": '"production"' },
    naming: "[name]-[hash].[ext]",
  });
  const files: Record<string, BuiltFile> = {};
  const names = { script: "", style: "", icon: "" };
  for (const output of result.outputs) {
    const name = output.path.replace(/^.*\//, "");
    const isStyle = name.endsWith(".css");
    names[isStyle ? "style" : "script"] = name;
    files[name] = toFile(
      `text/${isStyle ? "css" : "javascript"}; charset=utf-8`,
      new Uint8Array(await output.arrayBuffer()),
    );
  }
  const icon = new Uint8Array(readFileSync(join(WEB, "icon.svg")));
  names.icon = `icon-${toHash(icon)}.svg`;
  files[names.icon] = toFile("image/svg+xml", icon);
  const html = readFileSync(join(WEB, "index.html"), "utf8");
  return {
    html: html.replace(/\{\{(script|style|icon)\}\}/g, (_mark, name: keyof typeof names) => names[name]),
    files,
  };
}

/** Whole or not at all: a gateway that starts meanwhile reads the one before. */
function write(page: BuiltPage): void {
  mkdirSync(DIST, { recursive: true });
  const path = join(DIST, "page.json");
  writeFileSync(`${path}.new`, JSON.stringify(page));
  renameSync(`${path}.new`, path);
}

write(await buildPage());
