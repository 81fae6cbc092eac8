import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { LiveCallsPage, LiveHourPage } from "../../src/endpoints/ui/live-types.ts";
import { CHROMIUM, openBrowser, openPage, type WatchedPage } from "../support/browser.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { eventually } from "../support/within.ts";

const ROOT = join(import.meta.dir, "..", "..");
const KEY = "sk-master-0123456789";
const HOSTILE = "<img src=x onerror=document.title='broken'>";
const upstream = startFakeUpstream();
let keyed: GatewayProcess;
let open: GatewayProcess;
let custom: GatewayProcess;

beforeAll(async () => {
  // As `npm start` does: the page is built if it is not there.
  const built = Bun.spawnSync(["node", join(ROOT, "scripts", "ensure-installed.mjs")]);
  expect(built.exitCode).toBe(0);
  upstream.forModel("broken", {
    status: 429,
    body: { error: { message: "Rate limit reached for <b>you</b>", type: "requests", code: "rate_limit_exceeded" } },
  });
  const model_list = [
    modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"), { id: "east-1" }),
    modelEntry("fast", openaiParams(upstream, "openai/gpt-4o-mini"), { id: "west-1" }),
    modelEntry("broken", openaiParams(upstream, "openai/broken"), { id: "broken-1" }),
  ];
  const settings = { model_list, router_settings: { num_retries: 0 } };
  const ownHeader = { master_key: KEY, litellm_key_header_name: "X-Team-Key" };
  [keyed, open, custom] = await Promise.all([
    startGateway({ config: { ...settings, general_settings: { master_key: KEY } } }),
    startGateway({ config: settings }),
    startGateway({ config: { ...settings, general_settings: ownHeader } }),
  ]);
});
afterAll(async () => {
  for (const gateway of [keyed, open, custom]) expect(await gateway.stop()).toBe(0);
  upstream.close();
});

const AUTHORIZED = { headers: { authorization: `Bearer ${KEY}` } };

const call = async (model: string, extra: Readonly<Record<string, unknown>> = {}): Promise<string | null> => {
  const body = { model, messages: MESSAGES, ...extra };
  const reply = await postJson(`${keyed.url}/v1/chat/completions`, body, AUTHORIZED);
  await reply.arrayBuffer();
  return reply.headers.get("x-litellm-call-id");
};

const ask = (path: string, headers: Readonly<Record<string, string>> = {}, gateway = keyed): Promise<Response> =>
  fetch(gateway.url + path, { headers });

const fetchCalls = async (after: string, limit = 500): Promise<LiveCallsPage> => {
  const path = `/ui/api/calls?after=${encodeURIComponent(after)}&limit=${limit}`;
  return (await (await ask(path, AUTHORIZED.headers)).json()) as LiveCallsPage;
};

describe("what the page asks for", () => {
  test("needs the key, as the page itself does not", async () => {
    for (const path of ["/ui/api/calls", "/ui/api/hour"]) {
      expect((await ask(path)).status).toBe(401);
      expect((await ask(path, { authorization: "Bearer sk-wrong-0123456789" })).status).toBe(400);
      const reply = await ask(path, AUTHORIZED.headers);
      expect([reply.status, reply.headers.get("cache-control")]).toEqual([200, "no-store"]);
    }
    expect((await ask("/ui")).status).toBe(200);
  });

  test("is closed to foreign pages where no key is asked for", async () => {
    const hostile = [
      { origin: "https://evil.example" },
      { "sec-fetch-site": "cross-site" },
      { host: "rebound.evil.example" },
    ];
    for (const headers of hostile) {
      const reply = await ask("/ui/api/calls", headers as unknown as Record<string, string>, open);
      expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    }
    expect((await ask("/ui/api/calls", {}, open)).status).toBe(200);
  });

  test("comes page by page, every call once, with what it took", async () => {
    const start = (await fetchCalls("")).cursor;
    const made = [await call("gpt"), await call("broken"), await call("nothing"), await call("fast", { stream: true })];
    const seen: LiveCallsPage["calls"][number][] = [];
    let cursor = start;
    await eventually(async () => {
      const page = await fetchCalls(cursor, 1);
      cursor = page.cursor;
      seen.push(...page.calls);
      return seen.length >= made.length;
    }, "all calls are told");
    expect((await fetchCalls(cursor)).calls).toEqual([]);
    expect(seen.map((one) => one.call_id)).toEqual(made.map(String));
    expect(seen.map((one) => [one.status, one.error])).toEqual([
      [200, null],
      [429, "upstream-rate-limited"],
      [400, "invalid-request"],
      [200, null],
    ]);
    expect(seen[0]).toMatchObject({ model: "gpt", deployment: "east-1", provider: "openai", attempt_count: 1 });
    for (const one of seen) {
      expect(Math.abs(one.gateway_ms + one.upstream_ms + one.streaming_ms - one.duration_ms)).toBeLessThan(0.1);
    }
    const hour = (await (await ask("/ui/api/hour", AUTHORIZED.headers)).json()) as LiveHourPage;
    expect(hour.minutes.length).toBe(60);
    expect(hour.total.requests).toBeGreaterThanOrEqual(4);
    expect(hour.total.errors).toBeGreaterThanOrEqual(2);
  });

  test.each(["x", "a.b", "a.1,", "../1", "a.1234567890123456"])("refuses the cursor %p", async (cursor) => {
    expect((await ask(`/ui/api/calls?after=${cursor}`, AUTHORIZED.headers)).status).toBe(400);
  });
});

describe("files of the page", () => {
  test("are kept by browsers for good, packed for those that unpack", async () => {
    const html = await (await ask("/ui")).text();
    const paths = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path = ""]) => path);
    expect(paths.length).toBe(3);
    for (const path of paths) {
      const reply = await ask(`/${path}`, { "accept-encoding": "gzip" });
      expect(reply.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(reply.headers.get("content-encoding")).toBe("gzip");
      expect(await (await ask(`/${path}`, { "accept-encoding": "identity" })).text()).toBe(await reply.text());
    }
    expect((await ask("/ui/assets/nothing.js")).status).toBe(404);
    expect(await (await ask("/ui/")).text()).toBe(html.replaceAll("ui/assets/", "assets/"));
  });

  test("may run nothing but themselves", async () => {
    const policy = (await ask("/ui")).headers.get("content-security-policy");
    expect(policy).toStartWith("default-src 'none'; script-src 'self'; style-src 'self'; ");
    expect(policy).not.toContain("unsafe");
  });
});

if (CHROMIUM === undefined) {
  test.skip("in a browser: there is no Chromium; install it, or name it in CHROMIUM_PATH", () => undefined);
} else {
  describe("in a browser", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser.close());

    const signIn = async ({ page }: WatchedPage): Promise<void> => {
      await page.goto(`${keyed.url}/ui`);
      await page.getByLabel("Master key").fill(KEY);
      await page.keyboard.press("Enter");
      await page.getByRole("region", { name: "The last hour" }).waitFor();
    };

    /** The number of the row that has the focus; that of column names is 0. */
    const rowInFocus = ({ page }: WatchedPage): Promise<unknown> => page.evaluate("document.activeElement.rowIndex");

    /** Nothing went wrong, and nobody else was asked. */
    const expectHarmless = ({ faults, asked }: WatchedPage, gateway = keyed): void => {
      expect(faults).toEqual([]);
      expect(asked.filter((address) => !address.startsWith(`${gateway.url}/`))).toEqual([]);
    };

    test("a wrong key is refused in words, the right one opens, and signing out forgets it", async () => {
      const watched = await openPage(browser);
      const { page } = watched;
      await page.goto(`${keyed.url}/ui`);
      await page.getByLabel("Master key").fill("sk-wrong-0123456789");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText("This is not the master key of this gateway.").waitFor();
      // The browser itself notes the refusal.
      expect(watched.faults.map((fault) => fault.replace(/\(.*/, ""))).toEqual([
        "Failed to load resource: the server responded with a status of 400 ",
      ]);
      await page.getByLabel("Master key").fill(KEY);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "Calls" }).waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "Calls" }).waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Master key").waitFor();
      expect(await page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")).not.toContain(KEY);
      await page.context().close();
    });

    test("calls appear as they come, can be filtered, and are opened by the keyboard", async () => {
      const watched = await openPage(browser);
      const { page } = watched;
      await signIn(watched);
      const id = await call("broken");
      await Promise.all([call("gpt"), call("fast", { stream: true }), call("gpt"), call(HOSTILE)]);
      const rows = page.locator("table.calls tbody tr");
      await rows.filter({ hasText: HOSTILE }).waitFor();
      await rows.filter({ hasText: "openai/gpt-4o-mini" }).first().waitFor();
      expect(await page.locator("img").count()).toBe(0);

      await page.keyboard.press("/");
      await page.keyboard.type("status:429 provider:openai");
      await eventually(async () => (await rows.allInnerTexts()).every((text) => text.includes("429")), "is filtered");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Space");
      expect(await page.getByRole("button", { name: "Errors only" }).getAttribute("aria-pressed")).toBe("true");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      expect(await rowInFocus(watched)).toBe(1);
      await page.keyboard.press("Enter");
      const details = page.getByRole("dialog", { name: "broken" });
      await details.getByText("Rate limit reached for <b>you</b>").waitFor();
      expect(await details.innerText()).toContain(id ?? "no id");
      await details.getByRole("button", { name: "Copy call id" }).waitFor();
      await page.keyboard.press("Escape");
      await details.waitFor({ state: "detached" });
      await eventually(async () => (await rowInFocus(watched)) === 1, "the row has the focus again");

      await page.getByRole("searchbox").fill("");
      await page.getByRole("button", { name: "Errors only" }).click();
      await rows.nth(3).waitFor();
      await rows.first().focus();
      await page.keyboard.press("ArrowDown");
      expect(await rowInFocus(watched)).toBe(2);
      expectHarmless(watched);
      await page.context().close();
    });

    test("the last hour is plotted, and told to those who do not see it", async () => {
      await call("gpt");
      const watched = await openPage(browser);
      const { page } = watched;
      await signIn(watched);
      for (const name of ["Requests", "Latency", "Tokens", "Cost"]) {
        const plot = page.getByRole("img", { name: `${name} by minute over the last hour` });
        await plot.locator("canvas").waitFor();
      }
      await page.getByRole("img", { name: /[1-9]\d* requests/ }).waitFor();
      expectHarmless(watched);
      await page.context().close();
    });

    test("a pause holds the calls back, and goes on without losing any", async () => {
      const watched = await openPage(browser);
      const { page } = watched;
      await signIn(watched);
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByText("paused", { exact: true }).waitFor();
      const model = `paused-${crypto.randomUUID()}`;
      await call(model);
      await eventually(async () => (await fetchCalls("")).calls.some((one) => one.model === model), "the call is told");
      expect(await page.getByText(model).count()).toBe(0);
      await page.getByRole("button", { name: "Resume" }).click();
      await page.getByText(model).first().waitFor();
      expectHarmless(watched);
      await page.context().close();
    });

    test.each([
      ["light", 1280],
      ["dark", 390],
    ] as const)("is %s where the system is, and fits a width of %d", async (colorScheme, width) => {
      await call("gpt");
      await call("broken", { stream: true });
      const watched = await openPage(browser, { colorScheme, viewport: { width, height: 844 } });
      const { page } = watched;
      await signIn(watched);
      await page.locator("table.calls tbody tr").first().waitFor();
      const ground = (): Promise<string> => page.evaluate("getComputedStyle(document.body).backgroundColor");
      const isDark = async (): Promise<boolean> => Number(/\d+/.exec(await ground())?.[0]) < 128;
      expect(await isDark()).toBe(colorScheme === "dark");
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      const failed = page.locator("table.calls tbody tr").filter({ hasText: "stream" }).filter({ hasText: "broken" });
      await failed.first().waitFor();
      // What was asked, and which of several deployments answered, is to be read without opening the row.
      for (const text of ["broken", "broken-1"]) {
        const shown = failed.first().getByText(text, { exact: true });
        const isWhole = await shown.evaluate((element) => {
          const { scrollWidth, clientWidth } = element as unknown as Readonly<Record<string, number>>;
          return (scrollWidth ?? 0) <= (clientWidth ?? 0);
        });
        expect([text, isWhole]).toEqual([text, true]);
      }
      await page.getByRole("button", { name: /^Colours/ }).click(); // Light.
      expect(await isDark()).toBe(false);
      await page.getByRole("button", { name: /^Colours/ }).click(); // Dark.
      expect(await isDark()).toBe(true);
      expectHarmless(watched);
      await page.context().close();
    });

    test("the key goes in the header that the configuration names", async () => {
      const watched = await openPage(browser);
      const { page } = watched;
      await page.goto(`${custom.url}/ui`);
      await page.getByLabel("Master key").fill(KEY);
      await page.keyboard.press("Enter");
      await page.getByText('-H "X-Team-Key: Bearer $KEY"').waitFor();
      expectHarmless(watched, custom);
      await page.context().close();
    });

    test("without a master key nobody has to sign in, and the first call is explained", async () => {
      const watched = await openPage(browser);
      const { page } = watched;
      await page.goto(`${open.url}/ui/`);
      await page.getByText(`curl ${open.url}/v1/chat/completions`).waitFor();
      expect(await page.getByRole("button", { name: "Sign out" }).count()).toBe(0);
      expectHarmless(watched, open);
      await page.context().close();
    });
  });
}
