import { expect, test } from "bun:test";
import type { CallFinished } from "../core/call-event.ts";
import type { Post, PostReply } from "../upstream/post.ts";
import { replyOf } from "../upstream/post-for-tests.ts";
import type { CallObserver } from "./call-observer.ts";
import { answeredCall } from "./calls-for-tests.ts";
import { Observatory } from "./observatory.ts";
import { worldOf } from "./world-for-tests.ts";

const meter = (seen: string[], close?: () => Promise<void>): CallObserver => ({
  name: "meter",
  kind: "meter",
  observe: (batch: readonly CallFinished[]) => void seen.push(...batch.map(({ callId }) => callId)),
  ...(close === undefined ? {} : { close }),
});

test("calls that come before the observers are there wait for them", async () => {
  const seen: string[] = [];
  const observatory = new Observatory([meter(seen)], () => undefined);
  observatory.push(answeredCall({ callId: "early" }));
  expect(observatory.losses.queuedCount).toBe(1);
  await observatory.apply(worldOf(""));
  await observatory.stop();
  expect(seen).toEqual(["early"]);
});

test("a gateway that stops at once loses no call that has ended", async () => {
  const seen: string[] = [];
  const observatory = new Observatory([meter(seen)], () => undefined);
  void observatory.apply(worldOf(""));
  observatory.push(answeredCall({ callId: "last" }));
  await observatory.stop();
  expect(seen).toEqual(["last"]);
});

test("a callback that cannot be made is told and left out; the others work", async () => {
  const seen: string[] = [];
  const log: string[] = [];
  const observatory = new Observatory([meter(seen)], (message, cause) => void log.push(`${message}: ${cause}`));
  await observatory.apply(worldOf("litellm_settings: {callbacks: [langfuse]}"));
  observatory.push(answeredCall({ callId: "one" }));
  await observatory.stop();
  expect(seen).toEqual(["one"]);
  expect(log.length).toBe(1);
  expect(log[0]).toStartWith("callback 'langfuse' is left out: ");
});

test("an observer that does not end well harms nobody", async () => {
  const log: string[] = [];
  const observatory = new Observatory([meter([], () => Promise.reject(new Error("x")))], (m) => void log.push(m));
  await observatory.apply(worldOf(""));
  await observatory.stop();
  expect(log).toEqual(["observer 'meter' did not end well"]);
});

test("a callback that is gone and still sends holds up no change; the end waits for it", async () => {
  const answer = Promise.withResolvers<PostReply>();
  const posted = Promise.withResolvers<void>();
  const observatory = new Observatory([], () => undefined);
  const settings = "callback_settings: {generic_api: {endpoint: 'http://localhost', batch_size: 1}}";
  const post: Post = () => {
    posted.resolve();
    return answer.promise;
  };
  await observatory.apply(worldOf(`litellm_settings: {callbacks: [generic_api]}\n${settings}`, { post }));
  observatory.push(answeredCall({}));
  await posted.promise;
  await observatory.apply(worldOf(""));
  let hasStopped = false;
  const stopped = observatory.stop().then(() => {
    hasStopped = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasStopped).toBe(false);
  answer.resolve(replyOf(200));
  await stopped;
});
