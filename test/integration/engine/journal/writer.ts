import { thisHolder } from '../../../../engine/journal/holder.ts';
import { openJournal } from '../../../../engine/journal/sqlite.ts';
import { Fenced, JournalFull } from '../../../../engine/ports.ts';

/**
 * An engine that does nothing but write: two events a batch, for ever, and the number of the last one
 * on stdout once it is acknowledged. Ends with 75 when fenced, with 28 when the disk is full.
 */
const [path = '', run = ''] = process.argv.slice(2);
// The kernel signals a file that may not grow (`ulimit -f`); the failed write is what counts.
process.on('SIGXFSZ', () => {});
const opened = openJournal({ path, run, holder: thisHolder() });
if (opened.kind !== 'opened') throw new Error(opened.diagnostic.message);
const tick = { at: '2026-01-01T00:00:00.000Z', runMs: 0, event: { kind: 'tick' } };
try {
  for (;;) {
    const seq = await opened.journal.append([tick, tick]);
    process.stdout.write(`${seq}\n`);
    // As between two ticks: without a pause nobody else would ever get the lock.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
} catch (error) {
  process.exitCode = error instanceof Fenced ? 75 : error instanceof JournalFull ? 28 : 1;
  if (process.exitCode === 1) console.error(error);
  await opened.journal.close();
}
