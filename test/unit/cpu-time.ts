/** CPU time of some work, in milliseconds: a busy machine does not make it longer, as it does the time of the clock. */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e3;
}
