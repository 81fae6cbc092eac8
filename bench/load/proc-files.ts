/** One line of `/proc/PID/stat`, as far as it is needed here. */
export interface ProcStat {
  readonly pid: number;
  /** Session id: the pid of the process that was started detached, shared by all its descendants. */
  readonly session: number;
  /** User plus system time of all threads, ended ones too, in clock ticks. */
  readonly cpuTicks: number;
  readonly residentPages: number;
}

/**
 * Reads `/proc/PID/stat` (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, read 2026-11-23). The command name
 * may hold spaces and brackets, so fields are counted from the last `)`. Throws a SyntaxError on anything else.
 */
export function readProcStat(text: string): ProcStat {
  const nameEnd = text.lastIndexOf(")");
  const fields = text.slice(nameEnd + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3]);
  const stat = {
    pid: Number.parseInt(text, 10),
    session: field(6),
    cpuTicks: field(14) + field(15),
    residentPages: field(24),
  };
  if (nameEnd < 0 || Object.values(stat).some((value) => !Number.isFinite(value))) {
    throw new SyntaxError(`not a /proc/PID/stat line: ${text.slice(0, 80)}`);
  }
  return stat;
}

/** Reads the time on the CPU, in milliseconds, from a thread's `/proc/PID/task/TID/schedstat`; undefined if it has none. */
export function readSchedstatMs(text: string): number | undefined {
  const nanos = Number.parseInt(text, 10);
  return Number.isFinite(nanos) ? nanos / 1e6 : undefined;
}
