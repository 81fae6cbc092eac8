/** A project of Langfuse, and the keys to it. */
export interface LangfuseProject {
  readonly publicKey: string;
  readonly secretKey: string;
  /** Without a slash at its end. */
  readonly host: string;
}

/** What an address of Langfuse is without the slashes that people end it with. */
export const toHost = (url: string): string => url.replace(/\/+$/, "");

/** Headers of requests to a project. */
export function toHeaders(
  { publicKey, secretKey }: LangfuseProject,
  version: string,
): Readonly<Record<string, string>> {
  return {
    authorization: `Basic ${Buffer.from(`${publicKey}:${secretKey}`).toString("base64")}`,
    "content-type": "application/json",
    "x-langfuse-sdk-name": "portolan",
    "x-langfuse-sdk-version": version,
    "x-langfuse-public-key": publicKey,
  };
}
