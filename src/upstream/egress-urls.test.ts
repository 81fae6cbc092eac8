import { describe, expect, test } from "bun:test";
import { readClientUrl } from "./origin.ts";

describe("a URL that a caller chose", () => {
  test("is split into origin, path and query", () => {
    expect(readClientUrl("HTTPS://API.Example.com:8443/v1/a%20b//?api-version=1&x=%2F")).toEqual({
      origin: {
        key: "https://api.example.com:8443",
        isTls: true,
        hostname: "api.example.com",
        port: 8443,
        hostHeader: "api.example.com:8443",
      },
      path: "/v1/a%20b",
      query: "?api-version=1&x=%2F",
    });
    expect(readClientUrl("http://[2001:DB8::1]/").origin).toMatchObject({ hostname: "2001:db8::1", port: 80 });
    expect(readClientUrl("http://xn--bcher-kva.example").path).toBe("");
    expect(readClientUrl("http://a_b.example/v1/../../x/").path).toBe("/x");
  });

  test.each([
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/_HELO",
    "dict://127.0.0.1:11211/",
    "ldap://127.0.0.1/",
    "jar:http://127.0.0.1!/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "unix:///var/run/docker.sock",
    "ws://example.com/",
    "//example.com/",
    "example.com",
    "http:example.com",
    "http:/example.com",
    "0://evil.example:80;http://example.com:80/",
    "",
  ])("%j is refused: it is not http", (text) => {
    expect(() => readClientUrl(text)).toThrow(new TypeError("the URL must start with http:// or https://"));
  });

  test.each([
    ["http://user:secret@example.com/", "user name"],
    ["http://@example.com/", "user name"],
    ["http://:@example.com/", "user name"],
    ["http://example.com@127.0.0.1/", "user name"],
    ["http://example.com%00@127.0.0.1/", "user name"],
    ["http://example.com:80@@127.0.0.1:80/", "user name"],
    ["http:///example.com/", "no host"],
    ["http://", "no host"],
    ["http://:80/", "no host"],
    ["http://?x", "no host"],
    ["http://example.com/#part", "fragment"],
    ["http://example.com#@127.0.0.1/", "fragment"],
    ["http://example.com/?a#", "fragment"],
    ["http://127.1.1.1:80\\@127.2.2.2:80/", "backslash"],
    ["http:\\\\example.com", "backslash"],
    ["http://example.com/a\\..\\b", "backslash"],
    ["http://exa\tmple.com/", "control character"],
    ["http://example.com/\r\nx-evil: 1", "control character"],
    ["http://example.com/\0", "control character"],
    ["http://example.com/\u0085", "control character"],
    [" http://example.com/", "control character"],
    ["http://1.1.1.1 &@2.2.2.2# @3.3.3.3/", "control character"],
    ["http://①②⑦.⓪.⓪.①/", "not a plain name"],
    ["http://ｌocalhost/", "not a plain name"],
    ["http://ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ/", "not a plain name"],
    ["http://127。0。0。1/", "not a plain name"],
    ["http://loca\u00adlhost/", "not a plain name"],
    ["http://bücher.example/", "not a plain name"],
    ["http://%31%32%37.0.0.1/", "not a plain name"],
    ["http://127.0.0.1%2f.example.com/", "not a plain name"],
    ["http://0000::1:80/", "not a plain name"],
    ["http://[fe80::1%25eth0]/", "not a plain name"],
    ["http://[::1].example.com/", "not a plain name"],
    ["http://example.com:+80/", "not a plain name"],
    ["http://example.com:/", "not a plain name"],
    ["http://example.com:80:80/", "not a plain name"],
    ["http://evil$google.example/", "not a plain name"],
    ["http://a,b/", "not a plain name"],
    ["http://[:::1]/", "cannot be read"],
    ["http://[1.2.3.4]/", "cannot be read"],
    ["http://256.256.256.256/", "cannot be read"],
    ["http://425.510.425.510/", "cannot be read"],
    ["http://7147006462/", "cannot be read"],
    ["http://0x41414141A9FEA9FE/", "cannot be read"],
    ["http://1.2.3.4.5/", "cannot be read"],
    ["http://0o177.0.0.1.0x1/", "cannot be read"],
    ["http://xn--a/", "cannot be read"],
    ["http://example.com:65536/", "cannot be read"],
    ["http://example.com:0/", "port must be"],
    ["http://example.com./", "well-formed"],
    ["http://localhost./", "well-formed"],
    ["http://a..b/", "well-formed"],
    ["http://.example.com/", "well-formed"],
    [`http://${"a".repeat(64)}.example/`, "well-formed"],
    [`http://${"a.".repeat(130)}example/`, "well-formed"],
    [`http://example.com/${"/".repeat(5000)}`, "longer than"],
  ])("%j is refused", (text, reason) => {
    expect(() => readClientUrl(text)).toThrow(TypeError);
    expect(() => readClientUrl(text)).toThrow(reason);
  });

  test("is not repeated in the refusal, as it may hold a secret", () => {
    for (const text of ["http://user:secret@example.com/", "ftp://x/?key=secret", "http://a..b/?key=secret"]) {
      expect(() => readClientUrl(text)).not.toThrow(/secret/);
    }
  });

  test.each([
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0X7F.0.0.1/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://0177.0x0.0.1/",
    "http://00000177.000.00.0001/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.0.0.1./",
  ])("%j comes out in its plain spelling", (text) => {
    expect(readClientUrl(text).origin).toMatchObject({ hostname: "127.0.0.1", hostHeader: "127.0.0.1", port: 80 });
  });
});
