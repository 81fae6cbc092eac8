import { inferProvider } from "../catalog/model-names.ts";
import { toDeploymentId } from "../config/deployment-id.ts";
import type { GatewayConfig, ModelEntry } from "../config/gateway-config.ts";
import { toBoundedMap } from "../core/bounded-map.ts";
import { KnownTexts } from "../wire/known-texts.ts";
import {
  type Deployment,
  type DeploymentContext,
  type ProviderModel,
  readProviderModel,
  toDeployment,
} from "./deployment.ts";
import { compareSpecificity, fillWildcards, toWildcardPattern, type WildcardPattern } from "./wildcard.ts";

/** Deployments that may answer a name, and the group under which they are known. */
export interface ModelGroup {
  readonly name: string;
  /** The alias by which it was asked for. */
  readonly alias?: string;
  readonly deployments: readonly Deployment[];
}

/** What settings by name say of a group: under the alias that it was asked by, else under its own name. */
export const settingFor = <Setting>(settings: ReadonlyMap<string, Setting>, group: ModelGroup): Setting | undefined =>
  (group.alias === undefined ? undefined : settings.get(group.alias)) ?? settings.get(group.name);

/** Why an entry cannot be used. */
export interface ModelFault {
  readonly path: string;
  readonly message: string;
  /** What may stand there, where it is no entry of the list. */
  readonly allowed?: string;
}

/** A usable entry of the list, as info pages and health checks see it. */
export interface ListedModel {
  readonly id: string;
  readonly entry: ModelEntry;
  readonly isWildcard: boolean;
  /**
   * For an entry with stars, a deployment with a stand-in for the model's name; absent where the name also decides the
   * provider.
   */
  readonly deployment: Deployment | undefined;
}

interface WildcardGroup {
  readonly pattern: WildcardPattern;
  readonly entries: readonly ModelEntry[];
}

/** Names bound to wildcards that are remembered; beyond it the memory starts afresh. */
const MAX_BOUND_NAMES = 2048;

/** The compiled model list: which deployments a requested name means. Built whole at boot and on reload. */
export class ModelTable {
  /** All deployments that need no name to be filled in, in the order of the file. */
  readonly deployments: readonly Deployment[];
  /** All usable entries, in the order of the file. */
  readonly listed: readonly ListedModel[];
  /** Public names with stars, in the order of the file. */
  readonly patternNames: readonly string[];
  readonly faults: readonly ModelFault[];
  readonly #context: DeploymentContext;
  readonly #byId = new Map<string, ModelGroup>();
  /** Everything that a name can mean as it is: ids, aliases of groups, groups. */
  readonly #exact = new Map<string, ModelGroup>();
  readonly #groups = new Map<string, ModelGroup>();
  /** Names of groups and aliases. */
  readonly #names = new KnownTexts(256);
  readonly #byUpstreamModel = new Map<string, ModelGroup>();
  readonly #wildcards: readonly WildcardGroup[];
  readonly #resolveWildcard: (name: string) => ModelGroup | undefined;
  readonly #resolveAlias: (alias: string) => ModelGroup | undefined;
  readonly #aliases: GatewayConfig["router"]["modelGroupAlias"];

  constructor(config: Pick<GatewayConfig, "models" | "router">, context: DeploymentContext) {
    this.#context = context;
    const maxBoundNames = context.maxBoundNames ?? MAX_BOUND_NAMES;
    this.#resolveWildcard = toBoundedMap(maxBoundNames, (name) => this.#bindWildcard(name));
    this.#resolveAlias = toBoundedMap(maxBoundNames, (alias) => this.#bindAlias(alias));
    this.#aliases = config.router.modelGroupAlias;
    context.stats.list(new Set(config.models.map(toDeploymentId)));
    const faults: ModelFault[] = [];
    const listed: ListedModel[] = [];
    for (const entry of config.models) {
      try {
        listed.push(toListedModel(entry, context));
      } catch (error) {
        faults.push({ path: `${entry.path}.litellm_params`, message: error instanceof Error ? error.message : "" });
      }
    }
    const deployments = listed.flatMap(({ isWildcard, deployment }) => (isWildcard ? [] : (deployment ?? [])));
    this.faults = faults;
    this.deployments = deployments;
    this.listed = listed;
    const patterns = listed.filter(({ isWildcard }) => isWildcard).map(({ entry }) => entry);
    this.patternNames = [...new Set(patterns.map(({ modelName }) => modelName))];
    this.#wildcards = groupWildcards(patterns);
    for (const deployment of deployments) {
      this.#byId.set(deployment.id, { name: deployment.group, deployments: [deployment] });
      addToGroup(this.#groups, deployment.group, deployment);
      this.#names.keep(deployment.group);
    }
    for (const deployment of deployments) {
      const name = deployment.entry.params.model;
      if (!this.#byUpstreamModel.has(name)) {
        this.#byUpstreamModel.set(name, { name: deployment.group, deployments: [deployment] });
      }
    }
    this.#fillExact();
  }

  /** What wins is set last. */
  #fillExact(): void {
    for (const [name, group] of this.#groups) {
      this.#exact.set(name, group);
    }
    for (const [alias, { model }] of Object.entries(this.#aliases)) {
      this.#names.keep(alias);
      const group = this.#groups.get(model);
      if (group === undefined) {
        this.#exact.delete(alias);
      } else {
        this.#exact.set(alias, { ...group, alias });
      }
    }
    for (const [id, group] of this.#byId) {
      this.#exact.set(id, group);
    }
  }

  /** Public names of groups without stars, in the order of the file. */
  get groupNames(): readonly string[] {
    return [...this.#groups.keys()];
  }

  /** Aliases that may be listed: those that mean something and are not hidden. */
  get visibleAliases(): readonly string[] {
    return Object.entries(this.#aliases)
      .filter(([name, alias]) => !alias.hidden && this.resolve(name) !== undefined)
      .map(([name]) => name);
  }

  /** The group of exactly this public name, aliases and patterns apart. */
  findGroup(name: string): ModelGroup | undefined {
    return this.#groups.get(name);
  }

  /** The public name that these bytes are; `undefined` where they are none, or one that must be decoded to be told. */
  findName(bytes: Uint8Array, start: number, end: number): string | undefined {
    return this.#names.find(bytes, start, end);
  }

  /** The deployment of this id. */
  findDeployment(id: string): Deployment | undefined {
    return this.#byId.get(id)?.deployments[0];
  }

  /** An entry's deployment with another model than its own, as for a health check. @throws TypeError as `toDeployment`. */
  bind(entry: ModelEntry, model: string): Deployment {
    return toDeployment(entry, this.#context, model);
  }

  /** Provider and model that a string such as `openai/gpt-4o` or `gpt-4o` speaks of, whether it is served or not. */
  findProviderModel(text: string): ProviderModel | undefined {
    try {
      return readProviderModel(text, { customProvider: undefined, hasApiBase: false }, this.#context.providers);
    } catch {
      return undefined;
    }
  }

  /**
   * What a requested name means (contract 2.2 C): a deployment id, an alias, a `model_name`, a pattern (the most specific
   * first, `*` last), or the `litellm_params.model` of an entry.
   */
  resolve(requested: string): ModelGroup | undefined {
    const exact = this.#exact.get(requested);
    if (exact !== undefined) {
      return exact;
    }
    return Object.hasOwn(this.#aliases, requested) ? this.#resolveAlias(requested) : this.#resolveOther(requested);
  }

  /** A name that is none of a group's own. */
  #resolveOther(name: string): ModelGroup | undefined {
    return (this.#wildcards.length === 0 ? undefined : this.#resolveWildcard(name)) ?? this.#byUpstreamModel.get(name);
  }

  /** An alias of a name that is none of a group's own. */
  #bindAlias(alias: string): ModelGroup | undefined {
    const group = this.#resolveOther(this.#aliases[alias]?.model ?? alias);
    return group && { ...group, alias };
  }

  #bindWildcard(name: string): ModelGroup | undefined {
    const inferred = name.includes("/") ? undefined : inferProvider(name);
    const spellings = inferred === undefined ? [name] : [name, `${inferred}/${name}`];
    for (const { pattern, entries } of this.#wildcards) {
      for (const spelling of spellings) {
        const captures = pattern.match(spelling);
        const deployments =
          captures === undefined ? [] : entries.flatMap((entry) => this.#bindEntry(entry, captures, spelling));
        if (deployments.length > 0) {
          return { name, deployments };
        }
      }
    }
    return undefined;
  }

  #bindEntry(entry: ModelEntry, captures: readonly string[], requested: string): Deployment[] {
    const { model } = entry.params;
    const target = entry.modelName === "*" && model === "*" ? requested : fillWildcards(model, captures, requested);
    try {
      return [toDeployment(entry, this.#context, target)];
    } catch {
      return []; // The name fits the pattern, but no request can be made of it (`openai/..`): it is no model.
    }
  }
}

/** A pattern's provider and key can be checked before any name has been asked for, unless the name decides them. */
function toListedModel(entry: ModelEntry, context: DeploymentContext): ListedModel {
  const isWildcard = entry.modelName.includes("*");
  const { model } = entry.params;
  const isUndecided = isWildcard && model === "*";
  const deployment = isUndecided ? undefined : toDeployment(entry, context, isWildcard ? fillStars(model) : model);
  return { id: toDeploymentId(entry), entry, isWildcard, deployment };
}

const fillStars = (model: string): string => model.replaceAll("*", "x");

function groupWildcards(entries: readonly ModelEntry[]): WildcardGroup[] {
  const byName = Map.groupBy(entries, (entry) => entry.modelName);
  return [...byName]
    .sort(([left], [right]) => compareSpecificity(left, right))
    .map(([name, group]) => ({ pattern: toWildcardPattern(name), entries: group }));
}

function addToGroup(groups: Map<string, ModelGroup>, name: string, deployment: Deployment): void {
  const deployments = groups.get(name)?.deployments ?? [];
  groups.set(name, { name, deployments: [...deployments, deployment] });
}
