import { describe, expect, test } from "bun:test";
import { findTestedAddresses, type Resolve } from "./egress-guard.ts";
import { readAllowedHosts } from "./egress-policy.ts";
import { readBaseUrl, readClientUrl } from "./origin.ts";

const neverAsked: Resolve = () => Promise.reject(new Error("no name should have been looked up"));
const answer =
  (...addresses: string[]): Resolve =>
  () =>
    Promise.resolve(addresses);

const find = (url: string, resolve: Resolve, allowed: readonly string[] = []): Promise<readonly string[]> =>
  findTestedAddresses(readClientUrl(url).origin, { allowed: readAllowedHosts(allowed), param: "api_base" }, resolve);

async function expectRefused(found: Promise<unknown>, reason: string): Promise<void> {
  const error = await found.catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: "GatewayError", kind: "invalid-request", status: 400, param: "api_base" });
  expect(String(error)).toContain(reason);
}

/** Spellings from published lists of bypasses, those that are URLs at all, by what they come to. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  "a loopback address": [
    "http://127.0.0.1:22/",
    "https://127.0.0.1/",
    "http://127.127.127.127/",
    "http://127.0.0.0/",
    "http://127.0.1.3/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.0.0.1./",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://0177.1/",
    "http://017700000001/",
    "http://00177.000.0000.00001/",
    "http://[::1]:80/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000::1]/",
    "http://[::0.0.0.1]/",
  ],
  "an unspecified address": [
    "http://0/",
    "http://0.0.0.0:80/",
    "http://0x0/",
    "http://0.1.2.3/",
    "http://[::]:80/",
    "http://[::0.0.0.0]/",
  ],
  "the address of a cloud's metadata service": [
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xA9FEA9FE/",
    "http://0xA9.0xFE.0xA9.0xFE/",
    "http://0251.0376.0251.0376/",
    "http://0251.00376.000251.0000376/",
    "http://0251.254.169.254/",
    "http://169.254.43518/",
    "http://169.16689662/",
    "http://169.254.170.2/v2/credentials/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://192.0.0.192/latest/",
    "http://[fd00:ec2::254]/latest/",
    "http://[fd00:0ec2:0:0:0:0:0:254]/",
    "http://[fd20:ce::254]/",
  ],
  "a link-local address": ["http://169.254.0.1/", "http://[fe80::1]/", "http://[febf::1]/"],
  "a private address": [
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://3232235521/",
    "http://0300.0250.1/",
    "http://[fc00::1]/",
    "http://[fdff::1]/",
    "http://[fec0::1]/",
  ],
  "a shared address": ["http://100.64.0.1/", "http://100.127.255.255/"],
  "a multicast address": ["http://224.0.0.1/", "http://239.255.255.255/", "http://[ff02::1]/"],
  "the broadcast address": ["http://255.255.255.255/", "http://4294967295/"],
  "an IPv6 address that stands for an IPv4 one": [
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:8.8.8.8]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[::a9fe:a9fe]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::8.8.8.8]/",
    "http://[64:ff9b:1::a9fe:a9fe]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
  ],
  "a reserved address": [
    "http://192.0.0.1/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://240.0.0.1/",
    "http://[100::1]/",
    "http://[2001:2::1]/",
    "http://[2001:10::1]/",
    "http://[2001:20::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[4000::1]/",
    "http://[5f00::1]/",
    "http://[1::1]/",
  ],
};

describe("an address that is not public is refused without a look-up", () => {
  for (const [reason, urls] of Object.entries(SPELLINGS)) {
    test.each([...urls])(`%s: ${reason}`, async (url) => {
      await expectRefused(find(url, neverAsked), `it is ${reason}`);
    });
  }
});

describe("an address that is not public is refused behind a name", () => {
  for (const [reason, urls] of Object.entries(SPELLINGS)) {
    test.each([...urls])(`${reason}: %s`, async (url) => {
      const found = find("https://evil.test/", answer(readClientUrl(url).origin.hostname));
      await expectRefused(found, `it resolves to ${reason}`);
    });
  }

  test("whichever of its addresses it is, and the refusal does not say which", async () => {
    for (const addresses of [
      ["8.8.8.8", "10.11.12.13"],
      ["10.11.12.13", "8.8.8.8"],
      ["8.8.8.8", "2606:4700::1", "10.11.12.13", "1.1.1.1"],
    ]) {
      const found = find("https://mixed.test/", answer(...addresses));
      await expectRefused(found, "'mixed.test' may not be chosen by callers: it resolves to a private address");
      expect(String(await found.catch((caught: unknown) => caught))).not.toContain("10.11");
    }
  });

  test.each(["0x7f.1", "2130706433", "0177.0.0.1", "fe80::1%eth0", "evil.test", ""])(
    "a resolver's answer %j is not taken for an address",
    async (address) => {
      await expectRefused(find("https://evil.test/", answer("8.8.8.8", address)), "no plain address");
    },
  );
});

test.each([
  "http://localhost/",
  "http://LocalHost:8080/",
  "http://a.localhost/",
  "http://localhost.localdomain/",
  "http://printer.local/",
  "http://metadata.google.internal/computeMetadata/v1/",
  "http://instance.ec2.internal/",
  "http://kubernetes.default.svc.cluster.local/",
  "http://router.home.arpa/",
  "http://metadata/",
  "http://instance-data/",
  "http://rancher-metadata/",
])("%s is a local name and is not looked up", async (url) => {
  await expectRefused(find(url, neverAsked), "it is a local name");
});

test("the guard does not lean on who read the URL", async () => {
  const policy = { allowed: readAllowedHosts([]), param: "api_base" };
  for (const url of ["http://localhost./", "http://evil.test./", "http://a$b.test/", "http://%31%32%37.0.0.1/"]) {
    await expectRefused(findTestedAddresses(readBaseUrl(url).origin, policy, neverAsked), "may not be chosen");
  }
  const odd = { ...readBaseUrl("http://evil.test/").origin, hostname: "0x7f.1" };
  await expectRefused(findTestedAddresses(odd, policy, neverAsked), "not a well-formed host name");
});

test("public addresses come back in the resolver's order, in one spelling", async () => {
  expect(await find("https://api.test/", answer("2606:4700:0:0::1", "8.8.8.8"))).toEqual(["2606:4700::1", "8.8.8.8"]);
  expect(await find("https://8.8.8.8/", neverAsked)).toEqual(["8.8.8.8"]);
  expect(await find("https://[2606:4700::1]/", neverAsked)).toEqual(["2606:4700::1"]);
});

test("a refusal names the field that the host stood in", async () => {
  const policy = { allowed: readAllowedHosts([]), param: "messages" };
  for (const url of ["http://127.0.0.1/", "http://localhost/", "http://evil.test/"]) {
    const found = findTestedAddresses(readClientUrl(url).origin, policy, answer("10.0.0.1"));
    expect(await found.catch((caught: unknown) => caught)).toMatchObject({ status: 400, param: "messages" });
  }
});

test("a name that does not exist is the caller's mistake, a resolver out of order is not", async () => {
  const failing =
    (code: string): Resolve =>
    () =>
      Promise.reject(Object.assign(new Error("no"), { code }));
  for (const [resolve, param] of [
    [failing("ENOTFOUND"), "api_base"],
    [answer(), "api_base"],
    [failing("EAI_AGAIN"), undefined],
  ] as const) {
    const error = (await find("https://gone.test/", resolve).catch((caught: unknown) => caught)) as { param?: string };
    expect(error.param).toBe(param);
  }
});

test("a name that cannot be looked up is an unreachable vendor", async () => {
  const failing: Resolve = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
  const error = await find("https://gone.test/", failing).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ kind: "upstream-unreachable" });
  expect(String(error)).toContain("gone.test: its name could not be looked up (ENOTFOUND)");
  expect(await find("https://gone.test/", answer()).catch((caught: unknown) => caught)).toMatchObject({
    kind: "upstream-unreachable",
  });
  const broken: Resolve = () => {
    throw new Error("broken");
  };
  expect(await find("https://gone.test/", broken).catch((caught: unknown) => caught)).toMatchObject({
    kind: "upstream-unreachable",
  });
});

describe("the allow-list", () => {
  test.each([
    ["http://127.0.0.1:8080/", "127.0.0.1", []],
    ["http://127.0.0.1:8080/", "127.0.0.0/8", []],
    ["http://127.0.0.1:8080/", "127.0.0.1:8080", []],
    ["http://0x7f.1:8080/", "127.0.0.1", []],
    ["http://localhost:8080/", "localhost", ["127.0.0.1", "::1"]],
    ["http://ollama:11434/", "ollama:11434", ["172.17.0.2"]],
    ["http://llm.corp.test/", "*.corp.test", ["10.0.0.7"]],
    ["http://llm.corp.test/", "10.0.0.0/8", ["10.0.0.7", "8.8.8.8"]],
    ["http://[fd00::7]/", "fd00::/8", []],
    ["http://169.254.169.254/", "169.254.169.254", []],
    ["http://[64:ff9b::8.8.8.8]/", "64:ff9b::/96", []],
  ])("%s is admitted by %s", async (url, entry, addresses) => {
    expect((await find(url, answer(...addresses), [entry])).length).toBe(Math.max(1, addresses.length));
  });

  test.each([
    ["http://127.0.0.1:81/", ["127.0.0.1:80", "localhost"], []],
    ["http://localhost/", ["127.0.0.1"], ["127.0.0.1"]],
    ["http://localhost:81/", ["localhost:80"], ["127.0.0.1"]],
    ["http://llm.corp.test/", ["10.0.0.0/8"], ["10.0.0.7", "192.168.0.1"]],
    ["http://llm.corp.test/", ["*.corp.test"], ["10.0.0.7", "169.254.169.254"]],
    ["http://llm.corp.test/", ["*.corp.test"], ["169.254.1.1"]],
    ["http://metadata.google.internal/", ["*.internal"], ["169.254.169.254"]],
    ["http://169.254.169.254/", ["0.0.0.0/0", "169.254.0.0/16"], []],
    ["http://[fd00:ec2::254]/", ["::/0"], []],
    ["http://[::ffff:10.0.0.1]/", ["::/0", "10.0.0.1"], []],
    ["http://[2002:7f00:1::]/", ["::/0"], []],
    ["http://[64:ff9b::10.0.0.1]/", ["64:ff9b::/96"], []],
    ["http://[64:ff9b::169.254.169.254]/", ["64:ff9b::/96"], []],
  ])("%s is not admitted by %j", async (url, entries, addresses) => {
    await expectRefused(find(url, answer(...addresses), entries), "may not be chosen by callers");
  });
});
