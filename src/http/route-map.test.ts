import { describe, expect, test } from "bun:test";
import { GatewayError } from "../core/errors.ts";
import { defineInference, definePlain, type Endpoint } from "./endpoint.ts";
import { readRequestTarget } from "./request-target.ts";
import { RouteMap, type RouteMatch } from "./route-map.ts";

const handle = (): Response => new Response();
const inference = (
  operation: "chat" | "completion" | "moderation",
  suffix: string,
  takesPathModel: boolean,
): Endpoint => defineInference({ operation, suffix, summary: "", takesPathModel });
const routes = new RouteMap([
  inference("completion", "/completions", true),
  inference("chat", "/chat/completions", true),
  inference("moderation", "/moderations", false),
  definePlain({ method: "GET", paths: ["/v1/models", "/models"], summary: "", isPublic: false, handle }),
  definePlain({ method: "GET", paths: ["/v1/models/{id}", "/models/{id}"], summary: "", isPublic: false, handle }),
  definePlain({ method: "GET", paths: ["/test"], summary: "", isPublic: true, handle }),
  definePlain({ method: "POST", paths: ["/test"], summary: "", isPublic: true, handle }),
]);

const match = (method: string, path: string): RouteMatch => routes.match(method, readRequestTarget(`http://h${path}`));
const describeMatch = (found: RouteMatch): readonly unknown[] =>
  found.kind === "inference" ? [found.endpoint.operation, found.pathModel] : [found.endpoint.paths[0], found.id];

const failureOf = (method: string, path: string): GatewayError | undefined => {
  try {
    match(method, path);
    return undefined;
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
};

test.each([
  ["/v1/chat/completions", "chat", undefined],
  ["/chat/completions", "chat", undefined],
  ["//chat//completions/", "chat", undefined],
  ["/openai/v1/chat/completions", "chat", undefined],
  ["/completions", "completion", undefined],
  ["/v1/completions", "completion", undefined],
  ["/v1/moderations", "moderation", undefined],
  ["/engines/gpt-4o/chat/completions", "chat", "gpt-4o"],
  ["/engines/gpt-4o/completions", "completion", "gpt-4o"],
  ["/engines/openai/gpt-4o/chat/completions", "chat", "openai/gpt-4o"],
  ["/engines/openai%2Fgpt-4o/chat/completions", "chat", "openai/gpt-4o"],
  ["/engines/chat/completions", "completion", "chat"],
  ["/engines/chat/chat/completions", "chat", "chat"],
  ["/v1/engines/a/completions", "completion", "a"],
  ["/openai/deployments/my%20model/chat/completions?api-version=x", "chat", "my model"],
  ["/openai/deployments/a%2525/completions", "completion", "a%25"],
  ["/openai/deployments/%zz/completions", "completion", "%zz"],
  ["/openai/deployments/%F0%9F%98%80/completions", "completion", "😀"],
])("POST %s is %s with the model %p", (path, operation, model) => {
  expect(describeMatch(match("POST", path))).toEqual([operation, model]);
});

test.each([
  ["/v1/chat/completions", "/v1/chat/completions"],
  ["//chat//completions/", "/chat/completions"],
  ["/engines/chat/chat/completions", "/engines/{model}/chat/completions"],
  ["/openai/deployments/openai%2Fgpt/completions?a=b", "/openai/deployments/{model}/completions"],
])("POST %s has the form %s", (path, form) => {
  expect(match("POST", path)).toMatchObject({ pathForm: form });
});

test.each([
  ["GET", "/v1/models", "/v1/models", undefined],
  ["HEAD", "/models", "/v1/models", undefined],
  ["GET", "/v1/models/gpt", "/v1/models/{id}", "gpt"],
  ["GET", "/models/openai/gpt%2D4", "/v1/models/{id}", "openai/gpt-4"],
  ["GET", "/test", "/test", undefined],
  ["POST", "/test", "/test", undefined],
])("%s %s is %s with the id %p", (method, path, name, id) => {
  expect(describeMatch(match(method, path))).toEqual([name, id]);
});

describe("what is not there", () => {
  test.each([
    ["POST", "/v1/nothing"],
    ["POST", "/engines//chat"],
    ["POST", "/engines/gpt/moderations"],
    ["POST", "/other/gpt/chat/completions"],
    ["GET", "/"],
    ["GET", "/__proto__"],
    ["GET", "/constructor"],
  ])("%s %s is not found", (method, path) => {
    expect(failureOf(method, path)?.kind).toBe("not-found");
    expect(routes.methodsOf(path)).toEqual([]);
  });

  test.each([
    ["GET", "/v1/chat/completions", ["POST"]],
    ["GET", "/engines/gpt/completions", ["POST"]],
    ["DELETE", "/v1/models/gpt", ["GET"]],
    ["PUT", "/test", ["GET", "POST"]],
  ])("%s %s takes another method", (method, path, methods) => {
    const error = failureOf(method, path);
    expect(error?.kind).toBe("method-not-allowed");
    expect(error?.message).toContain(methods.join(", "));
    expect(routes.methodsOf(path)).toEqual(methods);
  });

  test("a long path is shortened in the message", () => {
    expect(failureOf("GET", `/${"x".repeat(10_000)}`)?.message.length).toBeLessThan(400);
  });
});
