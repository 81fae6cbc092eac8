import { ByteWriter } from "../../wire/byte-writer.ts";
import { utf8Size, varintSize, writeDouble, writeInt64, writeVarint } from "../../wire/protobuf.ts";
import { ATTRIBUTES, Attributes } from "./span-attributes.ts";

// Tags of OTLP's `KeyValue`, and of the forms of its `AnyValue`.
const KEY = 0x0a;
const VALUE = 0x12;
const TEXT = 0x0a;
const FLAG = 0x10;
const WHOLE = 0x18;
const NUMBER = 0x21;
const LIST = 0x2a;
const ITEM = 0x0a;

const DOUBLE_BYTES = 8;
const NEGATIVE_BYTES = 10;

/** Names as they are written, tag and length before them. */
const KEYS: ReadonlyMap<string, Uint8Array> = new Map(Object.keys(ATTRIBUTES).map((name) => [name, toKey(name)]));

function toKey(name: string): Uint8Array {
  const out = new ByteWriter(64);
  out.byte(KEY);
  writeVarint(out, utf8Size(name));
  out.text(name);
  return out.take();
}

/** What takes its size before it. */
const sizedSize = (size: number): number => 1 + varintSize(size) + size;

/** Attributes as protobuf, each as a field of the message that is being written. */
export class AttributeWriter extends Attributes {
  readonly #out: ByteWriter;
  readonly #tag: number;
  /** Names that callers' might be. */
  readonly #metadata: string[] = [];

  /** @param tag of the field that the attributes are, a byte */
  constructor(out: ByteWriter, tag: number, maxLength: number) {
    super(maxLength);
    this.#out = out;
    this.#tag = tag;
  }

  /** Writes a text of any name. */
  text(name: string, text: string): void {
    this.putText(name, text);
  }

  protected has(metadata: string): boolean {
    return this.#metadata.includes(metadata);
  }

  protected putText(name: string, text: string): void {
    const size = utf8Size(text);
    this.#open(name, sizedSize(size));
    this.#text(text, size);
  }

  protected putTexts(name: string, texts: readonly string[]): void {
    const sizes = texts.map(utf8Size);
    const listSize = sizes.reduce((sum, size) => sum + sizedSize(sizedSize(size)), 0);
    this.#open(name, sizedSize(listSize));
    this.#out.byte(LIST);
    writeVarint(this.#out, listSize);
    for (const [index, size] of sizes.entries()) {
      this.#out.byte(ITEM);
      writeVarint(this.#out, sizedSize(size));
      this.#text(texts[index] ?? "", size);
    }
  }

  protected putFlag(name: string, flag: boolean): void {
    this.#open(name, 2);
    this.#out.byte(FLAG);
    this.#out.byte(flag ? 1 : 0);
  }

  protected putNumber(name: string, number: number): void {
    if (Number.isInteger(number)) {
      this.#open(name, 1 + (number < 0 ? NEGATIVE_BYTES : varintSize(number)));
      this.#out.byte(WHOLE);
      writeInt64(this.#out, number);
    } else {
      this.putDouble(name, number);
    }
  }

  protected putDouble(name: string, number: number): void {
    this.#open(name, 1 + DOUBLE_BYTES);
    this.#out.byte(NUMBER);
    writeDouble(this.#out, number);
  }

  /** Writes what stands before a value of this size. */
  #open(name: string, valueSize: number): void {
    const key = KEYS.get(name) ?? toKey(name);
    if (name.startsWith("metadata.")) {
      this.#metadata.push(name);
    }
    this.#out.byte(this.#tag);
    writeVarint(this.#out, key.length + sizedSize(valueSize));
    this.#out.raw(key);
    this.#out.byte(VALUE);
    writeVarint(this.#out, valueSize);
  }

  #text(text: string, size: number): void {
    this.#out.byte(TEXT);
    writeVarint(this.#out, size);
    this.#out.text(text);
  }
}
