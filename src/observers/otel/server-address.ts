import { toBoundedMap } from "../../core/bounded-map.ts";
import type { Attributes } from "./span-attributes.ts";

interface Server {
  readonly address: string;
  readonly port: number;
}

/** The few base URLs of a configuration are read once. */
const toServer = toBoundedMap(256, (apiBase): Server | undefined => {
  const url = URL.parse(apiBase);
  if (url === null || url.hostname === "") {
    return undefined;
  }
  const defaultPort = url.protocol === "http:" ? 80 : 443;
  return { address: url.hostname, port: url.port === "" ? defaultPort : Number(url.port) };
});

/** Longest base URL that is looked at: callers may have chosen it. */
const MAX_URL = 2048;

/** Sets host and port of a base URL, if it is one. */
export function setServer(attributes: Attributes, apiBase: string | undefined): void {
  const server = apiBase === undefined || apiBase.length > MAX_URL ? undefined : toServer(apiBase);
  attributes.set("server.address", server?.address);
  attributes.set("server.port", server?.port);
}
