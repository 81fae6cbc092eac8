/** Loopback addresses, `http://127.0.0.1:PORT`, of the two upstreams. */
export interface UpstreamOrigins {
  readonly fixed: string;
  readonly socket: string;
}

/** Settings that both nginx roles share: one worker, everything under `directory`, connections kept alive for the run. */
function frame(directory: string, http: string): string {
  return `daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log notice;
worker_rlimit_nofile 8192;
events { worker_connections 4096; }
http {
  access_log off;
  server_tokens off;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  client_max_body_size 16m;
  client_body_buffer_size 1m;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
${http}
}
`;
}

/** What the fixed upstream answers; none holds a single quote, `$` or backslash. */
export interface FixedReplies {
  /** To everything but what is said otherwise. */
  readonly chat: string;
  /** Under `/anthropic-chat/`. */
  readonly anthropic: string;
}

/** nginx as the fixed upstream: every request gets its reply, but for a fifth of those under `/faulty/`. */
export function writeFixedUpstreamConfig(
  directory: string,
  port: number,
  { chat: reply, anthropic }: FixedReplies,
): string {
  if (/['$\\]/.test(reply + anthropic))
    throw new RangeError("the fixed reply would need escaping in an nginx configuration");
  return frame(
    directory,
    `  split_clients $request_id $is_faulty { 20% 1; * ""; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    default_type application/json;
    location / { return 200 '${reply}'; }
    location /langfuse/ {
      client_max_body_size 16m;
      return 207 '{"successes":[],"errors":[]}';
    }
    location /anthropic-chat/ { return 200 '${anthropic}'; }
    location /faulty/ {
      if ($is_faulty) { return 503 '{"error":{"message":"overloaded","type":"server_error"}}'; }
      return 200 '${reply}';
    }
  }`,
  );
}

/**
 * nginx as the floor: `proxy_pass` over kept-alive HTTP/1.1 connections, no log. Streams go out unbuffered, as any
 * streaming proxy must send them.
 */
export function writeProxyConfig(directory: string, port: number, origins: UpstreamOrigins): string {
  const pool = (name: string, origin: string) =>
    `  upstream ${name} { server ${origin.slice("http://".length)}; keepalive 512; keepalive_requests 1000000000; keepalive_timeout 600s; }`;
  return frame(
    directory,
    `${pool("fixed", origins.fixed)}
${pool("socket", origins.socket)}
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location /small-chat/ { proxy_pass http://fixed; }
    location / { proxy_pass http://socket; proxy_buffering off; }
    location /prompt-400k/ { proxy_pass http://socket; }
  }`,
  );
}
