/** Milliseconds that this process has computed for so far. Unlike the clock it does not run while others have the CPU. */
export const cpuTimeMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
