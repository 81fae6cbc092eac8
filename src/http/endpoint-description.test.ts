import { expect, test } from "bun:test";
import { inferencePaths, pathForms, toPathName } from "./endpoint-description.ts";

const CHAT = {
  kind: "inference",
  operation: "chat",
  suffix: "/chat/completions",
  summary: "Chat.",
  takesPathModel: true,
} as const;

test("an endpoint that takes a model in its path has those forms too", () => {
  expect(pathForms(CHAT)).toContain("/engines/{model}/chat/completions");
  expect(pathForms({ ...CHAT, takesPathModel: false })).toEqual(inferencePaths(CHAT));
});

test("paths become identifiers", () => {
  expect(["/", "/v1/models/{id}", "/openapi.json"].map(toPathName)).toEqual(["home", "v1_models_id", "openapi_json"]);
});
