import { GatewayError } from "../core/errors.ts";
import {
  type AddressClass,
  classifyAddress,
  findNat64Address,
  type IpAddress,
  readAddress,
  writeAddress,
} from "./address-class.ts";
import { type AllowedHosts, admissionOf, admitsName, type EgressPolicy } from "./egress-policy.ts";
import { isHostName, isLocalName } from "./host-name.ts";
import type { Origin } from "./origin.ts";

/** Looks up every address of a host name, IPv4 and IPv6. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** How a refusal names each kind of place. */
const CLASS_TEXTS: Readonly<Record<Exclude<AddressClass, "public">, string>> = {
  private: "a private address",
  loopback: "a loopback address",
  "link-local": "a link-local address",
  metadata: "the address of a cloud's metadata service",
  shared: "a shared address (carrier-grade NAT)",
  multicast: "a multicast address",
  broadcast: "the broadcast address",
  unspecified: "an unspecified address",
  translated: "an IPv6 address that stands for an IPv4 one",
  reserved: "a reserved address",
};

/** What one host is judged by. */
interface Judgement {
  readonly allowed: AllowedHosts;
  readonly port: number;
  /** Whether the admin admits the host by its name. */
  readonly isNameAdmitted: boolean;
}

/**
 * The addresses at which a host that a caller chose may be reached, in the resolver's order, each tested. The connection
 * must be made to one of them and the name not be looked up again: its next answer may be another one.
 * @throws GatewayError `invalid-request` when the host or any of its addresses may not be reached,
 * `upstream-unreachable` when the name has no address; its `param` is the caller's field when the caller is to blame.
 */
export async function findTestedAddresses(
  origin: Origin,
  policy: EgressPolicy,
  resolve: Resolve,
): Promise<readonly string[]> {
  const name = origin.hostname.toLowerCase();
  const { allowed, param } = policy;
  const { port } = origin;
  const literal = readAddress(name);
  if (literal !== undefined) {
    const fault = findFault(literal, { allowed, port, isNameAdmitted: false });
    if (fault !== undefined) {
      throw refuse(origin, param, `it is ${CLASS_TEXTS[fault]}`);
    }
    return [writeAddress(literal)];
  }
  if (!isHostName(name)) {
    throw refuse(origin, param, "it is not a well-formed host name");
  }
  const isNameAdmitted = admitsName(allowed, name, port);
  if (isLocalName(name) && !isNameAdmitted) {
    throw refuse(origin, param, "it is a local name");
  }
  const addresses = await lookUp(origin, param, resolve);
  return addresses.map((text) => {
    const address = readAddress(text);
    if (address === undefined) {
      throw refuse(origin, param, "it resolves to something that is no plain address");
    }
    const fault = findFault(address, { allowed, port, isNameAdmitted });
    if (fault !== undefined) {
      throw refuse(origin, param, `it resolves to ${CLASS_TEXTS[fault]}`);
    }
    return writeAddress(address);
  });
}

async function lookUp(origin: Origin, param: string, resolve: Resolve): Promise<readonly string[]> {
  let addresses: readonly string[];
  try {
    addresses = await resolve(origin.hostname.toLowerCase());
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
    throw new GatewayError(
      "upstream-unreachable",
      `Cannot connect to ${origin.hostHeader}: its name could not be looked up${code === undefined ? "" : ` (${code})`}`,
      { cause, ...(code !== undefined && NO_SUCH_NAME.has(code) ? { param } : {}) },
    );
  }
  if (addresses.length === 0) {
    const message = `Cannot connect to ${origin.hostHeader}: its name has no address`;
    throw new GatewayError("upstream-unreachable", message, { param });
  }
  return addresses;
}

/** What resolvers say of a name that does not exist; all else is their own trouble. */
const NO_SUCH_NAME: ReadonlySet<string> = new Set(["ENOTFOUND", "ENODATA"]);

/** Why the address may not be reached; `undefined` when it may. */
function findFault(address: IpAddress, judgement: Judgement): Exclude<AddressClass, "public"> | undefined {
  const found = classifyAddress(address);
  if (found === "public") {
    return undefined;
  }
  const admission = admissionOf(judgement.allowed, address, judgement.port);
  return isAdmitted(address, found, admission, judgement) ? undefined : found;
}

function isAdmitted(
  address: IpAddress,
  found: AddressClass,
  admission: "single" | "network" | undefined,
  judgement: Judgement,
): boolean {
  switch (found) {
    case "metadata":
      // A wide network or a name that someone else may point there does not show that the admin meant it.
      return admission === "single";
    case "link-local":
      return admission !== undefined;
    case "translated": {
      // What it carries counts: otherwise `::/0` would admit every IPv4 address in disguise.
      const carried = findNat64Address(address);
      return carried !== undefined && admission !== undefined && findFault(carried, judgement) === undefined;
    }
    default:
      return admission !== undefined || judgement.isNameAdmitted;
  }
}

/** The refusal names what the caller wrote and a class, never an address that the caller did not write. */
function refuse(origin: Origin, param: string, reason: string): GatewayError {
  return new GatewayError(
    "invalid-request",
    `The host '${origin.hostname}' may not be chosen by callers: ${reason}. ` +
      "The server's admin can admit it with general_settings.client_side_allowed_hosts.",
    { status: 400, param },
  );
}
