import { describe, expect, test } from "bun:test";
import { CallWatch, type CooledDeployment } from "./call-watch.ts";

const cooledOf = (deploymentId: string): CooledDeployment => ({
  deploymentId,
  provider: "openai",
  upstreamModel: "gpt-4o",
  modelGroup: "gpt",
  reason: "upstream-rate-limited",
  status: 429,
  cooldownMs: 5000,
});

const newWatch = (isOn: boolean) => {
  const watch = new CallWatch();
  const heard: string[] = [];
  watch.isOn = isOn;
  return { watch, heard, listener: ({ deploymentId }: CooledDeployment): void => void heard.push(deploymentId) };
};

describe("a cooldown", () => {
  test("that began before who asked for it was loaded is told once, in its order", () => {
    const { watch, heard, listener } = newWatch(true);
    watch.cooled(cooledOf("a"));
    watch.cooled(cooledOf("b"));
    watch.listen(listener);
    watch.cooled(cooledOf("c"));
    watch.leave(listener);
    watch.listen(listener);
    expect(heard).toEqual(["a", "b", "c"]);
  });

  test("that nobody asked for is not kept", () => {
    const { watch, heard, listener } = newWatch(false);
    watch.cooled(cooledOf("a"));
    watch.listen(listener);
    expect(heard).toEqual([]);
  });

  test("is forgotten when the configuration asks no more", () => {
    const { watch, heard, listener } = newWatch(true);
    watch.cooled(cooledOf("a"));
    watch.isOn = false;
    watch.listen(listener);
    expect(heard).toEqual([]);
  });

  test("is kept within a bound", () => {
    const { watch, heard, listener } = newWatch(true);
    for (let count = 0; count < 5000; count++) watch.cooled(cooledOf(`${count}`));
    watch.listen(listener);
    expect(heard.length).toBe(1000);
  });
});
