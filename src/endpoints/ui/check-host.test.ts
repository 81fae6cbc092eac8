import { expect, test } from "bun:test";
import { checkHost } from "./check-host.ts";

const check = (host: string, isOpen = true, corsOrigins: readonly string[] = []): void =>
  checkHost({
    request: { url: `http://${host}/ui/api/calls` },
    state: { auth: { isOpen } },
    services: { corsOrigins },
  });

test.each(["localhost:4000", "127.0.0.1:4000", "[::1]:4000", "192.168.1.5", "portolan.localhost"])(
  "%s is a name of this machine's own",
  (host) => {
    expect(() => check(host)).not.toThrow();
  },
);

test.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "1.2.3.4.nip.io"])(
  "%s may be anybody's",
  (host) => {
    expect(() => check(host)).toThrow("calls are not shown");
    expect(() => check(host, false)).not.toThrow();
    expect(() => check(host, true, [`https://${host}`])).not.toThrow();
    expect(() => check(host, true, ["*"])).not.toThrow();
  },
);
