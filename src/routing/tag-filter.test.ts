import { expect, test } from "bun:test";
import { deploymentOf } from "./deployments-for-tests.ts";
import { tagRuleFor } from "./tag-filter.ts";

const POOL = [
  deploymentOf("paid", { tags: ["paid"] }),
  deploymentOf("agents", { tagPatterns: ["^User-Agent: claude-code/", "robot"] }),
  deploymentOf("rest", { tags: ["default"] }),
];

const allowed = (tags: readonly string[], agent: string, pool = POOL): readonly string[] | undefined => {
  const rule = tagRuleFor(pool, { tags, texts: agent === "" ? [] : [`User-Agent: ${agent}`] }, true);
  return rule && pool.filter(rule).map(({ id }) => id);
};

test.each<[string, readonly string[], string, readonly string[]]>([
  ["a client that a pattern finds", [], "claude-code/1.2", ["agents"]],
  ["one that any of several finds", [], "a robot", ["agents"]],
  ["one that none finds", [], "curl/8", ["rest"]],
  ["one that says nothing of itself", [], "", ["rest"]],
  ["exact tags rather", ["paid"], "claude-code/1.2", ["paid"]],
  ["tags that nobody has", ["other"], "claude-code/1.2", ["agents"]],
])("tag_regex: %s", (_name, tags, agent, expected) => {
  expect(allowed(tags, agent)).toEqual(expected);
});

test("without a default, calls that nothing speaks for go anywhere, those with unknown tags nowhere", () => {
  const pool = POOL.slice(0, 2);
  expect(allowed([], "curl/8", pool)).toEqual(["paid", "agents"]);
  expect(allowed(["other"], "curl/8", pool)).toBeUndefined();
});
