import type { CloudIdentities } from "./credential.ts";

const notAskedFor = () => () => Promise.reject(new Error("not asked for"));

/** Identities that no test is to ask for. */
export const NO_IDENTITIES: CloudIdentities = { entra: notAskedFor, aws: notAskedFor, google: notAskedFor };
