import type { DeploymentParams, FallbackTarget, ModelGroupAlias, PrometheusMetricsGroup } from "./gateway-config.ts";

/** A model that calls fall back to, and where it stands. */
export interface WrittenTarget extends FallbackTarget {
  readonly path: string;
}

/** What one model group falls back to, and where that stands. */
export interface WrittenFallback {
  readonly path: string;
  readonly group: string;
  readonly targets: readonly WrittenTarget[];
}

/** What each field type holds once it is read: units are the gateway's (milliseconds, bytes), not the file's. */
export interface FieldValues {
  /** Text; a bare number is taken as its digits, since YAML users seldom quote versions and ids. */
  readonly text: string;
  /** Text, or a mapping, which becomes its JSON. */
  readonly "json-text": string;
  readonly boolean: boolean;
  readonly integer: number;
  readonly number: number;
  /** Seconds in the file, milliseconds here. */
  readonly seconds: number;
  /** Megabytes in the file, bytes here. */
  readonly megabytes: number;
  /** `http` or `https`, without user name and password. */
  readonly url: string;
  readonly "header-name": string;
  readonly "text-list": readonly string[];
  /** A list of texts, or one text for a list of one. */
  readonly "text-or-list": readonly string[];
  /** Regular expressions, as written. */
  readonly "pattern-list": readonly string[];
  /** Headers, lower case, that name the end user. */
  readonly "user-headers": readonly string[];
  readonly "metrics-config": readonly PrometheusMetricsGroup[];
  readonly "text-map": Readonly<Record<string, string>>;
  readonly "header-map": Readonly<Record<string, string>>;
  readonly "alias-map": Readonly<Record<string, ModelGroupAlias>>;
  /** One of the field's `choices`. */
  readonly choice: string;
  readonly "fallback-map": readonly WrittenFallback[];
  readonly "fallback-list": readonly WrittenTarget[];
  readonly "clientside-params": DeploymentParams["clientsideParams"];
  /** `redis` or `rediss`. */
  readonly "redis-url": string;
  readonly host: string;
  readonly mapping: Readonly<Record<string, unknown>>;
  /** A mapping with a field table of its own: its references to the environment are resolved field by field. */
  readonly section: Readonly<Record<string, unknown>>;
  readonly anything: unknown;
}

/** How a setting is spelled in a file or on the command line. */
export type FieldType = keyof FieldValues;

/** One setting, declared once: the checker, the reference page and `--help` all read this. */
export interface DeclaredField {
  readonly type: FieldType;
  /** One line for tables. */
  readonly description: string;
  readonly required?: true;
  /** In the file's own unit. */
  readonly default?: unknown;
  /** The texts allowed, for `choice`. */
  readonly choices?: readonly string[];
  /** Smallest number allowed. */
  readonly minimum?: number;
  /** Numbers must be greater than this. */
  readonly above?: number;
  /** Largest number allowed. */
  readonly maximum?: number;
  /** Empty text is a fault. */
  readonly isNonEmpty?: true;
  /** A URL may lack its scheme. */
  readonly takesBareHost?: true;
  /** Its value must never be shown. */
  readonly isSecret?: true;
  /** Environment variables that stand in when the setting is absent; the first set one wins. */
  readonly environment?: readonly string[];
}

/** Settings whose names follow a rule, declared once for all of them. */
export interface FieldFamily {
  /** The rule, for the reference page. */
  readonly name: string;
  readonly field: DeclaredField;
  isMember(name: string): boolean;
}

/** Settings of one section by name. */
export type FieldTable = Readonly<Record<string, DeclaredField>>;

type ValueOf<Field extends DeclaredField> = Field extends { readonly choices: readonly (infer Choice extends string)[] }
  ? Choice
  : FieldValues[Field["type"]];

/** Values of a section: a field with a default is never `undefined`. */
export type SectionValues<Table extends FieldTable> = {
  readonly [Name in keyof Table]: Table[Name] extends { readonly default: unknown }
    ? ValueOf<Table[Name]>
    : ValueOf<Table[Name]> | undefined;
};

/** Longest delay that timers can hold (2^31 - 1 ms), in whole seconds. */
export const MAX_TIMEOUT_SECONDS = 2_147_483;
