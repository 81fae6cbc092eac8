import { copyBytes } from "./copy-bytes.ts";
import { MAX_JOINED_BYTES, type PieceText, PieceWriter } from "./piece-writer.ts";
import type { ScannedField, ScannedObject } from "./scanned-object.ts";

/** JSON text of a value, as a string or as UTF-8 bytes. Not checked: what goes in comes out. */
export type JsonText = string | Uint8Array;

/**
 * One change to the top level of an object.
 * - `set`: gives the field this value, where it stands or, when absent, at the end.
 * - `replace`: as `set`, but nothing when absent.
 * - `insert`: as `set`, but nothing when present.
 * - `remove`: takes the field out.
 * - `rename`: changes the key; a field that had the new name before is gone.
 */
export type JsonEdit =
  | { readonly kind: "set" | "replace" | "insert"; readonly name: string; readonly value: JsonText }
  | { readonly kind: "remove"; readonly name: string }
  | { readonly kind: "rename"; readonly name: string; readonly to: string };

/** A field of the text to come: what stood there, unless `key` or `value` replaces it. */
interface Entry {
  readonly field: ScannedField | undefined;
  name: string;
  key: string | undefined;
  value: JsonText | undefined;
  isRemoved: boolean;
}

/**
 * Applies the edits one after another. Everything that they do not name stays byte for byte as it was (order, spacing,
 * spelling of numbers); of a field that is edited, earlier duplicates go. Without a change the one piece is the very
 * buffer that was scanned.
 */
export function spliceObject(object: ScannedObject, edits: readonly JsonEdit[]): PieceText {
  const [only] = edits;
  const field = only !== undefined && edits.length === 1 ? findReplaced(object, only) : undefined;
  if (field !== undefined) {
    return replaceValue(object, field, (only as ValueEdit).value);
  }
  const entries = edits.length === 0 ? undefined : applyEdits(object, edits);
  return entries === undefined
    ? { pieces: [object.bytes], byteLength: object.bytes.length }
    : writeEntries(object, entries);
}

type ValueEdit = Extract<JsonEdit, { readonly value: JsonText }>;

/** The one field whose value is all that the edit changes; `undefined` where the edit means something else. */
function findReplaced({ fields }: ScannedObject, edit: JsonEdit): ScannedField | undefined {
  if (edit.kind !== "set" && edit.kind !== "replace") {
    return undefined;
  }
  let found: ScannedField | undefined;
  for (const field of fields) {
    if (field.name === edit.name) {
      if (found !== undefined) {
        return undefined;
      }
      found = field;
    }
  }
  return found;
}

/** The model's name is all that most bodies need changed, and needs no list of what becomes of each field. */
function replaceValue({ bytes }: ScannedObject, { valueStart, valueEnd }: ScannedField, value: JsonText): PieceText {
  const byteLength = bytes.length - (valueEnd - valueStart) + value.length;
  if (typeof value !== "string" && byteLength <= MAX_JOINED_BYTES) {
    const joined = Buffer.allocUnsafe(byteLength);
    const at = copyBytes(value, 0, value.length, joined, copyBytes(bytes, 0, valueStart, joined, 0));
    copyBytes(bytes, valueEnd, bytes.length, joined, at);
    return { pieces: [joined], byteLength };
  }
  const writer = new PieceWriter(bytes);
  writer.range(0, valueStart);
  writer.text(value);
  writer.range(valueEnd, bytes.length);
  return writer.finish();
}

/** The fields after the edits; `undefined` when the edits change nothing. */
function applyEdits(object: ScannedObject, edits: readonly JsonEdit[]): Entry[] | undefined {
  let entries: Entry[] | undefined;
  for (const edit of edits) {
    if (entries === undefined && !changes(object, edit)) {
      continue;
    }
    entries ??= object.fields.map(toEntry);
    applyEdit(entries, edit);
  }
  return entries;
}

function toEntry(field: ScannedField): Entry {
  return { field, name: field.name, key: undefined, value: undefined, isRemoved: false };
}

function changes(object: ScannedObject, edit: JsonEdit): boolean {
  const isPresent = object.find(edit.name) !== undefined;
  switch (edit.kind) {
    case "set":
      return true;
    case "insert":
      return !isPresent;
    case "rename":
      return isPresent && edit.name !== edit.to;
    case "replace":
    case "remove":
      return isPresent;
    default:
      return edit satisfies never;
  }
}

function applyEdit(entries: Entry[], edit: JsonEdit): void {
  switch (edit.kind) {
    case "set":
    case "replace":
      setValue(keepLast(entries, edit.name), entries, edit);
      return;
    case "insert":
      if (!entries.some((entry) => !entry.isRemoved && entry.name === edit.name)) {
        setValue(undefined, entries, edit);
      }
      return;
    case "remove":
      removeAll(entries, edit.name);
      return;
    case "rename":
      rename(entries, edit.name, edit.to);
      return;
    default:
      edit satisfies never;
  }
}

/** The entry that holds the value of this name; earlier ones are removed. */
function keepLast(entries: readonly Entry[], name: string): Entry | undefined {
  let last: Entry | undefined;
  for (const entry of entries) {
    if (!entry.isRemoved && entry.name === name) {
      if (last !== undefined) {
        last.isRemoved = true;
      }
      last = entry;
    }
  }
  return last;
}

function removeAll(entries: readonly Entry[], name: string): void {
  const last = keepLast(entries, name);
  if (last !== undefined) {
    last.isRemoved = true;
  }
}

function setValue(entry: Entry | undefined, entries: Entry[], edit: JsonEdit & { readonly value: JsonText }): void {
  if (entry !== undefined) {
    entry.value = edit.value;
  } else if (edit.kind !== "replace") {
    entries.push({ field: undefined, name: edit.name, key: edit.name, value: edit.value, isRemoved: false });
  }
}

function rename(entries: readonly Entry[], name: string, to: string): void {
  const entry = name === to ? undefined : keepLast(entries, name);
  if (entry !== undefined) {
    removeAll(entries, to);
    entry.name = to;
    entry.key = to;
  }
}

function writeEntries(object: ScannedObject, entries: readonly Entry[]): PieceText {
  const { fields, bytes } = object;
  const writer = new PieceWriter(bytes);
  const firstKey = fields[0]?.keyStart ?? object.start + 1;
  writer.range(0, firstKey);
  let isFirst = true;
  let separatorStart = firstKey;
  for (const entry of entries) {
    const { field } = entry;
    if (!entry.isRemoved) {
      if (!isFirst) {
        writeSeparator(writer, separatorStart, field);
      }
      isFirst = false;
      writeEntry(writer, entry);
    }
    separatorStart = field?.valueEnd ?? separatorStart;
  }
  writer.range(fields.at(-1)?.valueEnd ?? firstKey, bytes.length);
  return writer.finish();
}

/** The comma before an entry, with the white space that stood around it. */
function writeSeparator(writer: PieceWriter, start: number, field: ScannedField | undefined): void {
  if (field === undefined) {
    writer.text(",");
  } else {
    writer.range(start, field.keyStart);
  }
}

function writeEntry(writer: PieceWriter, { field, key, value }: Entry): void {
  if (field !== undefined && key === undefined && value === undefined) {
    writer.range(field.keyStart, field.valueEnd);
    return;
  }
  if (key !== undefined) {
    writer.text(JSON.stringify(key));
  } else if (field !== undefined) {
    writer.range(field.keyStart, field.keyEnd);
  }
  if (field === undefined) {
    writer.text(":");
  } else {
    writer.range(field.keyEnd, field.valueStart);
  }
  if (value !== undefined) {
    writer.text(value);
  } else if (field !== undefined) {
    writer.range(field.valueStart, field.valueEnd);
  }
}
