/** Something that keeps a configuration from being used. */
export interface ConfigFault {
  /** Where it stands: `model_list[2].litellm_params.timeout`, `models.yaml: model_list[0]`, `--port`. */
  readonly path: string;
  /** What is wrong; never holds a secret. */
  readonly message: string;
  /** What may stand there instead. */
  readonly allowed: string;
}

/** Something worth telling that stops nothing. */
export interface ConfigWarning {
  readonly path: string;
  readonly message: string;
}

/** Collects what one reading finds, in the order found. */
export interface Findings {
  readonly faults: ConfigFault[];
  readonly warnings: ConfigWarning[];
}

/** An empty collection. */
export const newFindings = (): Findings => ({ faults: [], warnings: [] });

/**
 * Folds warnings that say the same of several list entries into the first of them, so that a key used in fifty
 * deployments is warned of once.
 */
export const foldWarnings = (warnings: readonly ConfigWarning[]): readonly ConfigWarning[] => {
  const groups = new Map<string, ConfigWarning[]>();
  for (const warning of warnings) {
    const key = `${warning.path.replace(/\[\d+\]/g, "[]")}\n${warning.message}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [warning]);
    else group.push(warning);
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    if (others.length === 0) return [first];
    const entries = others.length === 1 ? "1 more entry" : `${others.length} more entries`;
    return [{ path: first.path, message: `${first.message} (also in ${entries})` }];
  });
};
