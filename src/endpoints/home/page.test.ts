import { describe, expect, test } from "bun:test";
import { ENDPOINTS } from "../all.ts";
import { CONTENT_SECURITY_POLICY, type HomeFacts, renderHomePage } from "./page.ts";

const FACTS: HomeFacts = {
  version: "1.2.3",
  baseUrl: "http://localhost:4000",
  mountPath: "",
  endpoints: ENDPOINTS,
  keyHeader: "X-Team-Key",
  models: ["demo"],
  exampleModel: "demo",
};

describe("the home page", () => {
  test("loads nothing and runs nothing", () => {
    const page = renderHomePage(FACTS);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\son\w+=|\sstyle=/);
    expect(CONTENT_SECURITY_POLICY).toStartWith("default-src 'none'; style-src 'sha256-");
  });

  test("names the models where anyone may call them, and the way to a key where not", () => {
    expect(renderHomePage(FACTS)).toContain("<code>demo</code>");
    const closed = renderHomePage({ ...FACTS, models: undefined, exampleModel: "gpt-4o" });
    expect(closed).not.toContain("demo");
    expect(closed).toContain("<code>X-Team-Key: Bearer &lt;key&gt;</code>");
    expect(closed).toContain("-H &#34;X-Team-Key: Bearer $KEY&#34;");
  });

  test("names are text, never markup", () => {
    const page = renderHomePage({ ...FACTS, models: ["<b>&'"], exampleModel: "<b>'", baseUrl: 'http://"><i>' });
    expect(page).not.toContain("<b>");
    expect(page).not.toContain("<i>");
  });

  test("a quote in a model name does not end the shell's quotes", () => {
    expect(renderHomePage({ ...FACTS, exampleModel: "it's" })).toContain("it&#39;\\&#39;&#39;s");
  });
});
