import { statSync } from 'node:fs';

/** Where the backup of a journal is: beside it, so that a move or a removal of the run takes both. */
export function backupPath(journal: string): string {
  return `${journal}.backup`;
}

/** When the last backup was finished; undefined if there is none. */
export function backupTime(journal: string): Date | undefined {
  try {
    return statSync(backupPath(journal)).mtime;
  } catch {
    return undefined;
  }
}

/** All files that may stand beside a journal and belong to it, the journal itself included. */
export function journalFiles(journal: string): readonly string[] {
  const side = ['', '-wal', '-shm', '-journal'];
  const parts = ['', '.backup', '.backup.new', '.damaged', '.restored.0', '.restored.1', '.v1'];
  return parts.flatMap((part) => side.map((suffix) => `${journal}${part}${suffix}`));
}
