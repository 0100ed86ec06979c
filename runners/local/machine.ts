import { existsSync } from 'node:fs';
import type { Diagnostic } from '../../engine/index.ts';

/** E0901 for each thing that the local runner builds on and this machine lacks. */
export async function checkMachine(): Promise<readonly Diagnostic[]> {
  const missing = ['/proc/self/stat', '/proc/uptime', '/bin/sh'].filter(
    (path) => !existsSync(path),
  );
  return missing.map((path) => ({
    code: 'E0901',
    severity: 'error',
    message: `the local runner needs \`${path}\`, which this machine does not have`,
    hint: 'run on Linux, or in a Linux container or virtual machine',
  }));
}
