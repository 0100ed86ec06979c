import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogPart } from '../../engine/index.ts';
import { readExit } from '../wrapper/exit-file.ts';

/**
 * A range of what an attempt has written; empty before it starts. A negative `from` counts from the end.
 * `ended` means that nothing will be added behind `from + bytes.length`.
 */
export async function readLog(
  directory: string,
  stream: 'out' | 'err',
  from: number,
  maxBytes: number,
): Promise<LogPart> {
  const over = readExit(directory) !== undefined;
  const file = await open(join(directory, stream === 'out' ? 'stdout' : 'stderr')).catch(
    () => undefined,
  );
  if (!file) return { bytes: new Uint8Array(), from: 0, size: 0, ended: over };
  try {
    const { size } = await file.stat();
    const start = Math.min(from < 0 ? Math.max(0, size + from) : from, size);
    const wanted = Math.min(maxBytes, size - start);
    const { buffer, bytesRead } = await file.read(new Uint8Array(wanted), 0, wanted, start);
    return {
      bytes: buffer.subarray(0, bytesRead),
      from: start,
      size,
      ended: over && start + bytesRead >= size,
    };
  } finally {
    await file.close();
  }
}
