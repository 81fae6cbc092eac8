import { expect, test } from "bun:test";
import { readRequestTarget } from "../http/request-target.ts";
import { readMountPath } from "./mount-path.ts";

test.each([
  ["http://h/", "", ""],
  ["http://h/openapi.json", "", ""],
  ["http://h/llm/openapi.json", "/llm", "/llm"],
  ["http://h/llm", "/llm", "/llm"],
  ["http://h/llm/", "/llm", "/llm"],
  ["http://h/llm//openapi.json?a=/b", "/llm", "/llm"],
  ["http://h/openapi.json", "/llm", ""],
  ["/llm/openapi.json", "/llm", "/llm"],
])("%s under '%s' is mounted at '%s'", (url, rootPath, mountPath) => {
  expect(readMountPath(url, readRequestTarget(url, rootPath))).toBe(mountPath);
});
