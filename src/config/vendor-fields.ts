import type { FieldTable } from "./declared-field.ts";

/**
 * `litellm_params` that belong to single vendors or clouds (contract 5.2). Providers read them by name from
 * `DeploymentParams.vendor`; they never enter a request body.
 */
export const VENDOR_FIELDS = {
  aws_access_key_id: { type: "text", isSecret: true, description: "AWS: access key." },
  aws_secret_access_key: { type: "text", isSecret: true, description: "AWS: secret key." },
  aws_session_token: { type: "text", isSecret: true, description: "AWS: token of temporary keys." },
  aws_region_name: { type: "text", description: "AWS: region, when the model does not name one." },
  aws_profile_name: { type: "text", isSecret: true, description: "AWS: profile of the shared configuration files." },
  aws_role_name: { type: "text", isSecret: true, description: "AWS: ARN of a role to assume." },
  aws_session_name: { type: "text", description: "AWS: session name of the assumed role." },
  aws_external_id: { type: "text", isSecret: true, description: "AWS: external id for assuming the role." },
  aws_web_identity_token: {
    type: "text",
    isSecret: true,
    description: "AWS: web identity token for assuming the role, or the path of a file that holds one.",
  },
  aws_sts_endpoint: { type: "url", description: "AWS: address of the security token service." },
  aws_bedrock_runtime_endpoint: {
    type: "url",
    description: "Bedrock: address of the runtime, instead of the region's.",
  },
  sagemaker_base_url: {
    type: "url",
    description: "SageMaker: full address of the invocations, instead of the region's.",
  },
  model_id: {
    type: "text",
    description:
      "Bedrock: id or ARN that is called instead of the model's name. SageMaker: inference component of the endpoint.",
  },
  vertex_project: { type: "text", description: "Vertex AI: project." },
  vertex_location: { type: "text", description: "Vertex AI: location." },
  vertex_credentials: {
    type: "json-text",
    isSecret: true,
    description:
      "Vertex AI: service account or workload identity, as JSON, as a mapping or as the path of a file; else the default credentials.",
  },
  vertex_ai_project: { type: "text", description: "Other name of `vertex_project`." },
  vertex_ai_location: { type: "text", description: "Other name of `vertex_location`." },
  vertex_ai_credentials: { type: "json-text", isSecret: true, description: "Other name of `vertex_credentials`." },
  oci_region: { type: "text", description: "OCI: region; `us-ashburn-1` when neither it nor OCI_REGION is set." },
  oci_user: { type: "text", isSecret: true, description: "OCI: OCID of the user whose API key signs." },
  oci_fingerprint: { type: "text", isSecret: true, description: "OCI: fingerprint of the API key." },
  oci_tenancy: { type: "text", isSecret: true, description: "OCI: OCID of the tenancy." },
  oci_key: { type: "text", isSecret: true, description: "OCI: private key of the API key, in PEM." },
  oci_key_file: { type: "text", isSecret: true, description: "OCI: path of a file that holds the private key." },
  token: { type: "text", isSecret: true, description: "watsonx.ai: an access token, instead of an API key." },
  watsonx_region_name: { type: "text", description: "watsonx.ai: region (`us-south` when absent)." },
} as const satisfies FieldTable;

/** A key of {@link VENDOR_FIELDS}. */
export type VendorField = keyof typeof VENDOR_FIELDS;

/** Those that would use an identity, a file or a host of the server: callers may not set them in a `user_config`. */
export const OPERATOR_VENDOR_FIELDS: readonly VendorField[] = [
  "aws_profile_name",
  "aws_role_name",
  "aws_session_name",
  "aws_external_id",
  "aws_web_identity_token",
  "aws_sts_endpoint",
  "aws_bedrock_runtime_endpoint",
  "sagemaker_base_url",
  "vertex_credentials",
  "vertex_ai_credentials",
  "oci_key_file",
];
