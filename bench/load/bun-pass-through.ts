/**
 * The bare Bun pass-through: the least that a Bun gateway can do. No keys, no log, no look at the body.
 * Arguments: port, origin of the fixed upstream, origin of the socket upstream.
 */
function serve(port: number, fixedOrigin: string, socketOrigin: string): void {
  const ownOrigin = `http://127.0.0.1:${port}`;
  Bun.serve({
    hostname: "127.0.0.1",
    port,
    idleTimeout: 0,
    maxRequestBodySize: 16_000_000,
    async fetch(request) {
      const path = request.url.slice(ownOrigin.length);
      const upstream = await fetch((path.startsWith("/small-chat/") ? fixedOrigin : socketOrigin) + path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: await request.arrayBuffer(),
        signal: request.signal,
      });
      return new Response(upstream.body, {
        status: upstream.status,
        headers: { "content-type": upstream.headers.get("content-type") ?? "application/json" },
      });
    },
  });
}

if (import.meta.main) serve(Number(process.argv[2]), String(process.argv[3]), String(process.argv[4]));
