import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Packs what the payload and the pilot said, below a folder named as PanDA's pilot does. */
export function storeLog(directory: string, to: string, jobId: number, queue: string): void {
  const folder = `tarball_PandaJob_${jobId}_${queue}`;
  mkdirSync(join(directory, folder));
  for (const name of ['payload.stdout', 'payload.stderr', 'pilotlog.txt'])
    if (existsSync(join(directory, name)))
      renameSync(join(directory, name), join(directory, folder, name));
  // Whole at once for whoever reads the storage; jobs of a task may share a name.
  const part = `${to}.${jobId}.part`;
  const done = spawnSync('tar', ['-C', directory, '-czf', part, folder]);
  if (done.status !== 0) throw new Error(`tar: ${done.stderr}`);
  renameSync(part, to);
  rmSync(join(directory, folder), { recursive: true });
}

/** The `job_output_report` of files in the storage; a file without a given id gets a new one. */
export function reportOf(
  storage: string,
  names: readonly string[],
  guids: Readonly<Record<string, string>>,
): object {
  return Object.fromEntries(
    names.map((name) => {
      const data = readFileSync(join(storage, name));
      const guid = guids[name] ?? randomUUID();
      return [name, { guid, fsize: data.length, adler32: adler32(data) }];
    }),
  );
}

const LARGEST_PRIME = 65_521;

/** Adler-32 (RFC 1950, 8.2) as eight hexadecimal digits. */
export function adler32(data: Uint8Array): string {
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % LARGEST_PRIME;
    b = (b + a) % LARGEST_PRIME;
  }
  return (b * 65_536 + a).toString(16).padStart(8, '0');
}
