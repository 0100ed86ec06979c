import { closeSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs';

/** What an attempt may write to one of its streams before the middle of it is left out. */
export const LOG_BYTES = 2 ** 30;
/** Of the end, so much stays in any case. */
const TAIL_BYTES = 2 ** 20;

/**
 * Leaves the middle of a log out if it is longer than `capBytes`: the first half of the cap and the last
 * MiB (or a quarter of the cap) stay, with a line between that says how much is missing. The writer may be
 * at it meanwhile, as long as it appends; what it adds in just this moment may be left out too. A log that
 * cannot be read or written stays as it is.
 */
export function capLog(path: string, capBytes: number): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= capBytes) return;
  let file: number | undefined;
  try {
    file = openSync(path, 'a+');
    const head = Math.floor(capBytes / 2);
    const tail = Buffer.alloc(Math.min(TAIL_BYTES, Math.floor(capBytes / 4)));
    const length = readSync(file, tail, 0, tail.length, size - tail.length);
    const left = size - head - length;
    ftruncateSync(file, head);
    const line = Buffer.from(`\n[braid: ${left} bytes are left out here]\n`);
    writeSync(file, Buffer.concat([line, tail.subarray(0, length)]));
  } catch {
    // A full disk must not end the engine: the next look tries again.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
