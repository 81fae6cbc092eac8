import { readStringText } from "./json-text.ts";
import { readUtf8 } from "./utf8.ts";

/** What a JSON value is; the two booleans count as kinds, as their text is all there is to know. */
export type JsonKind = "string" | "number" | "object" | "array" | "true" | "false" | "null";

/** Where a value stands in the text: from its first byte to behind its last. */
export interface JsonRange {
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly kind: JsonKind;
}

/** A top-level field. Key offsets include the quotes. */
export interface ScannedField extends JsonRange {
  /** The decoded key. */
  readonly name: string;
  readonly keyStart: number;
  readonly keyEnd: number;
}

/** Beyond this many fields look-ups go through a map, so that a body of a million fields costs no more than its scan. */
const MAX_FIELDS_SEARCHED = 32;

/** A JSON object that has been checked whole, but read only as far as its top-level fields. */
export class ScannedObject {
  /** The whole text, white space around the object included. */
  readonly bytes: Uint8Array;
  /** Offset of `{`. */
  readonly start: number;
  /** Offset behind `}`. */
  readonly end: number;
  /** All fields in the order of the text; a name may occur more than once. */
  readonly fields: readonly ScannedField[];
  #byName: ReadonlyMap<string, ScannedField> | undefined;

  constructor(bytes: Uint8Array, start: number, end: number, fields: readonly ScannedField[]) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.fields = fields;
    this.#byName = undefined;
  }

  /** The field of this name; of several the last, as `JSON.parse` has it. */
  find(name: string): ScannedField | undefined {
    const { fields } = this;
    if (fields.length > MAX_FIELDS_SEARCHED) {
      this.#byName ??= indexByName(fields);
      return this.#byName.get(name);
    }
    for (let index = fields.length - 1; index >= 0; index--) {
      const field = fields[index];
      if (field !== undefined && field.name === name) {
        return field;
      }
    }
    return undefined;
  }

  /** The decoded string; `undefined` when there is no field or it is of another kind. */
  readString(field: JsonRange | undefined): string | undefined {
    return field?.kind === "string" ? readStringText(this.bytes, field.valueStart, field.valueEnd) : undefined;
  }

  /** The number; `undefined` when there is no field or it is of another kind. */
  readNumber(field: JsonRange | undefined): number | undefined {
    return field?.kind === "number" ? Number(this.readText(field)) : undefined;
  }

  /** The boolean; `undefined` when there is no field or it is of another kind. */
  readBoolean(field: JsonRange | undefined): boolean | undefined {
    return field?.kind === "true" ? true : field?.kind === "false" ? false : undefined;
  }

  /** The value as `JSON.parse` gives it; `undefined` only when there is no field. */
  readValue(field: JsonRange | undefined): unknown {
    return field === undefined ? undefined : JSON.parse(this.readText(field));
  }

  /** Whether the value's JSON text is this, byte for byte. */
  isText({ valueStart, valueEnd }: JsonRange, text: Uint8Array): boolean {
    if (valueEnd - valueStart !== text.length) {
      return false;
    }
    for (let index = 0; index < text.length; index++) {
      if (this.bytes[valueStart + index] !== text[index]) {
        return false;
      }
    }
    return true;
  }

  /** The value's JSON text as it stands. */
  readText(field: JsonRange): string {
    return readUtf8(this.bytes, field.valueStart, field.valueEnd);
  }
}

function indexByName(fields: readonly ScannedField[]): ReadonlyMap<string, ScannedField> {
  const byName = new Map<string, ScannedField>();
  for (const field of fields) {
    byName.set(field.name, field);
  }
  return byName;
}
