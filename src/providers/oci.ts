import type { DeploymentParams } from "../config/gateway-config.ts";
import { ociCredential } from "./oci-signature.ts";
import { bearer, defineProvider } from "./provider.ts";

/** Regions are part of host names, and callers name them in a `user_config`: nothing else may pass for one. */
const REGION = /^[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}$/;

/** The address of a region. @throws TypeError on a text that is none */
function toOciUrl(region: string): string {
  if (!REGION.test(region)) {
    throw new TypeError(`'${region}' is no region of OCI: write it as 'us-ashburn-1'`);
  }
  return `https://inference.generativeai.${region}.oci.oraclecloud.com`;
}

/** Generative AI of Oracle Cloud. The compartment that a call belongs to is the parameter `oci_compartment_id`. */
export const oci = defineProvider({
  name: "oci",
  title: "Oci",
  source: "https://docs.oracle.com/iaas/api/#/en/generative-ai-inference/20231130/ (read 2026-11-28)",
  baseUrl: undefined,
  hostFamilies: ["*.oci.oraclecloud.com"],
  baseUrlOf: ({ vendor }: DeploymentParams, environment) =>
    toOciUrl(vendor.oci_region ?? environment["OCI_REGION"] ?? "us-ashburn-1"),
  needs: {
    keys: "`oci_user`, `oci_fingerprint`, `oci_tenancy`, and `oci_key` or `oci_key_file`; or the variables `OCI_USER` and so on",
    address: "by `oci_region` or `OCI_REGION`, else `us-ashburn-1`",
  },
  placeFields: ["oci_compartment_id", "oci_serving_mode", "oci_endpoint_id"],
  authorization: bearer("OCI_KEY"),
  credential: ociCredential,
  routes: {
    chat: { dialect: "oci-chat", path: "/20231130/actions/chat", edits: { drop: ["user"] } },
    embedding: {
      dialect: "oci-embed",
      path: "/20231130/actions/embedText",
      textInputOnly: true,
      floatsOnly: true,
      edits: { drop: ["user"] },
    },
  },
});
