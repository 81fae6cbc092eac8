import type { PostReply } from "../upstream/post.ts";
import { Observatory } from "./observatory.ts";
import type { ObserverWorld } from "./observer-context.ts";
import type { OwnObservers } from "./wanted-observers.ts";

const TAKEN: PostReply = { status: 200, bytes: Buffer.alloc(0), text: "", retryAfterMs: undefined };

/**
 * What would be said of a configuration's callbacks at the start: which of them would be left out, and why. They are made as
 * they would be, and ended; nothing is sent.
 */
export async function tryCallbacks(
  world: Pick<ObserverWorld, "config" | "environment" | "version">,
  own: OwnObservers,
): Promise<readonly string[]> {
  const said: string[] = [];
  let isStarting = true;
  const log = (message: string, cause: unknown): void => {
    if (isStarting) {
      said.push(`${message}: ${cause}`);
    }
  };
  const observatory = new Observatory([], log);
  const outside = { post: () => Promise.resolve(TAKEN), write: () => undefined, writeRecords: () => Promise.resolve() };
  await observatory.apply({ ...world, ...outside, now: Date.now, random: Math.random, log }, own);
  isStarting = false;
  await observatory.stop();
  return said;
}
