import { existsSync } from "node:fs";
import { join } from "node:path";
import { startConformanceGateway, TESTED } from "../tests/conformance/conformance-gateway.ts";
import { casesOf, FIXTURES, playCase } from "../tests/conformance/provider-fixtures.ts";

/**
 * Writes the fixtures of the conformance suite's canonical calls that do not exist yet; with provider names as
 * arguments, all of theirs anew. Read the difference before it is kept: a fixture says what must be sent.
 */
async function recordFixtures(anew: readonly string[]): Promise<number> {
  const gateway = startConformanceGateway();
  let written = 0;
  try {
    for (const [name, provider] of TESTED) {
      for (const fixtureCase of casesOf(provider)) {
        const folder = join(FIXTURES, name, fixtureCase.name);
        if (existsSync(folder) && !anew.includes(name)) {
          continue;
        }
        for (const [file, text] of Object.entries(await playCase(gateway, provider, fixtureCase))) {
          await Bun.write(join(folder, file), text);
        }
        written++;
      }
    }
  } finally {
    await gateway.stop();
  }
  return written;
}

if (import.meta.main) {
  console.log(`${await recordFixtures(Bun.argv.slice(2))} fixtures written`);
}
