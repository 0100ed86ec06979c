import { bugs } from './list.ts';
import { commandOf, makeCopy } from './try.ts';

/**
 * node test/bugs/run.ts [NAME...]
 *
 * Makes each known mistake again, in a copy of the sources, and runs the check that has to find it; and each
 * check once more without. Exit code 1 if one is not found, or a check fails anyway.
 */
const names = process.argv.slice(2);
const chosen = bugs.filter(({ name }) => names.length === 0 || names.includes(name));
const copy = await makeCopy();
const sound = new Map<string, boolean>();
let caught = 0;
try {
  for (const bug of chosen) {
    const started = performance.now();
    const command = commandOf(bug.caughtBy);
    const text = command.join(' ');
    if (!sound.has(text)) sound.set(text, (await copy.run(command)) === 0);
    const found = await copy.with(bug, () => copy.run(command));
    const verdict = !sound.get(text) ? 'FAILS ANYWAY' : found === 0 ? 'NOT FOUND' : 'caught';
    if (verdict === 'caught') caught++;
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
    console.log(`${verdict.padEnd(12)} ${seconds} s  ${bug.name.padEnd(30)} ${bug.is} [${text}]`);
  }
} finally {
  await copy.remove();
}
console.log(`${caught}/${chosen.length} caught`);
process.exitCode = caught === chosen.length ? 0 : 1;
