import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of the package: its manifest is above `cli/`, or above `dist/cli/`. */
export function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return String(JSON.parse(readFileSync(join(import.meta.dirname, path), 'utf8')).version);
    } catch {
      // The other place has it.
    }
  }
  return 'unknown';
}
