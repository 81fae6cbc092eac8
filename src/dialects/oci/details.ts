import type { JsonObject, RequestContext } from "../../core/translation.ts";

/** Parameters of a deployment that say where a call to OCI's Generative AI runs; they are no parameters of the model. */
export const OCI_PLACE = {
  oci_compartment_id: "",
  oci_serving_mode: "",
  oci_endpoint_id: "",
  servingMode: "",
  compartmentId: "",
} as const;

/**
 * Compartment and serving mode of a call: a model on demand, or the endpoint of a dedicated cluster.
 * Source: `ChatDetails`, `OnDemandServingMode`, `DedicatedServingMode` of PyPI `oci` 2.189.0 (read 2026-11-28).
 */
export function writePlace(body: JsonObject, { model, ledger }: Pick<RequestContext, "model" | "ledger">): JsonObject {
  for (const name of ["servingMode", "compartmentId"]) {
    if (body[name] !== undefined && body[name] !== null) {
      ledger.refuse(name, `'${name}', which the deployment's own parameters say`);
    }
  }
  const { oci_compartment_id: compartmentId, oci_serving_mode: mode, oci_endpoint_id: endpoint } = body;
  const isDedicated = mode === "DEDICATED" || (mode === undefined && typeof endpoint === "string");
  return {
    ...(typeof compartmentId === "string" ? { compartmentId } : {}),
    servingMode: isDedicated
      ? { servingType: "DEDICATED", endpointId: typeof endpoint === "string" ? endpoint : model }
      : { servingType: "ON_DEMAND", modelId: model },
  };
}

/** Cohere's models have a chat format of their own. */
export const isCohere = (model: string): boolean => model.startsWith("cohere.");
