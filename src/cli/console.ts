import { scrubSecrets } from "../core/scrub-secrets.ts";

/** Where the operator reads. Standard output is written at once and in order, so that a line is never lost at exit. */
export const writeOut = (text: string | Uint8Array): void => {
  process.stdout.write(text);
};

/** Writes to standard output as well; settles when it has taken the bytes, and rejects when it cannot. */
export const writeOutFully = (bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error instanceof Error ? reject(error) : resolve()));
  });

/** One line for the operator. */
export const print = (line: string): void => writeOut(`${line}\n`);

/** One line about a problem. */
export const printProblem = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Logs an error with its cause; stacks help operators and hold no request content. */
export const logError = (message: string, cause: unknown): void => {
  const detail = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  printProblem(scrubSecrets(`${new Date().toISOString()} error: ${message}: ${detail}`));
};
