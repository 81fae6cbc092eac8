import { setDefaultTimeout } from "bun:test";

/** What a test or a hook may take, unless it says otherwise: far more than it needs, as the machine may be busy. */
const TEST_LIMIT_MS = 30_000;

setDefaultTimeout(TEST_LIMIT_MS);
