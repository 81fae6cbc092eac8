import type { JsonObject } from "../../core/translation.ts";

/** How a route's variant of the Messages API differs from Anthropic's own; the keys of a route's `options`. */
export interface MessagesOptions {
  /** Sent in the body as `anthropic_version`, for clouds that take it there (`vertex-2023-10-16`, `bedrock-2023-05-31`). */
  readonly anthropicVersion: string | undefined;
  /** The model is in the path, not in the body. */
  readonly omitsModel: boolean;
  /** Whether an answer is streamed is told by the path, not by the body. */
  readonly omitsStream: boolean;
  /** Beta features are named in the body (`anthropic_beta`), not in a header. */
  readonly betasInBody: boolean;
  /** URLs of images and documents are fetched by the gateway, as the vendor takes none. */
  readonly takesNoUrls: boolean;
  /** `false`: no `output_config.format` and no strict tools, whatever the model could. */
  readonly structuredOutputs: boolean;
}

/** Reads a route's options; Anthropic's own API has none. */
export const readMessagesOptions = (options: JsonObject): MessagesOptions => {
  const { anthropicVersion, omitsModel, omitsStream, betasInBody, takesNoUrls, structuredOutputs } = options;
  return {
    anthropicVersion: typeof anthropicVersion === "string" ? anthropicVersion : undefined,
    omitsModel: omitsModel === true,
    omitsStream: omitsStream === true,
    betasInBody: betasInBody === true,
    takesNoUrls: takesNoUrls === true,
    structuredOutputs: structuredOutputs !== false,
  };
};
