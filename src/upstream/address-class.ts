import ipaddr from "ipaddr.js";

/** A parsed IP address. */
export type IpAddress = ReturnType<typeof ipaddr.parse>;

/**
 * What kind of place an address is. `translated` is an IPv6 address that carries an IPv4 one; `reserved` is everything
 * that no table calls plain unicast.
 */
export type AddressClass =
  | "public"
  | "private"
  | "loopback"
  | "link-local"
  | "metadata"
  | "shared"
  | "multicast"
  | "broadcast"
  | "unspecified"
  | "translated"
  | "reserved";

/**
 * Addresses at which clouds hand credentials, or control of the machine, to whoever asks from inside. They come before
 * the tables: one of them is of a public range.
 * Sources: https://docs.aws.amazon.com/whitepapers/latest/ipv6-on-aws/supporting-amazon-vpc-services.html and
 * https://github.com/swisskyrepo/PayloadsAllTheThings/blob/master/Server%20Side%20Request%20Forgery/SSRF-Cloud-Instances.md
 * (read 2026-11-23).
 */
const METADATA: ReadonlySet<string> = new Set([
  "169.254.169.254", // AWS, Azure, Google and most others
  "169.254.170.2", // Amazon ECS tasks
  "169.254.170.23", // Amazon EKS pods
  "100.100.100.200", // Alibaba
  "168.63.129.16", // Azure's host agent
  "192.0.0.192", // Oracle's older service
  "fd00:ec2::254", // AWS
  "fd00:ec2::23", // Amazon EKS pods
  "fd20:ce::254", // Google
]);

/** The library's names of ranges; those that are not here are `reserved`. */
const CLASSES: Readonly<Record<string, AddressClass>> = {
  unicast: "public",
  private: "private",
  uniqueLocal: "private",
  deprecatedSiteLocal: "private",
  loopback: "loopback",
  linkLocal: "link-local",
  carrierGradeNat: "shared",
  multicast: "multicast",
  broadcast: "broadcast",
  unspecified: "unspecified",
  ipv4Mapped: "translated",
  rfc6145: "translated",
  rfc6052: "translated",
  "6to4": "translated",
  teredo: "translated",
};

/** All that IANA has given out for unicast on the Internet. */
const GLOBAL_IPV6 = ipaddr.parseCIDR("2000::/3");
/** IPv4-compatible addresses: long given up (RFC 4291 2.5.5.1), and to the library plain unicast. */
const COMPATIBLE_IPV6 = ipaddr.parseCIDR("::/96");
/** The well-known prefix of NAT64 (RFC 6052). */
const NAT64 = ipaddr.parseCIDR("64:ff9b::/96");

/** Reads an address in its plain form: four decimal numbers or IPv6 without zone; `undefined` for anything else. */
export function readAddress(text: string): IpAddress | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return ipaddr.IPv4.parse(text);
  }
  // A zone (`%eth0`) names an interface of this machine: no address on the Internet has one.
  return text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

/** The one spelling of an address that sockets are given. */
export const writeAddress = (address: IpAddress): string =>
  address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();

/** What kind of place the address is; `public` only for plain unicast on the Internet. */
export function classifyAddress(address: IpAddress): AddressClass {
  if (METADATA.has(writeAddress(address))) {
    return "metadata";
  }
  const found = CLASSES[address.range()] ?? "reserved";
  if (found !== "public" || address instanceof ipaddr.IPv4) {
    return found;
  }
  return address.match(GLOBAL_IPV6) ? "public" : address.match(COMPATIBLE_IPV6) ? "translated" : "reserved";
}

/** The IPv4 address behind an address of the well-known NAT64 prefix; `undefined` for all others. */
export function findNat64Address(address: IpAddress): IpAddress | undefined {
  return address instanceof ipaddr.IPv6 && address.match(NAT64)
    ? new ipaddr.IPv4(address.toByteArray().slice(-4))
    : undefined;
}
