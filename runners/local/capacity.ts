import { availableParallelism, totalmem } from 'node:os';

/** What of this machine the process may use: cpus, and bytes of memory. */
export function machineCapacity(): { readonly cpus: number; readonly memoryBytes: number } {
  return { cpus: availableParallelism(), memoryBytes: machineMemory() };
}

/** A cgroup's limit counts where it is lower; without one Node says 0 or something vast. */
function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
