import type { UrlParts } from "./provider.ts";

/** Base + path for servers whose base callers write with or without its `/v1`; every path of such a provider starts with `/v1`. */
export const versionedUrl = ({ base, path }: UrlParts): string => `${base.replace(/\/v1$/, "")}${path}`;
