import type { BuiltPage } from "./built-page.ts";

/** A file of the page as it is served. */
export interface PageFile {
  readonly type: string;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

/** The page, ready to be served. */
export interface Page {
  readonly html: string;
  readonly files: ReadonlyMap<string, PageFile>;
}

let loading: Promise<Page | undefined> | undefined;

/** The page, read when it is first asked for; `undefined` when it has not been built. Never rejects. */
export function loadPage(): Promise<Page | undefined> {
  loading ??= import("../../../web/dist/page.json").then(
    ({ html, files }) => toPage({ html, files }),
    () => undefined,
  );
  return loading;
}

function toPage({ html, files }: BuiltPage): Page {
  const entries = Object.entries(files).map(([name, { type, gzip }]): [string, PageFile] => [
    name,
    { type, gzipped: Uint8Array.from(Buffer.from(gzip, "base64")) },
  ]);
  return { html, files: new Map(entries) };
}
