/** What the command line says of models and calls; it wins over the file (contract 2.2, 5.6). Times in milliseconds. */
export interface ConfigOverrides {
  /** `--model`: every call goes to it. */
  readonly model: string | undefined;
  /** `--alias`: the name under which `--model` is listed. */
  readonly alias: string | undefined;
  readonly apiBase: string | undefined;
  readonly apiVersion: string | undefined;
  readonly dropParams: boolean;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  readonly requestTimeoutMs: number | undefined;
}

/** A command line that says nothing of models and calls. */
export const NO_OVERRIDES: ConfigOverrides = {
  model: undefined,
  alias: undefined,
  apiBase: undefined,
  apiVersion: undefined,
  dropParams: false,
  temperature: undefined,
  maxTokens: undefined,
  requestTimeoutMs: undefined,
};
