import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchHost } from '../../runners/index.ts';
import type { Context, ExitCode } from '../context.ts';

/** `braid watchdog DIRECTORY LEASE`: started by a worker beside itself; ends by itself. */
export async function watchdog(
  _context: Context,
  directory: string,
  lease: string,
): Promise<ExitCode> {
  // What ends a terminal's programs is not meant for what keeps their lanes in order.
  for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(name, () => {});
  const worker = JSON.parse(readFileSync(join(directory, 'worker.json'), 'utf8'));
  await watchHost({ directory, worker, leaseMs: Number(lease) });
  return 0;
}
