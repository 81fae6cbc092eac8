import { join } from "node:path";
import type { Operation } from "../../src/core/operation.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { MINIMAL, MODEL, PATHS, REPLIES, sampleOf, streamOf } from "./canonical-calls.ts";
import { type ConformanceGateway, editsOf, keyOf, operationsOf } from "./conformance-gateway.ts";

/** Where the fixtures of every provider are: `<provider>/<case>/`. */
export const FIXTURES = join(import.meta.dir, "../fixtures");

/** The files of one case, as texts, by name. */
export type Fixture = Readonly<Record<string, string>>;

/** A canonical call of which both directions are kept. */
export interface FixtureCase {
  /** Folder name. */
  readonly name: string;
  readonly operation: Operation;
  /** What the client sends. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What the vendor answers, byte for byte. */
  readonly reply: string;
  readonly isStream: boolean;
}

/** The headers whose values tell nothing of a provider. */
const UNTOLD_HEADERS: readonly string[] = ["host", "content-length"];

const toJsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * The cases of a provider: its first operation; the same with every field that it respells or leaves out; a stream when
 * it puts usage there in its own way; token ids where it takes text only.
 */
export const casesOf = (provider: Provider): readonly FixtureCase[] => {
  const [operation = "chat"] = operationsOf(provider);
  const minimal = { model: `${provider.name}/${MODEL}`, ...MINIMAL[operation] };
  const whole = { operation, reply: REPLIES[operation], isStream: false };
  const cases: FixtureCase[] = [{ ...whole, name: `${operation}-simple`, body: minimal }];
  const { rename, drop } = editsOf(provider, operation, MODEL);
  const edited = [...Object.keys(rename), ...drop.filter((name) => name !== "stream_options")];
  if (edited.length > 0) {
    const fields = Object.fromEntries(edited.map((name) => [name, sampleOf(name)]));
    cases.push({ ...whole, name: `${operation}-edited-fields`, body: { ...minimal, ...fields } });
  }
  if (provider.streamUsage !== undefined) {
    const body = { ...minimal, stream: true, stream_options: { include_usage: true } };
    const reply = streamOf(provider, operation).frames.join("");
    cases.push({ name: `${operation}-stream`, operation, body, reply, isStream: true });
  }
  if (operationsOf(provider).includes("embedding") && provider.routes.embedding?.textInputOnly === true) {
    const body = { model: minimal.model, input: [15339, 1917], encoding_format: "base64" };
    cases.push({
      name: "embedding-token-ids",
      operation: "embedding",
      body,
      reply: REPLIES.embedding,
      isStream: false,
    });
  }
  return cases;
};

const toSource = (provider: Provider, { operation }: FixtureCase): string =>
  `# Source

- Vendor's reference: ${provider.source}
- Dialect: \`${provider.routes[operation]?.dialect}\`
- Model: \`${MODEL}\`, a placeholder
- Reply: written by hand in the shape of the dialect, with odd spelling on purpose; not a recording of the vendor
- Edits made: the vendor's key is \`<key>\`; \`${UNTOLD_HEADERS.join("` and `")}\` are left out
`;

/** Runs a case through the gateway and returns both of its directions as files. */
export const playCase = async (
  { upstream, post }: ConformanceGateway,
  provider: Provider,
  fixtureCase: FixtureCase,
): Promise<Fixture> => {
  const { operation, body, reply, isStream } = fixtureCase;
  upstream.next(isStream ? { chunks: [reply] } : { body: reply });
  const answer = await post(operation, body);
  if (answer.status !== 200) throw new Error(`${provider.name}: ${await answer.text()}`);
  const sent = upstream.last();
  const headers = sent.rawHeaders
    .filter(([name]) => !UNTOLD_HEADERS.includes(name))
    .map(([name, value]) => [name, value.replace(keyOf(provider), "<key>")]);
  const extension = isStream ? "sse" : "json";
  return {
    "request.json": toJsonText({ method: "POST", path: PATHS[operation], body }),
    "upstream-request.json": toJsonText({
      method: sent.method,
      path: sent.target,
      headers: Object.fromEntries(headers),
      body: sent.json,
    }),
    [`upstream-response.${extension}`]: reply,
    [`response.${extension}`]: await answer.text(),
    "source.md": toSource(provider, fixtureCase),
  };
};
