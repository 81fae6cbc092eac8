import { join } from "node:path";
import { within } from "./within.ts";

/** How a command ended and what it wrote. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = join(import.meta.dir, "..", "..", "src", "main.ts");

/** Runs the program until it ends by itself; nothing of the environment is inherited. */
export const runPortolan = async (
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<CommandResult> => {
  const child = Bun.spawn([process.execPath, MAIN, ...args], {
    env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  try {
    const [stdout, stderr, code] = await within(
      Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]),
      `the end of ${args.join(" ")}`,
      4000,
    );
    return { code, stdout, stderr };
  } finally {
    child.kill("SIGKILL");
  }
};
