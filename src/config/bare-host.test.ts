import { expect, test } from "bun:test";
import { toUrlOfHost } from "./bare-host.ts";

test.each([
  ["us.cloud.langfuse.com", "https://us.cloud.langfuse.com"],
  ["langfuse.example:8443/base/", "https://langfuse.example:8443/base/"],
  ["203.0.114.9:3000", "https://203.0.114.9:3000"],
  ["localhost", "http://localhost"],
  ["localhost:9", "http://localhost:9"],
  ["langfuse-web:3000", "http://langfuse-web:3000"],
  ["127.0.0.1:3000", "http://127.0.0.1:3000"],
  ["10.0.0.7:3000", "https://10.0.0.7:3000"],
  ["[2001:db8::1]:3000", "https://[2001:db8::1]:3000"],
  ["[::1]:3000", "http://[::1]:3000"],
])("%s is %s", (host, url) => {
  expect(toUrlOfHost(host)).toBe(url);
});

test.each([
  "https://cloud.langfuse.com",
  "ftp://langfuse.example",
  "user:secret@langfuse.example",
  "//langfuse.example",
  "sk-lf-0123456789",
  "langfuse",
  "",
])("%j stays as it is", (text) => {
  expect(toUrlOfHost(text)).toBe(text);
});
