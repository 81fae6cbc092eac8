import { formatConfigReference } from "../src/config/config-reference.ts";
import { readSourceFiles, renderModuleList } from "./generate-module-list.ts";

/** Every generated file with its text; `npm run check` compares, `npm run generate` writes. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const providers = renderModuleList(readSourceFiles("src/providers"), {
    markers: ["defineProvider("],
    typeModule: "./provider",
    typeName: "Provider",
    listName: "PROVIDERS",
    description: "Every vendor the gateway knows, in the order of their file names.",
  });
  const endpoints = renderModuleList(readSourceFiles("src/endpoints"), {
    markers: ["defineInference(", "definePlain("],
    typeModule: "../http/endpoint",
    typeName: "Endpoint",
    listName: "ENDPOINTS",
    description: "Every endpoint of the gateway, in the order of their file names.",
  });
  return new Map([
    ["src/providers/all.ts", providers],
    ["src/endpoints/all.ts", endpoints],
    ["docs/reference/config.md", formatConfigReference()],
  ]);
}

if (import.meta.main) {
  for (const [path, text] of generatedFiles()) {
    await Bun.write(path, text);
  }
}
