import type { Diagnostic } from '../../dsl/index.ts';

/**
 * Thrown where a journal turns out to be damaged, or to hold what cannot be used, after it was opened: to
 * open it reads no more than its beginning and its end.
 */
export class JournalUnreadable extends Error {
  override readonly name = 'JournalUnreadable';
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic, cause?: unknown) {
    super(diagnostic.message, { cause });
    this.diagnostic = diagnostic;
  }
}

/** The bytes of a record are not those that were written. */
export class DamagedRecord extends Error {
  override readonly name = 'DamagedRecord';
}

/** A record is as it was written, and no event that this release can use. */
export class BadEvent extends Error {
  override readonly name = 'BadEvent';
  readonly seq: number;
  constructor(seq: number, reason: string, cause?: unknown) {
    super(reason, { cause });
    this.seq = seq;
  }
}
