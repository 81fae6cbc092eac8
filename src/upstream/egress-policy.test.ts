import { expect, test } from "bun:test";
import { type IpAddress, readAddress } from "./address-class.ts";
import { admissionOf, admitsName, listsHost, readAllowedHosts } from "./egress-policy.ts";
import { readClientUrl } from "./origin.ts";

function toAddress(text: string): IpAddress {
  const address = readAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

test.each([
  ["llm.example.com", "llm.example.com", 443, true],
  ["LLM.Example.com", "llm.example.com", 443, true],
  ["llm.example.com", "x.llm.example.com", 443, false],
  ["llm.example.com", "example.com", 443, false],
  ["llm.example.com:8443", "llm.example.com", 8443, true],
  ["llm.example.com:8443", "llm.example.com", 443, false],
  ["*.example.com", "a.example.com", 80, true],
  ["*.example.com", "a.b.example.com", 80, true],
  ["*.example.com", "example.com", 80, false],
  ["*.example.com", "badexample.com", 80, false],
  ["*.example.com", "a.example.com.evil.test", 80, false],
  ["*.example.com:81", "a.example.com", 80, false],
  ["localhost", "localhost", 11434, true],
  ["ollama:11434", "ollama", 11434, true],
])("name entry %s, host %s, port %d: %p", (entry, name, port, isAdmitted) => {
  expect(admitsName(readAllowedHosts([entry]), name, port)).toBe(isAdmitted);
});

test.each([
  ["10.1.2.3", "10.1.2.3", 80, "single"],
  ["10.1.2.3", "10.1.2.4", 80, undefined],
  ["10.1.2.3:8080", "10.1.2.3", 8080, "single"],
  ["10.1.2.3:8080", "10.1.2.3", 80, undefined],
  ["10.0.0.0/8", "10.255.0.1", 80, "network"],
  ["10.0.0.0/8", "11.0.0.1", 80, undefined],
  ["10.1.2.3/32", "10.1.2.3", 80, "single"],
  ["0.0.0.0/0", "10.1.2.3", 80, "network"],
  ["0.0.0.0/0", "fd00::1", 80, undefined],
  ["fd00::1", "fd00::1", 80, "single"],
  ["FD00:0::1", "fd00::1", 80, "single"],
  ["[fd00::1]", "fd00::1", 80, "single"],
  ["[fd00::1]:81", "fd00::1", 81, "single"],
  ["[fd00::1]:81", "fd00::1", 80, undefined],
  ["fd00::/8", "fdff::1", 80, "network"],
  ["fd00::/8", "10.1.2.3", 80, undefined],
])("address entry %s, address %s, port %d: %p", (entry, address, port, admission) => {
  expect(admissionOf(readAllowedHosts([entry]), toAddress(address), port)).toBe(admission as "single");
});

test.each([
  "",
  "*",
  "*.*",
  "a.*.example.com",
  "http://example.com",
  "example.com/path",
  "user@example.com",
  "example.com.",
  "example..com",
  "bücher.example",
  "exa mple.com",
  "127.1",
  "0x7f.0.0.1",
  "0177.0.0.1",
  "2130706433",
  "256.1.1.1",
  "example.com:0",
  "example.com:65536",
  "example.com:http",
  "example.com:",
  "10.0.0.0/33",
  "10.0.0.0/",
  "10.0.0.0/8:80",
  "10.0.0.1/8",
  "10/8",
  "fd00::/129",
  "fd00::1/8",
  "[10.1.2.3]",
  "[fd00::1",
  "fe80::1%eth0",
])("entry %j is refused by name", (entry) => {
  expect(() => readAllowedHosts(["example.com", entry])).toThrow(TypeError);
  expect(() => readAllowedHosts(["example.com", entry])).toThrow(`'${entry}'`);
});

test("an empty list admits nothing", () => {
  const nothing = readAllowedHosts([]);
  expect(admitsName(nothing, "localhost", 80)).toBe(false);
  expect(admissionOf(nothing, toAddress("127.0.0.1"), 80)).toBeUndefined();
});

test.each([
  ["http://10.1.2.3/", true],
  ["http://0xa.1.2.3/", true],
  ["https://[FD00::7]/", true],
  ["https://LLM.example.com:8443/", true],
  ["https://llm.example.com/", false],
  ["http://11.0.0.1/", false],
  ["http://other.example.com/", false],
])("%s is listed: %p", (url, isListed) => {
  const allowed = readAllowedHosts(["10.0.0.0/8", "fd00::/8", "llm.example.com:8443"]);
  expect(listsHost(allowed, readClientUrl(url).origin)).toBe(isListed);
});
