import type { FakeUpstream } from "./fake-upstream.ts";

/** A `litellm_params` mapping for any OpenAI-compatible server. */
export const openaiParams = (
  upstream: Pick<FakeUpstream, "url">,
  model: string,
  extra: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  model,
  api_base: `${upstream.url}/v1`,
  api_key: "sk-upstream",
  ...extra,
});

/** A `model_list` entry on a fake upstream. */
export const modelEntry = (
  name: string,
  params: Readonly<Record<string, unknown>>,
  info?: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => ({
  model_name: name,
  litellm_params: params,
  ...(info === undefined ? {} : { model_info: info }),
});

/** A POST with a JSON body, or with a body that is sent as it is. */
export const postJson = (
  url: string,
  body: unknown,
  init: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
    readonly keepalive?: boolean;
  } = {},
): Promise<Response> =>
  fetch(url, {
    method: "POST",
    redirect: "manual",
    ...init,
    headers: { "content-type": "application/json", ...init.headers },
    body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
  });

/** Messages for bodies in which they do not matter. */
export const MESSAGES: readonly unknown[] = [{ role: "user", content: "hi" }];

/** The error object of a reply in the OpenAI shape. */
export interface ErrorShape {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string;
}

/** Reads an error reply; fails on any other shape. */
export const readError = async (reply: Response): Promise<ErrorShape> => {
  const { error } = (await reply.json()) as { readonly error?: ErrorShape };
  if (typeof error?.message !== "string" || typeof error.code !== "string") throw new Error("no error object");
  return error;
};
