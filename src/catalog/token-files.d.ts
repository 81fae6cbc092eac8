/** A file of tokens as OpenAI publishes them; importing it with `{ type: "file" }` gives its path. */
declare module "*.tiktoken" {
  const path: string;

  export = path;
}
