import ipaddr from "ipaddr.js";
import { type IpAddress, readAddress, writeAddress } from "./address-class.ts";
import { isHostName } from "./host-name.ts";
import type { Origin } from "./origin.ts";

/** What a request to a host that a caller chose may reach: public hosts, and those that the server's admin admits. */
export interface EgressPolicy {
  readonly allowed: AllowedHosts;
  /** The field of the caller's request that names the host, for refusals. */
  readonly param: string;
}

/** Compiled `general_settings.client_side_allowed_hosts`: hosts that callers may choose although they are not public. */
export interface AllowedHosts {
  readonly names: readonly AllowedName[];
  readonly networks: readonly AllowedNetwork[];
}

interface AllowedName {
  /** Lower case; with `isSuffix` it starts with the dot. */
  readonly name: string;
  readonly isSuffix: boolean;
  /** `undefined`: any port. */
  readonly port: number | undefined;
}

interface AllowedNetwork {
  readonly network: readonly [IpAddress, prefixLength: number];
  /** Whether it is one address. */
  readonly isSingle: boolean;
  readonly port: number | undefined;
}

/**
 * Compiles allow-list entries: `llm.example.com`, `*.example.com` (names below, not the domain itself), `10.1.2.3`,
 * `fd00::1`, each maybe with a port (`10.1.2.3:8080`, `[fd00::1]:8080`), and networks (`10.0.0.0/8`).
 * @throws TypeError naming the first entry that is none of these.
 */
export function readAllowedHosts(entries: readonly string[]): AllowedHosts {
  const names: AllowedName[] = [];
  const networks: AllowedNetwork[] = [];
  for (const entry of entries) {
    if (entry.includes("/")) {
      networks.push(readNetwork(entry));
      continue;
    }
    const { host, port } = splitPort(entry);
    const address = readAddress(host);
    if (address !== undefined) {
      networks.push({ network: [address, bitsOf(address)], isSingle: true, port });
    } else {
      names.push(readName(entry, host, port));
    }
  }
  return { names, networks };
}

/**
 * Whether an entry lists the host as a URL writes it, by its name or as an address. Says nothing of what the name
 * resolves to: that the guard tests when it connects.
 */
export function listsHost(allowed: AllowedHosts, { hostname, port }: Origin): boolean {
  const address = readAddress(hostname);
  return address === undefined
    ? admitsName(allowed, hostname.toLowerCase(), port)
    : admissionOf(allowed, address, port) !== undefined;
}

/** Whether an entry names the host. The name is in lower case. */
export function admitsName(allowed: AllowedHosts, name: string, port: number): boolean {
  return allowed.names.some(
    (entry) =>
      (entry.isSuffix ? name.endsWith(entry.name) : name === entry.name) &&
      (entry.port === undefined || entry.port === port),
  );
}

/** How an entry admits the address: as this very address, as one of a network, or not at all. */
export function admissionOf(allowed: AllowedHosts, address: IpAddress, port: number): "single" | "network" | undefined {
  const found = allowed.networks.filter(
    (entry) =>
      (entry.port === undefined || entry.port === port) &&
      entry.network[0].kind() === address.kind() &&
      address.match([entry.network[0], entry.network[1]]),
  );
  return found.some((entry) => entry.isSingle) ? "single" : found.length > 0 ? "network" : undefined;
}

const bitsOf = (address: IpAddress): number => (address.kind() === "ipv4" ? 32 : 128);

function readNetwork(entry: string): AllowedNetwork {
  const [, base = "", length = ""] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
  const address = readAddress(base);
  const prefixLength = Number(length);
  if (address === undefined || length === "" || prefixLength > bitsOf(address)) {
    throw new TypeError(`'${entry}' is not a network: write it like 10.0.0.0/8 or fd00::/8, without scheme or path`);
  }
  const kind = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  const first = writeAddress(kind.networkAddressFromCIDR(entry));
  if (first !== writeAddress(address)) {
    throw new TypeError(`'${entry}' has bits set behind its prefix: the network is ${first}/${prefixLength}`);
  }
  return { network: [address, prefixLength], isSingle: prefixLength === bitsOf(address), port: undefined };
}

function splitPort(entry: string): { readonly host: string; readonly port: number | undefined } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const host = bracketed ?? plain ?? entry; // An IPv6 address without brackets has colons and no port.
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) {
    throw new TypeError(`'${entry}' has a port that does not exist: ports go from 1 to 65535`);
  }
  if (bracketed !== undefined && !bracketed.includes(":")) {
    throw new TypeError(`'${entry}' has brackets around something that is not an IPv6 address`);
  }
  return { host, port };
}

function readName(entry: string, host: string, port: number | undefined): AllowedName {
  const isSuffix = host.startsWith("*.");
  const name = (isSuffix ? host.slice(2) : host).toLowerCase();
  if (!isHostName(name)) {
    throw new TypeError(
      `'${entry}' is not a host: write a name (llm.example.com, *.example.com), an address or a network (10.0.0.0/8), ` +
        "names that are not plain ASCII in their xn-- form",
    );
  }
  return { name: isSuffix ? `.${name}` : name, isSuffix, port };
}
