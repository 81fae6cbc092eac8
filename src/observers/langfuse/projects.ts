import { hasOwnLangfuse, toOwnLangfuse } from "../../config/callbacks/langfuse-projects.ts";
import { toDeploymentId } from "../../config/deployment-id.ts";
import type { LangfuseParams, ModelEntry } from "../../config/gateway-config.ts";
import { type LangfuseProject, toHost } from "./project.ts";

/** Which project the calls of each deployment go to. */
export interface Projects {
  /** Each once. */
  readonly all: readonly LangfuseProject[];
  /** `undefined`: none, and the call is not told of. */
  of(deploymentId: string | undefined): LangfuseProject | undefined;
  /** Ids of deployments that are to have a project of their own and lack a key to it. */
  readonly keyless: ReadonlySet<string | undefined>;
}

/**
 * The project of the settings, and those of single deployments (`litellm_params.langfuse_public_key`, ...), whose parts
 * that are absent are those of the settings. As many as the configuration names; callers cannot add any.
 * @throws Error where there is no project at all
 */
export function readProjects(settings: LangfuseParams, models: readonly ModelEntry[]): Projects {
  const known = new Map<string, LangfuseProject>();
  const complete = ({ publicKey, secretKey, host }: LangfuseParams): LangfuseProject | undefined => {
    if (publicKey === undefined || secretKey === undefined || host === undefined) {
      return undefined;
    }
    const key = JSON.stringify([publicKey, secretKey, toHost(host)]);
    const project = known.get(key) ?? { publicKey, secretKey, host: toHost(host) };
    known.set(key, project);
    return project;
  };
  const common = complete(settings);
  const own = new Map(
    models
      .filter(hasOwnLangfuse)
      .map((entry) => [toDeploymentId(entry), complete(toOwnLangfuse(entry, settings))] as const),
  );
  if (known.size === 0) {
    throw new Error(
      "it has no keys: set LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY, or public_key and secret_key in its callback_settings",
    );
  }
  return {
    all: [...known.values()],
    keyless: new Set([...own].flatMap(([id, project]) => (project === undefined ? [id] : []))),
    of: (deploymentId) => (deploymentId === undefined ? undefined : own.get(deploymentId)) ?? common,
  };
}
