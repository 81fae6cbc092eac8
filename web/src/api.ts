/** Why the gateway did not give what was asked for. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** 0: no answer at all. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  /** The key was not taken, or is missing. */
  get isRefusal(): boolean {
    return this.status === 401 || this.status === 400;
  }
}

/** `.../ui/`, wherever the gateway is mounted: told from where this very script came from. */
const UI_BASE = new URL("../", import.meta.url);

/** The address of the gateway's API, without a trailing slash. */
export const GATEWAY_URL = new URL("../", UI_BASE).href.replace(/\/$/, "");

/** Whether callers need a key. */
export const needsKey = (): boolean => document.documentElement.dataset["access"] !== "open";

/** The header that keys are sent in, as `Bearer <key>`. */
export const keyHeader = (): string => document.documentElement.dataset["keyHeader"] ?? "Authorization";

/** Asks the gateway, with a key where there is one. */
export class Api {
  readonly #key: string | undefined;

  constructor(key: string | undefined) {
    this.#key = key;
  }

  /** @param path below `/ui/api/` @throws ApiError */
  get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
    return this.#fetch<Answer>(new URL(`api/${path}`, UI_BASE), signal);
  }

  /** The models that may be called. @throws ApiError */
  async listModels(signal: AbortSignal): Promise<readonly string[]> {
    const { data } = await this.#fetch<{ readonly data: readonly { readonly id: string }[] }>(
      new URL("../v1/models", UI_BASE),
      signal,
    );
    return data.map(({ id }) => id);
  }

  async #fetch<Answer>(url: URL, signal?: AbortSignal): Promise<Answer> {
    const headers: Record<string, string> = this.#key === undefined ? {} : { [keyHeader()]: `Bearer ${this.#key}` };
    let reply: Response;
    try {
      reply = await fetch(url, { headers, cache: "no-store", ...(signal === undefined ? {} : { signal }) });
    } catch (cause) {
      if (signal?.aborted === true) {
        throw cause;
      }
      throw new ApiError(0, "The gateway does not answer.");
    }
    if (!reply.ok) {
      throw new ApiError(reply.status, await readMessage(reply));
    }
    return (await reply.json()) as Answer;
  }
}

async function readMessage(reply: Response): Promise<string> {
  try {
    const { error } = (await reply.json()) as { readonly error?: { readonly message?: unknown } };
    return typeof error?.message === "string" ? error.message : `The gateway answered ${reply.status}.`;
  } catch {
    return `The gateway answered ${reply.status}.`;
  }
}
