import { crc32 } from 'node:zlib';

/**
 * SQLite does not notice a bit that flips in a text. So each event carries a checksum of itself and of the
 * one before: what was changed, taken out or put elsewhere shows when it is read. (CRC-32: against
 * accidents, not against somebody who means it.)
 */
export function eventSum(
  before: number,
  { seq, epoch, at, runMs }: { seq: number; epoch: number; at: string; runMs: number },
  json: string,
): number {
  return crc32(`${seq} ${epoch} ${at} ${runMs} ${json}`, before);
}

export function snapshotSum(state: Uint8Array): number {
  return crc32(state);
}
