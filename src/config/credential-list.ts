import type { SourcedValue } from "./config-document.ts";
import { CREDENTIAL } from "./config-sections.ts";
import { isMapping, type ReadContext } from "./environment-references.ts";
import { readSection } from "./read-section.ts";
import { reportUndeclared } from "./undeclared-keys.ts";

/** `credential_values` by `credential_name`, references resolved. */
export type Credentials = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** Reads `credential_list`; a name used twice is a fault. */
export const readCredentialList = (items: readonly SourcedValue[], context: ReadContext): Credentials => {
  const credentials = new Map<string, Readonly<Record<string, unknown>>>();
  for (const { path, value } of items) {
    if (!isMapping(value)) {
      const allowed = "a mapping with credential_name and credential_values";
      context.findings.faults.push({ path, message: "is no mapping", allowed });
      continue;
    }
    const credential = readSection(value, path, CREDENTIAL.fields, context);
    reportUndeclared(value, path, CREDENTIAL, context);
    if (credential.credential_name === undefined) continue;
    if (credentials.has(credential.credential_name)) {
      context.findings.faults.push({
        path: `${path}.credential_name`,
        message: `${JSON.stringify(credential.credential_name)} is used by an earlier credential`,
        allowed: "a name of its own",
      });
    }
    credentials.set(credential.credential_name, credential.credential_values ?? {});
  }
  return credentials;
};
