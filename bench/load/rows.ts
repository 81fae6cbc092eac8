/** Which upstream answers a row: nginx with a fixed reply, or the raw-socket server of `upstream.ts`. */
type UpstreamName = "fixed" | "socket";

/** One kind of traffic. `name` is also the model name in the body and the first path segment for plain proxies. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly upstream: UpstreamName;
  readonly isStream: boolean;
  /**
   * At {@link CLOSE_CONNECTIONS} the row is measured by turns with all others that are close, and more often than the rest:
   * what is asked of them is smaller than what the machine moves by from one minute to the next.
   */
  readonly isClose?: boolean;
  /** The only numbers of connections worth measuring, where not all are. */
  readonly connections?: readonly number[];
  /** The row whose traffic the plain proxies and Portkey carry instead: they have no model groups. */
  readonly plainRow?: string;
  /**
   * Deployments of the row's model; one when absent. Rows that say a number are measured in processes of their own, which have
   * the models of all of them, and without floors, which have no groups.
   */
  readonly deployments?: number;
  /** Of two deployments the first answers a fifth of its calls with 503: a tenth of all, each to be tried again once. */
  readonly isFaulty?: boolean;
  /** The vendor whose format the upstream speaks, so that gateways translate: `provider/model` as configurations spell it. */
  readonly vendorModel?: string;
  /** What the vendor's deployments are called with instead of an API key, as configurations spell it. */
  readonly vendorParams?: Readonly<Record<string, string>>;
  /** The body that every gateway gets, byte for byte. */
  readonly body: string;
}

/** Events with content in one streamed reply; a usage event and `[DONE]` follow them. */
export const STREAM_CHUNKS = 100;

/** Connections at which each row is measured. */
export const CONNECTIONS: readonly number[] = [1, 64, 256];

/** Connections at which rows are measured by turns. */
export const CLOSE_CONNECTIONS = 64;

/** Connections of a quick run. */
export const QUICK_CONNECTIONS: readonly number[] = [64];

const BEDROCK_MODEL = "bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0";

/** Keys that sign and open nothing. */
const AWS_PARAMS: Readonly<Record<string, string>> = {
  aws_access_key_id: "AKIDEXAMPLE",
  aws_secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  aws_region_name: "us-east-1",
};

const PROMPT_BYTES = 400_000;

function smallBody(model: string, extra: Record<string, unknown>): string {
  const messages = [
    { role: "system", content: "You are a helpful assistant." },
    { role: "user", content: 'Say "hello" in French, please.' },
  ];
  return JSON.stringify({ model, messages, temperature: 0.2, max_tokens: 64, ...extra });
}

/** Text with the quotes, line ends and accents of a real prompt, so that escapes cost what they cost in life. */
function promptBody(model: string): string {
  const paragraph = 'The clerk wrote: "Paid in full" — résumé attached.\nPlease answer in one line.\tThank you. ';
  const content = paragraph.repeat(Math.ceil(PROMPT_BYTES / paragraph.length)).slice(0, PROMPT_BYTES);
  return JSON.stringify({ model, messages: [{ role: "user", content }], temperature: 0.2, max_tokens: 64 });
}

/** Every row, in the order of tables and plots. */
export const ROWS: readonly Row[] = [
  {
    name: "small-chat",
    title: "small chat",
    upstream: "fixed",
    isStream: false,
    isClose: true,
    body: smallBody("small-chat", {}),
  },
  {
    name: "one-deployment",
    title: "small chat, one deployment in the processes of the two rows below",
    upstream: "fixed",
    isStream: false,
    isClose: true,
    connections: [64],
    plainRow: "small-chat",
    deployments: 1,
    body: smallBody("one-deployment", {}),
  },
  {
    name: "group-100",
    title: "small chat, group of 100 deployments",
    upstream: "fixed",
    isStream: false,
    isClose: true,
    connections: [64],
    plainRow: "small-chat",
    deployments: 100,
    body: smallBody("group-100", {}),
  },
  {
    name: "faulty",
    title: "small chat, 10% of upstream calls fail and are tried again",
    upstream: "fixed",
    isStream: false,
    isClose: true,
    connections: [64],
    plainRow: "small-chat",
    deployments: 2,
    isFaulty: true,
    body: smallBody("faulty", {}),
  },
  {
    name: "stream",
    title: `${STREAM_CHUNKS}-chunk stream, paced`,
    upstream: "socket",
    isStream: true,
    body: smallBody("stream", { stream: true, stream_options: { include_usage: true } }),
  },
  {
    name: "burst-stream",
    title: `${STREAM_CHUNKS}-chunk stream, unpaced`,
    upstream: "socket",
    isStream: true,
    connections: [64],
    body: smallBody("burst-stream", { stream: true, stream_options: { include_usage: true } }),
  },
  {
    name: "anthropic-chat",
    title: "small chat, translated to Anthropic's format and back",
    upstream: "fixed",
    isStream: false,
    connections: [64],
    plainRow: "small-chat",
    vendorModel: "anthropic/claude-sonnet-4-5",
    body: smallBody("anthropic-chat", {}),
  },
  {
    name: "anthropic-stream",
    title: `${STREAM_CHUNKS}-chunk stream, paced, translated from Anthropic's format`,
    upstream: "socket",
    isStream: true,
    connections: [64],
    plainRow: "stream",
    vendorModel: "anthropic/claude-sonnet-4-5",
    body: smallBody("anthropic-stream", { stream: true, stream_options: { include_usage: true } }),
  },
  {
    name: "anthropic-burst-stream",
    title: `${STREAM_CHUNKS}-chunk stream, unpaced, translated from Anthropic's format`,
    upstream: "socket",
    isStream: true,
    connections: [64],
    plainRow: "burst-stream",
    vendorModel: "anthropic/claude-sonnet-4-5",
    body: smallBody("anthropic-burst-stream", { stream: true, stream_options: { include_usage: true } }),
  },
  {
    name: "bedrock-stream",
    title: `${STREAM_CHUNKS}-chunk stream, paced, translated from Bedrock's Converse`,
    upstream: "socket",
    isStream: true,
    connections: [64],
    plainRow: "stream",
    vendorModel: BEDROCK_MODEL,
    vendorParams: AWS_PARAMS,
    body: smallBody("bedrock-stream", { stream: true, stream_options: { include_usage: true } }),
  },
  {
    name: "bedrock-burst-stream",
    title: `${STREAM_CHUNKS}-chunk stream, unpaced, translated from Bedrock's Converse`,
    upstream: "socket",
    isStream: true,
    connections: [64],
    plainRow: "burst-stream",
    vendorModel: BEDROCK_MODEL,
    vendorParams: AWS_PARAMS,
    body: smallBody("bedrock-burst-stream", { stream: true, stream_options: { include_usage: true } }),
  },
  {
    name: "prompt-400k",
    title: "400 KB prompt",
    upstream: "socket",
    isStream: false,
    body: promptBody("prompt-400k"),
  },
];
