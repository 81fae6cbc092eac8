import { COHERE } from "./cohere-routes.ts";
import { defineProvider } from "./provider.ts";

/** Cohere. */
export const cohere = defineProvider({ name: "cohere", ...COHERE });
