import { readFileSync } from 'node:fs';

/** Of a log and its frames: https://www.sqlite.org/fileformat2.html#the_write_ahead_log */
const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC_LITTLE = 0x377f0682;
const MAGIC_BIG = 0x377f0683;

/**
 * What is wrong with the write-ahead log beside a journal, undefined if nothing is. SQLite takes a log up to
 * its first bad frame and says nothing of what is behind. A torn end is what a crash leaves: it is of the
 * one transaction that nobody was told of. Two transactions behind a bad frame were told of, since each is on the disk
 * before the next begins. To be asked before the journal is opened, which may write.
 */
export function findLogDamage(journal: string): string | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(`${journal}-wal`);
  } catch {
    return undefined;
  }
  if (bytes.length < HEADER + FRAME_HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = view.getUint32(0);
  const pageSize = view.getUint32(8);
  const isLittle = magic === MAGIC_LITTLE;
  const frameSize = FRAME_HEADER + pageSize;
  const isSane = (isLittle || magic === MAGIC_BIG) && pageSize >= 512 && pageSize <= 65_536;
  const sum: Sum = { a: 0, b: 0 };
  if (isSane) add(sum, view, 0, 24, isLittle);
  if (!isSane || sum.a !== view.getUint32(24) || sum.b !== view.getUint32(28)) {
    return 'the header of its log is not as it was written';
  }
  let told = 0;
  let isBroken = false;
  for (let at = HEADER; at + frameSize <= bytes.length; at += frameSize) {
    // Left over from before the log began anew.
    if (view.getUint32(at + 8) !== view.getUint32(16)) break;
    if (view.getUint32(at + 12) !== view.getUint32(20)) break;
    if (!isBroken) {
      add(sum, view, at, 8, isLittle);
      add(sum, view, at + FRAME_HEADER, pageSize, isLittle);
      isBroken = sum.a !== view.getUint32(at + 16) || sum.b !== view.getUint32(at + 20);
    }
    if (isBroken && view.getUint32(at + 4) > 0) told++;
  }
  return told >= 2 ? `its log is damaged before its last ${told} transactions` : undefined;
}

interface Sum {
  a: number;
  b: number;
}

function add(sum: Sum, view: DataView, from: number, length: number, isLittle: boolean): void {
  let { a, b } = sum;
  for (let at = from; at < from + length; at += 8) {
    a = (a + view.getUint32(at, isLittle) + b) >>> 0;
    b = (b + view.getUint32(at + 4, isLittle) + a) >>> 0;
  }
  sum.a = a;
  sum.b = b;
}
