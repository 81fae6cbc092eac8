import { Glob } from "bun";

/** Lines at which a file must be split; tables, wire types and generated files are exempt. */
const MAX_LINES = 400;

interface Rule {
  readonly pattern: RegExp;
  readonly message: string;
  /** Paths, relative to the root, where the rule does not hold. */
  readonly except: RegExp;
}

const RULES: readonly Rule[] = [
  {
    pattern: /provider\.name\s*===/,
    message: "declare the difference in the provider instead of testing its name",
    except: /^src\/providers\//,
  },
  { pattern: /\bprocess\.env\b/, message: "the environment is passed in", except: /^src\/main\.ts$/ },
  {
    pattern: /\bBun\.connect\b|\bnet\.connect\b|(?<![.\w])fetch\(/,
    message: "only upstream/ opens client sockets",
    // A page asks its own gateway.
    except: /^(?:src\/(?:upstream\/|cli\/probe\.ts$)|web\/)/,
  },
];

/** What is wrong with one source file. */
export function findSourceFaults(path: string, text: string): string[] {
  const faults: string[] = [];
  const lines = text.split("\n");
  if (lines.length > MAX_LINES + 1) {
    faults.push(`${path}: ${lines.length} lines, over ${MAX_LINES}: split it by idea`);
  }
  for (const { pattern, message, except } of RULES) {
    const at = except.test(path) ? -1 : lines.findIndex((line) => pattern.test(line));
    if (at >= 0) {
      faults.push(`${path}:${at + 1}: ${message}`);
    }
  }
  return faults;
}

/** What is wrong in the whole tree. */
export async function checkSource(): Promise<string[]> {
  const faults: string[] = [];
  for (const path of new Glob("{src,web/src}/**/*.{ts,tsx}").scanSync(".")) {
    if (!path.endsWith(".test.ts") && !path.endsWith("/all.ts")) {
      faults.push(...findSourceFaults(path, await Bun.file(path).text()));
    }
  }
  return faults.sort();
}
