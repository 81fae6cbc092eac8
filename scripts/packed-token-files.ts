import { readFileSync } from "node:fs";
import type { BunPlugin } from "bun";
import { packTokens } from "../src/catalog/pack-tokens.ts";

/** Puts OpenAI's token files into a program in the form in which they are looked up, so that no gateway has to make it. */
export const packedTokenFiles: BunPlugin = {
  name: "packed-token-files",
  setup(build) {
    build.onLoad({ filter: /\.tiktoken$/ }, ({ path }) => ({
      contents: packTokens(readFileSync(path)),
      loader: "file",
    }));
  },
};
