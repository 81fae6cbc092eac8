import type { FakeUpstream } from "./fake-upstream.ts";
import { modelEntry, openaiParams } from "./gateway-setup.ts";

/** Names of a group's deployments, at the vendor and as deployment ids: `pair-1`, `pair-2`, ... */
export const deploymentNames = (group: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${group}-${index + 1}`);

/** How many deployments each model group has. */
export type GroupSizes = Readonly<Record<string, number>>;

/** The vendor's models behind {@link groupEntries}, for a fake upstream that is to know them. */
export const modelsOfGroups = (sizes: GroupSizes): readonly string[] =>
  Object.entries(sizes).flatMap(([group, count]) => deploymentNames(group, count));

/**
 * `model_list` entries of groups whose deployments differ in nothing but their names.
 * @param params further `litellm_params`, by deployment name
 */
export const groupEntries = (
  upstream: Pick<FakeUpstream, "url">,
  sizes: GroupSizes,
  params: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): readonly Readonly<Record<string, unknown>>[] =>
  Object.entries(sizes).flatMap(([group, count]) =>
    deploymentNames(group, count).map((name) =>
      modelEntry(group, openaiParams(upstream, `openai/${name}`, params[name]), { id: name }),
    ),
  );

/** The models that the vendor was asked for, in the order of arrival. */
export const askedModels = (upstream: Pick<FakeUpstream, "requests">): readonly (string | undefined)[] =>
  upstream.requests.map(({ model }) => model);

/** A vendor's refusal in OpenAI's shape. */
export const vendorError = (
  status: number,
  fields: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown } => ({
  status,
  headers,
  body: { error: { message: `vendor says ${status}`, type: "vendor_type", param: null, code: null, ...fields } },
});
