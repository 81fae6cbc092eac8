/** A file of the page, made ready when the page was built. */
export interface BuiltFile {
  readonly type: string;
  /** Its bytes, gzipped, in base64. */
  readonly gzip: string;
}

/** The page as `scripts/build-page.ts` writes it to `web/dist/page.json`; names of files hold a hash of their content. */
export interface BuiltPage {
  readonly html: string;
  readonly files: Readonly<Record<string, BuiltFile>>;
}

/** Stands in the page's text for the path from the page to its files. */
export const BASE_MARK = "{{base}}";
/** Stands in the page's text for the header that keys are sent in. */
export const KEY_HEADER_MARK = "{{keyHeader}}";
/** Stands in the page's text for whether callers need a key: `key` or `open`. */
export const ACCESS_MARK = "{{access}}";
