import { inferProvider } from "../catalog/model-names.ts";
import type { ModelFacts, PriceBook, PriceQuery } from "../catalog/price-book.ts";
import { toDeploymentId } from "../config/deployment-id.ts";
import type { Environment } from "../config/environment-references.ts";
import type { ModelEntry } from "../config/gateway-config.ts";
import { didYouMean, findNearestName, likelyEdits } from "../config/nearest-name.ts";
import { OPERATIONS, type Operation } from "../core/operation.ts";
import { type CloudIdentities, toCredential } from "../providers/credential.ts";
import { type PreparedRoute, prepareRoute } from "../providers/prepared-route.ts";
import type { Provider } from "../providers/provider.ts";
import type { DeploymentStats, StatsTable } from "./deployment-stats.ts";
import { findWay } from "./way.ts";

/** One way to reach one model: a `model_list` entry, or such an entry with its wildcard filled in. */
export interface Deployment {
  readonly id: string;
  /** Public name of the group it belongs to: the entry's `model_name`. */
  readonly group: string;
  readonly entry: ModelEntry;
  readonly provider: Provider;
  /** The vendor's name for the model, without the provider prefix. */
  readonly upstreamModel: string;
  readonly routes: Readonly<Partial<Record<Operation, PreparedRoute>>>;
  /** Base URL without query. */
  readonly apiBase: string;
  /** Its state at run time; the same object before and after a reload. */
  readonly stats: DeploymentStats;
  /** Price and limits of its model, looked up when first asked for. */
  readonly facts: LazyFacts;
}

/** Price and limits that are looked up once. */
export class LazyFacts {
  readonly #find: () => ModelFacts;
  #found: ModelFacts | undefined;

  constructor(find: () => ModelFacts) {
    this.#find = find;
  }

  get value(): ModelFacts {
    this.#found ??= this.#find();
    return this.#found;
  }
}

/** What deployments are made with: the provider table and the world outside, handed in at boot. */
export interface DeploymentContext {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly environment: Environment;
  readonly identities: CloudIdentities;
  readonly stats: StatsTable;
  readonly prices: PriceBook;
  /** What they are made ready for; every operation when absent. */
  readonly operations?: readonly Operation[];
  /** How many names bound to wildcards are remembered; the table's own bound when absent. */
  readonly maxBoundNames?: number;
}

/** A provider and the model's name with it. */
export interface ProviderModel {
  readonly provider: Provider;
  readonly model: string;
}

/**
 * Which provider a model string means: `custom_llm_provider`, the prefix before the first slash, a well-known name, and
 * with an `api_base` any OpenAI-compatible server (contract 2.5).
 * @throws TypeError when no provider can be told.
 */
export function readProviderModel(
  text: string,
  hints: { readonly customProvider: string | undefined; readonly hasApiBase: boolean },
  providers: ReadonlyMap<string, Provider>,
): ProviderModel {
  const slash = text.indexOf("/");
  const prefix = slash < 0 ? "" : text.slice(0, slash);
  if (hints.customProvider !== undefined) {
    const provider = getProvider(hints.customProvider, providers);
    return { provider, model: prefix === provider.name ? text.slice(slash + 1) : text };
  }
  const byPrefix = providers.get(prefix);
  if (byPrefix !== undefined) {
    return { provider: byPrefix, model: text.slice(slash + 1) };
  }
  const inferred = inferProvider(text) ?? (hints.hasApiBase ? "openai" : undefined);
  if (inferred !== undefined) {
    return { provider: getProvider(inferred, providers), model: text };
  }
  const nearest = slash < 0 ? undefined : findNearestName(prefix, providers.keys(), likelyEdits(prefix));
  const hint =
    nearest === undefined ? `for example 'openai/${text}'` : `did you mean '${nearest}${text.slice(slash)}'?`;
  throw new TypeError(`LLM Provider NOT provided: '${text}' names no provider. Write it as 'provider/model'; ${hint}`);
}

function getProvider(name: string, providers: ReadonlyMap<string, Provider>): Provider {
  const provider = providers.get(name);
  if (provider === undefined) {
    const known = [...providers.keys()].sort();
    throw new TypeError(`provider '${name}' is not built${didYouMean(name, known)}; known are ${known.join(", ")}`);
  }
  return provider;
}

/**
 * Makes a deployment of a `model_list` entry. For a wildcard entry, `requested` is the model string with its stars
 * filled in.
 * @throws TypeError with a message for the operator when the entry cannot work.
 */
export function toDeployment(
  entry: ModelEntry,
  context: DeploymentContext,
  requested = entry.params.model,
): Deployment {
  const { params } = entry;
  const { provider, model } = readProviderModel(
    requested,
    { customProvider: params.customLlmProvider, hasApiBase: params.apiBase !== undefined },
    context.providers,
  );
  const { environment, identities } = context;
  const credential = toCredential(provider, { params, environment, identities, model });
  if (credential === undefined) {
    const names = provider.authorization.env.join(" or ");
    throw new TypeError(`no key for provider '${provider.name}': set api_key${names === "" ? "" : ` or ${names}`}`);
  }
  const routes: Partial<Record<Operation, PreparedRoute>> = {};
  let apiBase = "";
  for (const operation of context.operations ?? OPERATIONS) {
    const way = findWay(provider, operation, model);
    if (way !== undefined) {
      const route = prepareRoute({ provider, operation, way, model, params, credential, environment });
      routes[operation] = route;
      apiBase ||= route.apiBase;
    }
  }
  const id = toDeploymentId(entry);
  // The models behind one wildcard are healthy or busy each on its own.
  const stats = context.stats.of(requested === params.model ? id : `${id}#${model}`);
  const facts = new LazyFacts(() => context.prices.find(toQuery(entry, provider.name, model)));
  return { id, group: entry.modelName, entry, provider, upstreamModel: model, routes, apiBase, stats, facts };
}

const toQuery = ({ params, info }: ModelEntry, provider: string, model: string): PriceQuery => ({
  own: { ...info.raw, ...params.prices },
  baseModel: info.baseModel,
  provider,
  model,
});

/**
 * Tokens of the longest prompt that a deployment takes: what its entry says, of chats else the model's published context
 * window; infinite where nobody knows. Windows of other operations are for one text of many.
 */
export const maxPromptTokensOf = ({ entry, facts }: Deployment, operation: Operation): number =>
  entry.params.maxInputTokens ??
  (operation === "chat" ? facts.value.limits.maxInputTokens : undefined) ??
  Number.POSITIVE_INFINITY;

/** Whether a deployment stands for any name that fits a pattern: such ones never cool down (contract 2.5, 4.7). */
export const isWildcardDeployment = ({ entry }: Deployment): boolean => entry.modelName.includes("*");
