import { createHash } from "node:crypto";
import { type EndpointDescription, methodOf, pathForms } from "../../http/endpoint-description.ts";
import { STYLE } from "./style.ts";

/** What the page says of this gateway. */
export interface HomeFacts {
  readonly version: string;
  /** Address that the browser used, without a trailing slash. */
  readonly baseUrl: string;
  /** The path in it; empty at the root. */
  readonly mountPath: string;
  readonly endpoints: readonly EndpointDescription[];
  /** The header that keys are sent in. */
  readonly keyHeader: string;
  /** Names that may be called; `undefined` where callers need a key, so that the page tells strangers nothing. */
  readonly models: readonly string[] | undefined;
  readonly exampleModel: string;
}

/** Nothing may be loaded or run; only the page's own style applies. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Names shown at most. */
const MAX_NAMES = 60;

/** The whole page; it needs no other resource. */
export function renderHomePage(facts: HomeFacts): string {
  const hasKeys = facts.models === undefined;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Portolan</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Portolan <small>${escapeHtml(facts.version)}</small></h1>
<p class="lead">An LLM gateway: the OpenAI API in front of every model vendor.</p>
${renderAccess(facts)}
<h2 id="call">First call</h2>
<p>Point any OpenAI client at <code>${escapeHtml(facts.baseUrl)}/v1</code>, or try this:</p>
<pre tabindex="0" aria-labelledby="call"><code>${escapeHtml(toCurl(facts))}</code></pre>
<h2 id="endpoints">Endpoints</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="endpoints">
<table>
<thead><tr><th scope="col">Path</th><th scope="col">What it does</th>${hasKeys ? '<th scope="col">Key</th>' : ""}</tr></thead>
<tbody>
${sortEndpoints(facts.endpoints)
  .map((endpoint) => renderRow(endpoint, hasKeys))
  .join("\n")}
</tbody>
</table>
</div>
<footer>
<p><a href="${escapeHtml(facts.mountPath)}/ui">The live page</a> shows calls as they come.</p>
<p>Each path above is the usual form. <a href="${escapeHtml(facts.mountPath)}/routes">All paths</a> and the
<a href="${escapeHtml(facts.mountPath)}/openapi.json">OpenAPI description</a> are served here; the manual is in the
<code>docs</code> folder of the source: <code>docs/reference/endpoints.md</code>, <code>docs/reference/config.md</code>.</p>
</footer>
</main>
</body>
</html>
`;
}

function renderAccess({ models, keyHeader }: HomeFacts): string {
  if (models === undefined) {
    return `<h2>Access</h2>
<p>Calls need a key: send it as <code>${escapeHtml(keyHeader)}: Bearer &lt;key&gt;</code>. <code>GET /v1/models</code> then lists the models.</p>`;
  }
  const names = models.slice(0, MAX_NAMES).map((name) => `<li><code>${escapeHtml(name)}</code></li>`);
  const more = models.length > MAX_NAMES ? `<li>and ${models.length - MAX_NAMES} more</li>` : "";
  const list = models.length === 0 ? "<p>None is configured.</p>" : `<ul class="names">${names.join("")}${more}</ul>`;
  return `<h2>Models</h2>
${list}
<p>No key is configured, so anyone who reaches this address may call them. Set <code>LITELLM_MASTER_KEY</code> to change that.</p>`;
}

/** What calls models first, then the rest by path. */
function sortEndpoints(endpoints: readonly EndpointDescription[]): readonly EndpointDescription[] {
  const key = (endpoint: EndpointDescription): string => (endpoint.kind === "plain" ? (endpoint.paths[0] ?? "") : "");
  return endpoints.toSorted((left, right) => (key(left) < key(right) ? -1 : key(left) > key(right) ? 1 : 0));
}

function renderRow(endpoint: EndpointDescription, hasKeys: boolean): string {
  const [path = ""] = pathForms(endpoint);
  const isPublic = endpoint.kind === "plain" && endpoint.isPublic;
  const route = `<code><span class="method">${methodOf(endpoint)}</span> ${escapeHtml(path).replaceAll("/", "/<wbr>")}</code>`;
  const key = hasKeys ? `<td class="key">${isPublic ? "not needed" : "needed"}</td>` : "";
  return `<tr><th scope="row">${route}</th><td>${renderText(endpoint.summary)}</td>${key}</tr>`;
}

/** Summaries mark code with backticks. */
function renderText(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

function toCurl({ baseUrl, exampleModel, models, keyHeader }: HomeFacts): string {
  const body = JSON.stringify({ model: exampleModel, messages: [{ role: "user", content: "Hello" }] });
  const key = models === undefined ? `  -H "${keyHeader}: Bearer $KEY" \\\n` : "";
  return `curl ${baseUrl}/v1/chat/completions \\\n${key}  -H "content-type: application/json" \\\n  -d '${body.replaceAll("'", "'\\''")}'`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
