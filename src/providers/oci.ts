import type { DeploymentParams } from "../config/gateway-config.ts";
import { ociCredential } from "./oci-signature.ts";
import { bearer, defineProvider } from "./provider.ts";

/** Generative AI of Oracle Cloud. The compartment that a call belongs to is the parameter `oci_compartment_id`. */
export const oci = defineProvider({
  name: "oci",
  title: "Oci",
  source: "https://docs.oracle.com/iaas/api/#/en/generative-ai-inference/20231130/ (read 2026-11-28)",
  baseUrl: undefined,
  hostFamilies: ["*.oci.oraclecloud.com"],
  baseUrlOf: ({ vendor }: DeploymentParams, environment) =>
    `https://inference.generativeai.${vendor.oci_region ?? environment["OCI_REGION"] ?? "us-ashburn-1"}.oci.oraclecloud.com`,
  needs: {
    keys: "`oci_user`, `oci_fingerprint`, `oci_tenancy`, and `oci_key` or `oci_key_file`; or the variables `OCI_USER` and so on",
    address: "by `oci_region` or `OCI_REGION`, else `us-ashburn-1`",
  },
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
