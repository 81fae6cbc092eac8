import type { DeclaredField, FieldTable, SectionValues } from "./declared-field.ts";
import { isReference, type ReadContext, resolveReferences } from "./environment-references.ts";
import { describeAllowed, type FieldPlace } from "./field-place.ts";
import { FIELD_READERS } from "./field-readers.ts";
import { newFindings } from "./findings.ts";
import { findBoolean } from "./value-readers.ts";

const readStandIn = (field: DeclaredField, context: ReadContext): unknown => {
  for (const name of field.environment ?? []) {
    const value = context.environment[name];
    if (value === undefined || value === "") continue;
    const path = `environment variable ${name}`;
    // Other programs share names such as DEBUG and fill them with words of their own.
    if (field.type === "boolean" && findBoolean(value) === undefined) {
      context.findings.warnings.push({ path, message: "is neither true nor false: ignored" });
      continue;
    }
    // For a service named redis, Kubernetes sets REDIS_PORT to the URL of its address.
    if (field.type === "integer" && value.startsWith("tcp://")) {
      context.findings.warnings.push({ path, message: "is an address, not a number: ignored" });
      continue;
    }
    const place = { path, field, findings: context.findings, isShown: !field.isSecret };
    if (!name.startsWith("OTEL_")) return FIELD_READERS[field.type](value, place);
    const read = readForgivingly(value, place);
    if (read !== undefined) return read;
  }
  return undefined;
};

/**
 * What all programs with OpenTelemetry are given may not be meant for this one: what cannot be read is warned of and
 * ignored, by its specification. But what would go to an address that cannot be read must not go elsewhere: it stands as "".
 * Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables (read 2026-11-29).
 */
const readForgivingly = (value: string, place: FieldPlace): unknown => {
  const findings = newFindings();
  const read: unknown = FIELD_READERS[place.field.type](value, { ...place, findings });
  for (const { path, message, allowed } of findings.faults) {
    place.findings.warnings.push({ path, message: `${message}: ignored; allowed: ${allowed}` });
  }
  return read ?? (place.field.type === "url" ? "" : undefined);
};

const readWritten = (raw: unknown, path: string, field: DeclaredField, context: ReadContext): unknown => {
  const faultsBefore = context.findings.faults.length;
  const value = field.type === "section" ? raw : resolveReferences(raw, path, context);
  if (context.findings.faults.length > faultsBefore) return undefined;
  const place: FieldPlace = {
    path,
    field,
    findings: context.findings,
    isShown: field.isSecret !== true && context.isStrict !== true && !isReference(raw),
  };
  return FIELD_READERS[field.type](value, place);
};

const readSetOrRequired = (raw: unknown, path: string, field: DeclaredField, context: ReadContext): unknown => {
  if (raw !== undefined && raw !== null) return readWritten(raw, path, field, context);
  const standIn = readStandIn(field, context);
  if (standIn === undefined && field.required) {
    context.findings.faults.push({ path, message: "is missing", allowed: describeAllowed(field) });
  }
  return standIn;
};

/** Reads one setting: what is written, else its environment variable, else its default. `null` counts as absent. */
export const readField = (raw: unknown, path: string, field: DeclaredField, context: ReadContext): unknown => {
  const value = readSetOrRequired(raw, path, field, context);
  if (value !== undefined || field.default === undefined) return value;
  return FIELD_READERS[field.type](field.default, { path, field, findings: context.findings, isShown: true });
};

/** Reads every declared field of a mapping. Keys that are not declared are left to {@link findUndeclared}. */
export const readSection = <Table extends FieldTable>(
  raw: Readonly<Record<string, unknown>>,
  path: string,
  table: Table,
  context: ReadContext,
): SectionValues<Table> => {
  const values = Object.entries(table).map(([name, field]) => {
    const written = Object.hasOwn(raw, name) ? raw[name] : undefined;
    return [name, readField(written, path === "" ? name : `${path}.${name}`, field, context)];
  });
  return Object.fromEntries(values) as SectionValues<Table>;
};

/** Keys of a mapping that no table declares, in the file's order; empty ones (`key:`) are skipped. */
export const findUndeclared = (raw: Readonly<Record<string, unknown>>, table: FieldTable): readonly string[] =>
  Object.keys(raw).filter((key) => !Object.hasOwn(table, key) && raw[key] !== null);
