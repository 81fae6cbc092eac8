import { ByteWriter } from "../../wire/byte-writer.ts";
import {
  FIXED32,
  FIXED64,
  LENGTH,
  tagOf,
  utf8Size,
  VARINT,
  varintSize,
  writeFixed32,
  writeHexBytes,
  writeNanoTime,
  writeVarint,
} from "../../wire/protobuf.ts";
import { AttributeWriter } from "./attribute-writer.ts";
import type { SpanEvent, SpanFacts } from "./call-spans.ts";
import { type OtlpSource, toOtlpTime } from "./otlp-types.ts";

// Tags of OTLP's messages. Source: opentelemetry-proto v1.11.0, trace.proto, common.proto, resource.proto.
const RESOURCE_SPANS = tagOf(1, LENGTH);
const RESOURCE = tagOf(1, LENGTH);
const SCOPE_SPANS = tagOf(2, LENGTH);
const RESOURCE_ATTRIBUTES = tagOf(1, LENGTH);
const SCOPE = tagOf(1, LENGTH);
const SCOPE_NAME = tagOf(1, LENGTH);
const SCOPE_VERSION = tagOf(2, LENGTH);
const SPAN = tagOf(2, LENGTH);
const TRACE_ID = tagOf(1, LENGTH);
const SPAN_ID = tagOf(2, LENGTH);
const TRACE_STATE = tagOf(3, LENGTH);
const PARENT_ID = tagOf(4, LENGTH);
const NAME = tagOf(5, LENGTH);
const KIND = tagOf(6, VARINT);
const START = tagOf(7, FIXED64);
const END = tagOf(8, FIXED64);
const ATTRIBUTES = tagOf(9, LENGTH);
const EVENTS = tagOf(11, LENGTH);
const STATUS = tagOf(15, LENGTH);
const FLAGS = tagOf(16, FIXED32);
const EVENT_TIME = tagOf(1, FIXED64);
const EVENT_NAME = tagOf(2, LENGTH);
const EVENT_ATTRIBUTES = tagOf(3, LENGTH);
const STATUS_MESSAGE = tagOf(2, LENGTH);
const STATUS_CODE = tagOf(3, VARINT);

const KINDS = { server: 2, client: 3 } as const;
const ERROR = 2;
const SAMPLED = 1;
/** Flags: it is known whether the parent is in another process, and it is. */
const KNOWS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/** Room for most spans, and for most batches. */
const SPAN_BYTES = 32 * 1024;
const BATCH_BYTES = 1024 * 1024;

/** A message within one that is being written: its size stands before it, and is known behind it. */
const INNER = new ByteWriter(SPAN_BYTES);
const INNERMOST = new ByteWriter(1024);

/**
 * Writes spans as requests of OTLP in protobuf, one after the other, all in the same memory. OpenTelemetry's own serialiser
 * would take an object for each attribute, and memory for each request, which cost more than all else that is done for a call.
 */
export class SpanWriter {
  readonly #resource: Buffer;
  readonly #scope: Buffer;
  readonly #begin = new ByteWriter(64);
  readonly #spans = new ByteWriter(BATCH_BYTES);

  constructor({ resource, scope }: OtlpSource) {
    this.#resource = writeResource(resource);
    this.#scope = writeScope(scope);
  }

  /** Begins a request; the one before is gone. */
  open(): void {
    this.#spans.clear();
  }

  /** Adds a span. */
  add(facts: SpanFacts): void {
    INNER.clear();
    writeSpan(INNER, facts);
    closeMessage(this.#spans, SPAN, INNER);
  }

  /** The request with all its spans, in pieces. Good until the next one is opened. */
  close(): readonly Uint8Array[] {
    const scopeSize = this.#scope.length + this.#spans.length;
    const begin = this.#begin;
    begin.clear();
    begin.byte(RESOURCE_SPANS);
    writeVarint(begin, this.#resource.length + 1 + varintSize(scopeSize) + scopeSize);
    begin.raw(this.#resource);
    begin.byte(SCOPE_SPANS);
    writeVarint(begin, scopeSize);
    begin.raw(this.#scope);
    return [begin.take(), this.#spans.view()];
  }
}

function writeResource({ attributes }: OtlpSource["resource"]): Buffer {
  const writer = new AttributeWriter(INNER, RESOURCE_ATTRIBUTES, Number.POSITIVE_INFINITY);
  for (const [name, value] of Object.entries(attributes)) {
    writer.text(name, String(value));
  }
  const out = new ByteWriter(64);
  closeMessage(out, RESOURCE, INNER);
  return out.take();
}

function writeScope({ name, version = "" }: OtlpSource["scope"]): Buffer {
  textField(INNER, SCOPE_NAME, name);
  textField(INNER, SCOPE_VERSION, version);
  const out = new ByteWriter(64);
  closeMessage(out, SCOPE, INNER);
  return out.take();
}

/** Writes a message that has been written elsewhere, which is empty then. */
function closeMessage(out: ByteWriter, tag: number, message: ByteWriter): void {
  out.byte(tag);
  writeVarint(out, message.length);
  message.moveBehind(out);
}

function writeSpan(out: ByteWriter, facts: SpanFacts): void {
  const { trace, parentSpanId, isParentRemote } = facts;
  idField(out, TRACE_ID, trace.traceId);
  idField(out, SPAN_ID, facts.spanId);
  textField(out, TRACE_STATE, trace.tracestate ?? "");
  if (parentSpanId !== undefined) {
    idField(out, PARENT_ID, parentSpanId);
  }
  textField(out, NAME, facts.name);
  out.byte(KIND);
  out.byte(KINDS[facts.kind]);
  timeField(out, START, facts.startMs);
  timeField(out, END, facts.endMs);
  facts.setAttributes(new AttributeWriter(out, ATTRIBUTES, facts.maxTextLength));
  for (const event of facts.events) {
    writeEvent(INNERMOST, event);
    closeMessage(out, EVENTS, INNERMOST);
  }
  if (facts.isError) {
    textField(INNERMOST, STATUS_MESSAGE, facts.message ?? "");
    INNERMOST.byte(STATUS_CODE);
    INNERMOST.byte(ERROR);
    closeMessage(out, STATUS, INNERMOST);
  }
  writeVarint(out, FLAGS);
  const remote = parentSpanId !== undefined && isParentRemote ? IS_REMOTE : 0;
  writeFixed32(out, (trace.isSampled ? SAMPLED : 0) + KNOWS_REMOTE + remote);
}

function writeEvent(out: ByteWriter, { name, atMs, attributes }: SpanEvent): void {
  timeField(out, EVENT_TIME, atMs);
  textField(out, EVENT_NAME, name);
  const writer = new AttributeWriter(out, EVENT_ATTRIBUTES, Number.POSITIVE_INFINITY);
  for (const [key, text] of attributes) {
    writer.text(key, text);
  }
}

/** An empty text is not written. */
function textField(out: ByteWriter, tag: number, text: string): void {
  if (text !== "") {
    out.byte(tag);
    writeVarint(out, utf8Size(text));
    out.text(text);
  }
}

function idField(out: ByteWriter, tag: number, id: string): void {
  out.byte(tag);
  out.byte(id.length / 2);
  writeHexBytes(out, id);
}

function timeField(out: ByteWriter, tag: number, epochMs: number): void {
  const [seconds, nanoseconds] = toOtlpTime(epochMs);
  out.byte(tag);
  writeNanoTime(out, seconds, nanoseconds);
}
