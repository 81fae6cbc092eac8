import { readClientsideParams, readPatternList } from "./clientside-params.ts";
import type { FieldType, FieldValues } from "./declared-field.ts";
import { readFallbackList, readFallbackMap } from "./fallback-readers.ts";
import type { FieldReader } from "./field-place.ts";
import {
  readAliasMap,
  readHeaderMap,
  readMapping,
  readTextList,
  readTextMap,
  readTextOrList,
} from "./mapping-readers.ts";
import { readMetricsConfig } from "./prometheus-settings.ts";
import { readUserHeaders } from "./user-headers.ts";
import {
  readBoolean,
  readChoice,
  readHeaderName,
  readHost,
  readInteger,
  readJsonText,
  readNumber,
  readRedisUrl,
  readText,
  readUrl,
  scaled,
} from "./value-readers.ts";

const BYTES_PER_MEGABYTE = 1024 * 1024;

/** One reader per field type. Each returns the value in the gateway's units, or reports a fault and returns `undefined`. */
export const FIELD_READERS: { readonly [Type in FieldType]: FieldReader<FieldValues[Type]> } = {
  text: readText,
  "json-text": readJsonText,
  boolean: readBoolean,
  integer: readInteger,
  number: readNumber,
  seconds: scaled(1000),
  megabytes: scaled(BYTES_PER_MEGABYTE),
  url: readUrl,
  "header-name": readHeaderName,
  "text-list": readTextList,
  "text-or-list": readTextOrList,
  "pattern-list": readPatternList,
  "user-headers": readUserHeaders,
  "metrics-config": readMetricsConfig,
  "text-map": readTextMap,
  "header-map": readHeaderMap,
  "alias-map": readAliasMap,
  choice: readChoice,
  "fallback-map": readFallbackMap,
  "fallback-list": readFallbackList,
  "clientside-params": readClientsideParams,
  "redis-url": readRedisUrl,
  host: readHost,
  mapping: readMapping,
  section: readMapping,
  anything: (value) => value,
};
