import { expect, test } from "bun:test";
import type { PostReply, PostRequest } from "../../upstream/post.ts";
import { replyOf } from "../../upstream/post-for-tests.ts";
import type { CallObserver } from "../call-observer.ts";
import { answeredCall } from "../calls-for-tests.ts";
import { openFirst, worldOf } from "../world-for-tests.ts";

interface Opened {
  readonly observer: CallObserver;
  readonly requests: readonly PostRequest[];
  readonly logged: readonly string[];
}

/** A webhook with these settings, whose requests are answered so. */
const open = async (settings: object, statusOf: (request: PostRequest) => number = () => 200): Promise<Opened> => {
  const requests: PostRequest[] = [];
  const logged: string[] = [];
  const written = JSON.stringify({ endpoint: "https://hook.example/calls", ...settings });
  const world = worldOf(`litellm_settings: {callbacks: [generic_api]}\ncallback_settings: {generic_api: ${written}}`, {
    log: (message, cause) => void logged.push(`${message}: ${cause}`),
    post: async (request): Promise<PostReply> => {
      requests.push(request);
      return replyOf(statusOf(request), "", 0);
    },
  });
  return { observer: await openFirst(world), requests, logged };
};

const idOf = ({ body }: PostRequest): string => (JSON.parse(String(body)) as { readonly id: string }).id;

test("calls that go singly count singly, and only those that failed go again", async () => {
  const statuses: Readonly<Record<string, number>> = { lost: 503, refused: 400 };
  const settings = { log_format: "single", batch_size: 4, max_retries: 2 };
  const { observer, requests, logged } = await open(settings, (request) => statuses[idOf(request)] ?? 200);
  observer.observe(["a", "lost", "refused", "b"].map((callId) => answeredCall({ callId })));
  await observer.close?.(5000);
  expect(requests.map(idOf)).toEqual(["a", "lost", "refused", "b", "lost", "lost"]);
  expect(new Set(requests.map(({ headers }) => headers["webhook-id"])).size).toBe(4);
  expect(observer.stats?.()).toMatchObject({ queuedCount: 0, sentCount: 2, droppedCount: 2 });
  expect(logged[0]).toBe("callback 'generic_api': 1 calls not delivered so far: the receiver answered with status 400");
});

test("the operator's headers go along, once; those that are the gateway's are named and left out", async () => {
  const headers = {
    "Content-Type": "application/x-calls",
    HOST: "elsewhere",
    "Webhook-Signature": "v1,planted",
    "X-A": "1",
  };
  const { observer, requests, logged } = await open({ headers });
  observer.observe([answeredCall()]);
  await observer.close?.(1000);
  const { "webhook-id": id, ...others } = requests[0]?.headers ?? {};
  expect(id).toStartWith("msg_");
  expect(others).toEqual({ "content-type": "application/json", "Content-Type": "application/x-calls", "X-A": "1" });
  expect(logged).toEqual([
    "callback 'generic_api' goes without a header of its settings: 'HOST' is the gateway's to write",
    "callback 'generic_api' goes without a header of its settings: 'Webhook-Signature' is the gateway's to write",
  ]);
});
