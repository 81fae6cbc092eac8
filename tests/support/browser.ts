import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Where Debian and others put the browser. */
const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser that tests look at pages with; `undefined` where there is none. */
export const CHROMIUM = process.env["CHROMIUM_PATH"] ?? PATHS.find(existsSync);

/** Starts it. Its sandbox cannot be had by root, and these pages are our own. */
export const openBrowser = (): Promise<Browser> => {
  if (CHROMIUM === undefined) throw new Error("there is no Chromium");
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
};

/** What went wrong on a page, and whom it asked. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console, what scripts threw, what the content security policy stopped. */
  readonly faults: readonly string[];
  /** The address of every request. */
  readonly asked: readonly string[];
}

/** Opens a page that is watched from its first moment. */
export const openPage = async (browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> => {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  const asked: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  page.on("pageerror", (error) => void faults.push(error.message));
  page.on("request", (request) => void asked.push(request.url()));
  page.setDefaultTimeout(15_000);
  return { page, faults, asked };
};
