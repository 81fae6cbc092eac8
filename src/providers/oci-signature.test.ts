import { expect, test } from "bun:test";
import { createPrivateKey } from "node:crypto";
import type { DeploymentParams } from "../config/gateway-config.ts";
import type { CredentialSource } from "./credential.ts";
import { ociCredential, signOciRequest } from "./oci-signature.ts";

/** Made for this test, of no use elsewhere. */
const PEM = `-----BEGIN RSA PRIVATE KEY-----
MIICXgIBAAKBgQDtHteH7RGy9cSSfubgnSxLM6x26NTNlVyuZhMs4kl4Yi6gK2CN
OshGBvO6DvF+Mw+jy0CVEfe+ZRSA9anMboTmXN3fwRTpAH9mnLhX9bSNglGUXJ8w
RcMtkQDbsSOg90YceT3uIcqzVGq7xDS3DBatXUk5XvNSXhqf3kFaN73JBQIDAQAB
AoGBAIy6BDJgiWOLptlGxWFDBpmvFkkQD9PfND0wyWqW9gGjS4a1l7zZySh+UcH3
wm0igsK0CyUtn7n4pX2PzvFMGkS1IDPFwSYGOWLyTsuOpjXa6Fwv62bh8rCh1JVt
kKABGcB7ahvBUWY7KzSuoVUQu00CRs99da4LeBikHCRae051AkEA9pTyY8ot11w/
Zq8RVvcTqTvXj2zEiEAsaD9/BTN/7MFuIy5GxN/zI44F6ijDierZMFlCVw96OSZs
+v1eKOkPbwJBAPYtYgi6q2vNSRwGzU69V0yZ36F2pIuyXQ7J4j3+sN5vUbPXdrAE
oHnU+kpl91oShE7SX+df6+iZABTQoOb0NMsCQQDBrH2x2XQmCkOWEH2LE+eybdlC
wsiex+DZRL4sxKV+vPMX2Nom+kuLqpqEr93d7sMGUaVkojh6uO6yON2DPoMrAkEA
nG54Rk3AUk9vrrSP0AI3MEDzP1nx86dSxOv6rSRj5eTdCSfYjr9R7jktFwu2Y3Ey
zBeYw6FLelGHILL2G+yAgwJAV6aE5tmhRo6DfB/Cd+kTVTGQnKymIEYLWc366+TV
JtP/4/F/Q/cInnSnoj4NniCU86nHHkT47OkGZaRqmMeOJg==
-----END RSA PRIVATE KEY-----
`;

test("a request is signed as Oracle's own SDK signs it", () => {
  const request = {
    host: "inference.generativeai.us-chicago-1.oci.oraclecloud.com",
    target: "/20231130/actions/chat",
    body: [Buffer.from('{"a":"caf'), Buffer.from('\u00e9"}')],
  };
  const identity = { keyId: "ocid1.tenancy.oc1..t/ocid1.user.oc1..u/20:3b", key: createPrivateKey(PEM) };
  // Header values of `oci.signer.Signer` (PyPI `oci` 2.189.0) for the same request, key and date.
  const expected = [
    "date: Sat, 28 Nov 2026 01:02:03 GMT",
    "x-content-sha256: 48WYzaevsI0d3t4Kdw/rjbQxLezgk9FUSaGFYZLDSi8=",
    'authorization: Signature algorithm="rsa-sha256",headers="date (request-target) host content-length content-type x-content-sha256",' +
      'keyId="ocid1.tenancy.oc1..t/ocid1.user.oc1..u/20:3b",' +
      'signature="vjttlrIEl2zUrEyqzUujNccJBokBaMjkruSIPEuQEizj23GXAizVDE9Dc4FyVfTK4jkVAwcRD2jZjKQjEEjxGScNsd2GV2lWuu1Gww2X1GKHVScZIrnKdxyLB7vIkdsHhBjGsCUJ0xUx3OAObG1s9V16FaM6EiWH2ajCHROJfVE=",version="1"',
    "",
  ];
  expect(signOciRequest(identity, request, new Date("2026-11-28T01:02:03Z"))).toBe(expected.join("\r\n"));
});

const SETTINGS = { oci_user: "u", oci_tenancy: "t", oci_fingerprint: "f", oci_key: PEM };

const sourceOf = (vendor: Readonly<Record<string, string>>, environment = {}): CredentialSource =>
  ({ params: { vendor } as unknown as DeploymentParams, environment, identities: {} }) as CredentialSource;

test.each<[string, Readonly<Record<string, string>>]>([
  ["a user", { ...SETTINGS, oci_user: "" }],
  ["a key", { ...SETTINGS, oci_key: "" }],
  ["a key that can be read", { ...SETTINGS, oci_key: "-----BEGIN" }],
  ["a file that is there", { ...SETTINGS, oci_key: "", oci_key_file: "/nowhere/key.pem" }],
  ["a user that a header can carry", { ...SETTINGS, oci_user: "a\r\nb" }],
])("without %s nothing is signed", (_name, settings) => {
  expect(() => ociCredential(sourceOf(settings))).toThrow(TypeError);
});

test("settings may stand in the environment, the key's line ends as two characters", () => {
  const environment = Object.fromEntries(Object.entries(SETTINGS).map(([name, value]) => [name.toUpperCase(), value]));
  const flat = { ...environment, OCI_KEY: PEM.replaceAll("\n", "\\n") };
  const lines = ociCredential(sourceOf({}, flat)).sign({ host: "h", target: "/", body: [] });
  expect(lines).toContain('keyId="t/u/f"');
  // Whose key it is is kept out of whatever is shown.
  expect(ociCredential(sourceOf({}, flat)).secrets()).toEqual(["t", "u", "f"]);
});
