import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The claim of an attempt: made with O_EXCL before the payload, so that of any number of copies one
 * runs. Its holder is a process known by boot, pid and start time, as pids and host names come again.
 */
export interface Claim {
  readonly attempt: string;
  readonly submission: string;
  readonly externalId: string;
  readonly host: string;
  readonly bootId: string;
  /** 0: taken by the engine so that nobody runs the attempt any more. */
  readonly pid: number;
  /** In clock ticks since boot: field 22 of `/proc/<pid>/stat`. */
  readonly processStart: string;
  readonly startedAtMs: number;
}

export type ClaimState =
  | { readonly kind: 'none' }
  | { readonly kind: 'taken'; readonly claim: Claim }
  /** Its holder was stopped between making and writing it, or is just about to write. */
  | { readonly kind: 'unwritten' };

export function readClaim(directory: string): ClaimState {
  let text: string;
  try {
    text = readFileSync(join(directory, 'claim'), 'utf8');
  } catch {
    return { kind: 'none' };
  }
  if (!text.endsWith('\n')) return { kind: 'unwritten' };
  try {
    return { kind: 'taken', claim: JSON.parse(text) as Claim };
  } catch {
    return { kind: 'unwritten' };
  }
}

/** Takes the claim for the engine; false if somebody has it. After this no copy of the attempt can start. */
export function takeClaim(
  directory: string,
  fields: Pick<Claim, 'attempt' | 'submission' | 'externalId' | 'host' | 'bootId' | 'startedAtMs'>,
): boolean {
  const claim: Claim = { ...fields, pid: 0, processStart: '' };
  try {
    writeFileSync(join(directory, 'claim'), `${JSON.stringify(claim)}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
