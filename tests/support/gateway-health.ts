import { readdirSync, readlinkSync } from "node:fs";
import type { GatewayProcess } from "./gateway-process.ts";

/** Lines that a healthy process never writes. */
const HARM =
  /a promise was left alone|an error was not caught|stopping failed|request failed|call \S+ failed|flushing finished calls|observer '/;

/** What went wrong inside a gateway, in its own words; empty for one that took no harm. */
export const harmDone = (gateway: GatewayProcess): readonly string[] =>
  gateway
    .logs()
    .split("\n")
    .filter((line) => HARM.test(line));

/** Sockets that a process holds open, listening ones included. */
export const countSockets = (pid: number): number =>
  readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith("socket:");
    } catch {
      return false; // Closed between the listing and the look.
    }
  }).length;

/** Resident memory of a process, in bytes. */
export const residentBytes = async (pid: number): Promise<number> => {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
};
