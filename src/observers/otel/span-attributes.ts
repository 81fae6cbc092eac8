import type { OtlpAttributes } from "./otlp-types.ts";

/** Which spans have an attribute: those of calls, those of attempts, both, or neither: all that is sent has it. */
type Bearer = "call" | "attempt" | "both" | "resource";

/** Every attribute that is written, but for `metadata.<key>` of callers; docs/reference/opentelemetry.md says what each is. */
export const ATTRIBUTES = {
  "service.name": "resource",
  "service.version": "resource",
  "service.instance.id": "resource",
  "deployment.environment": "resource",
  "deployment.environment.name": "resource",
  "gen_ai.operation.name": "both",
  "gen_ai.provider.name": "both",
  "gen_ai.system": "both",
  "gen_ai.request.model": "both",
  "gen_ai.request.stream": "call",
  "gen_ai.request.max_tokens": "call",
  "gen_ai.request.temperature": "call",
  "gen_ai.request.top_p": "call",
  "gen_ai.request.top_k": "call",
  "gen_ai.request.frequency_penalty": "call",
  "gen_ai.request.presence_penalty": "call",
  "gen_ai.request.seed": "call",
  "gen_ai.request.choice.count": "call",
  "gen_ai.request.stop_sequences": "call",
  "gen_ai.request.encoding_formats": "call",
  "gen_ai.embeddings.dimension.count": "call",
  "gen_ai.output.type": "call",
  "gen_ai.conversation.id": "call",
  "gen_ai.response.id": "call",
  "gen_ai.response.model": "call",
  "gen_ai.response.finish_reasons": "call",
  "gen_ai.response.time_to_first_chunk": "call",
  "gen_ai.usage.input_tokens": "call",
  "gen_ai.usage.output_tokens": "call",
  "gen_ai.usage.total_tokens": "call",
  "gen_ai.usage.prompt_tokens": "call",
  "gen_ai.usage.completion_tokens": "call",
  "gen_ai.usage.cache_read.input_tokens": "call",
  "gen_ai.usage.cache_creation.input_tokens": "call",
  "gen_ai.usage.reasoning.output_tokens": "call",
  "gen_ai.cost.total_cost": "call",
  "gen_ai.cost.input_cost": "call",
  "gen_ai.cost.output_cost": "call",
  "gen_ai.cost.tool_usage_cost": "call",
  "gen_ai.cost.original_cost": "call",
  "gen_ai.cost.discount_amount": "call",
  "gen_ai.cost.margin_total_amount": "call",
  "gen_ai.input.messages": "call",
  "gen_ai.output.messages": "call",
  "gen_ai.tool.definitions": "call",
  "llm.request.type": "call",
  "llm.is_streaming": "call",
  "llm.user": "call",
  hidden_params: "call",
  "metadata.user_api_key_hash": "call",
  "metadata.user_api_key_end_user_id": "call",
  "metadata.user_api_key_request_route": "call",
  "metadata.requester_ip_address": "call",
  "metadata.user_agent": "call",
  "metadata.spend_logs_metadata": "call",
  "metadata.tags": "call",
  "http.request.method": "both",
  "http.response.status_code": "both",
  "http.request.resend_count": "attempt",
  "http.request.body.size": "call",
  "http.response.body.size": "call",
  "url.path": "call",
  "user_agent.original": "call",
  "client.address": "call",
  "server.address": "both",
  "server.port": "both",
  "error.type": "both",
  "error.message": "call",
  "error.code": "call",
  "portolan.call.id": "call",
  "portolan.model_group": "call",
  "portolan.deployment.id": "both",
  "portolan.retries": "call",
  "portolan.fallbacks": "call",
  "portolan.overhead_ms": "call",
  "portolan.cost.source": "call",
  "portolan.usage.estimated": "call",
  "portolan.dropped": "call",
} as const satisfies Readonly<Record<string, Bearer>>;

/** Attributes that are doubles, whole or not: of two types under one name many stores take only the first. */
export const DOUBLES = [
  "gen_ai.request.temperature",
  "gen_ai.request.top_p",
  "gen_ai.request.frequency_penalty",
  "gen_ai.request.presence_penalty",
  "gen_ai.response.time_to_first_chunk",
  "gen_ai.cost.total_cost",
  "gen_ai.cost.input_cost",
  "gen_ai.cost.output_cost",
  "gen_ai.cost.tool_usage_cost",
  "gen_ai.cost.original_cost",
  "gen_ai.cost.discount_amount",
  "gen_ai.cost.margin_total_amount",
  "portolan.overhead_ms",
] as const satisfies readonly (keyof typeof ATTRIBUTES)[];

type DoubleName = (typeof DOUBLES)[number];

/** The name of an attribute that is no double. */
export type AttributeName = Exclude<keyof typeof ATTRIBUTES, DoubleName>;

/** What an attribute may be; what is `undefined`, or no number, is left out. */
export type AttributeValue = string | number | boolean | readonly string[] | undefined;

/** Lists are cut beyond this. */
const MAX_LIST = 64;
/** Attributes of names that callers chose: so many, of names so long. */
const MAX_METADATA = 64;
const MAX_NAME = 128;

/** Takes the attributes of one span. Texts are cut, and lone halves of characters replaced: not every server takes them. */
export abstract class Attributes {
  /** Longest text. */
  readonly maxLength: number;
  #metadataCount = 0;

  constructor(maxLength: number) {
    this.maxLength = maxLength;
  }

  /** Sets what is known. */
  set(name: AttributeName, value: AttributeValue): void {
    this.#put(name, value);
  }

  /** Sets a number that is a double, if it is known and finite. */
  setDouble(name: DoubleName, value: number | undefined): void {
    if (value !== undefined && Number.isFinite(value)) {
      this.putDouble(name, value);
    }
  }

  /** Sets `metadata.<key>` of a caller's own. Never takes the place of what is there. */
  setMetadata(key: string, value: unknown): void {
    const name = `metadata.${key.slice(0, MAX_NAME).toWellFormed()}`;
    if (this.#metadataCount < MAX_METADATA && !this.has(name)) {
      this.#metadataCount++;
      this.#put(name, toPlain(value));
    }
  }

  protected abstract has(metadata: string): boolean;
  /** @param text cut, but perhaps with lone halves of characters */
  protected abstract putText(name: string, text: string): void;
  protected abstract putTexts(name: string, texts: readonly string[]): void;
  protected abstract putFlag(name: string, flag: boolean): void;
  /** @param number finite; a whole one is exact, and no double */
  protected abstract putNumber(name: string, number: number): void;
  /** @param number finite */
  protected abstract putDouble(name: string, number: number): void;

  #put(name: string, value: AttributeValue): void {
    if (typeof value === "string") {
      this.putText(name, this.#cut(value));
    } else if (typeof value === "object") {
      this.putTexts(
        name,
        value.slice(0, MAX_LIST).map((item) => this.#cut(item)),
      );
    } else if (typeof value === "boolean") {
      this.putFlag(name, value);
    } else if (value !== undefined && Number.isFinite(value)) {
      // OTLP's whole numbers have 64 bits: a larger one could cost the whole batch.
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        this.putText(name, String(value));
      } else {
        this.putNumber(name, value);
      }
    }
  }

  #cut(text: string): string {
    return text.length > this.maxLength ? text.slice(0, this.maxLength) : text;
  }
}

/** Attributes as an object. */
export class AttributeSet extends Attributes {
  readonly values: OtlpAttributes = {};

  protected has(metadata: string): boolean {
    return Object.hasOwn(this.values, metadata);
  }

  protected putText(name: string, text: string): void {
    this.values[name] = text.toWellFormed();
  }

  protected putTexts(name: string, texts: readonly string[]): void {
    this.values[name] = texts.map((text) => text.toWellFormed());
  }

  protected putFlag(name: string, flag: boolean): void {
    this.values[name] = flag;
  }

  protected putNumber(name: string, number: number): void {
    this.values[name] = number;
  }

  protected putDouble(name: string, number: number): void {
    this.values[name] = number;
  }
}

/** Texts, numbers and booleans as they are; anything else as JSON. */
export function toPlain(value: unknown): string | number | boolean | undefined {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  return value === null || value === undefined ? undefined : toJson(value);
}

/** JSON; `undefined` for what is nested too deep to be written. */
export function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
