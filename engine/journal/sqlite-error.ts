import type { Diagnostic } from '../../dsl/index.ts';
import { backupTime } from './backup-file.ts';
import { BadEvent, DamagedRecord, JournalUnreadable } from './unreadable.ts';

/** Result codes of SQLite: https://www.sqlite.org/rescode.html */
const FULL = 13;
const IOERR_WRITE = 778;
const IOERR_SHMSIZE = 4874;
const CORRUPT = 11;
const NOTADB = 26;
const CANTOPEN = 14;
const READONLY = 8;
const BUSY = 5;

/** The extended result code of an error of `node:sqlite`; undefined for any other error. */
export function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code : undefined;
}

/**
 * The disk or the quota is full, or the file may not grow (EDQUOT and EFBIG arrive as a failed write).
 * In all these cases SQLite has rolled back: no commit record was written whole.
 */
export function isFull(error: unknown): boolean {
  const code = resultCode(error);
  if (code === undefined) return (error as NodeJS.ErrnoException | null)?.code === 'ENOSPC';
  return (code & 0xff) === FULL || code === IOERR_WRITE || code === IOERR_SHMSIZE;
}

/** `ERROR`, `MISMATCH` and such: its tables are not ours any more, since our statements are right. */
const FOREIGN: ReadonlySet<number> = new Set([1, 19, 20, 25]);

export function isDamaged(error: unknown): boolean {
  const code = (resultCode(error) ?? 0) & 0xff;
  return code === CORRUPT || code === NOTADB || FOREIGN.has(code);
}

export function isUnopenable(error: unknown): boolean {
  const code = (resultCode(error) ?? 0) & 0xff;
  return code === CANTOPEN || code === READONLY;
}

/** Another process has a lock and does not let go of it. */
function isBusy(error: unknown): boolean {
  return ((resultCode(error) ?? 0) & 0xff) === BUSY;
}

/** What is shown when a journal cannot be opened or read; undefined for what is no fault of the file. */
export function openingDiagnostic(path: string, error: unknown): Diagnostic | undefined {
  if (error instanceof JournalUnreadable) return error.diagnostic;
  if (error instanceof BadEvent) return badEvent(path, error);
  if (isDamaged(error) || error instanceof DamagedRecord) {
    return damaged(path, (error as Error).message);
  }
  if (isFull(error)) {
    return {
      code: 'E1104',
      severity: 'error',
      message: `no space is left for the journal \`${path}\``,
      hint: 'make room on this disk or quota, or keep the journal elsewhere with `--journal DIR`',
    };
  }
  if (isBusy(error)) {
    return {
      code: 'E1105',
      severity: 'error',
      message: `the journal \`${path}\` is locked by a process that does not go on`,
      hint: 'an engine that was stopped while it wrote: continue it (`kill -CONT PID`) or end it',
    };
  }
  if (resultCode(error) !== undefined) {
    return {
      code: 'E1105',
      severity: 'error',
      message: `the journal \`${path}\` cannot be opened: ${(error as Error).message}`,
    };
  }
  return undefined;
}

/** E1101: the bytes are not those that were written. */
export function damaged(path: string, detail: string): Diagnostic {
  const backedUpAt = backupTime(path);
  return {
    code: 'E1101',
    severity: 'error',
    message: `the journal \`${path}\` is damaged: ${detail}`,
    notes: ['attempts keep their own `exit.json`: no result is lost with the journal'],
    hint: backedUpAt
      ? `\`braid resume RUN --restore\` goes on from its backup of ${backedUpAt.toISOString()}`
      : 'it has no backup (one is made each hour): `braid resume RUN --restore` goes on from what can be read, else put back a copy, or start a new run, which uses finished results again',
  };
}

/** E1106: nothing is done with a journal that holds what nobody understands. */
function badEvent(path: string, { seq, message }: BadEvent): Diagnostic {
  return {
    code: 'E1106',
    severity: 'error',
    message: `event ${seq} of the journal \`${path}\` cannot be used: ${message}`,
    hint: 'read the run with the release that wrote it; other runs are not touched by this one',
  };
}
