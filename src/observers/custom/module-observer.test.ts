import { expect, test } from "bun:test";
import type { CallFinished } from "../../core/call-event.ts";
import type { CustomCallback } from "../../core/custom-callback.ts";
import { answeredCall, failedCall } from "../calls-for-tests.ts";
import { worldOf } from "../world-for-tests.ts";
import { openModule } from "./module-observer.ts";

interface Told {
  readonly hooks: readonly string[];
  readonly logged: readonly string[];
}

/** What a module is told of a call; its hooks then do what `act` does. */
const tell = async (
  call: CallFinished,
  act: (hook: string) => void | Promise<void> = () => undefined,
): Promise<Told> => {
  const hooks: string[] = [];
  const logged: string[] = [];
  const hook = (name: string) => () => {
    hooks.push(name);
    return act(name);
  };
  const callback: CustomCallback<never> = {
    onSuccess: hook("onSuccess"),
    onFailure: hook("onFailure"),
    onStreamEnd: hook("onStreamEnd"),
  };
  const module = { file: "/m.ts", stamp: "1", name: "m", onSuccess: true, onFailure: true, callback };
  const observer = openModule(
    module,
    worldOf("", { log: (message, cause) => void logged.push(`${message}: ${cause}`) }),
  );
  observer.observe([call]);
  await observer.close?.(1000);
  return { hooks, logged };
};

const STREAM = { isStream: true, firstByteMs: 5 } as const;

test("of an answer, of a stream, of a failure", async () => {
  expect((await tell(answeredCall())).hooks).toEqual(["onSuccess"]);
  expect((await tell(answeredCall(STREAM))).hooks).toEqual(["onSuccess", "onStreamEnd"]);
  expect((await tell(failedCall(STREAM))).hooks).toEqual(["onFailure", "onStreamEnd"]);
});

test("a stream that was refused before it began has no end", async () => {
  expect((await tell(failedCall({ isStream: true }))).hooks).toEqual(["onFailure"]);
});

test.each([
  [
    "throws",
    () => {
      throw new Error("broken");
    },
  ],
  ["rejects", () => Promise.reject(new Error("broken"))],
])("a hook that %s keeps nothing from the other, and is told of once", async (_name, act) => {
  const { hooks, logged } = await tell(answeredCall(STREAM), act);
  expect(hooks).toEqual(["onSuccess", "onStreamEnd"]);
  expect(logged).toEqual(["callback 'm': a hook broke; 1 calls lost so far: Error: broken"]);
});
