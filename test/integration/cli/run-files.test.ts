import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findRun, makeNewRun, makeRunDirectory, runIds } from '../../../cli/compose/run-files.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'braid-runs-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const runs = ['3aaaaa0001', '3aaaaa0002', '3aaabb0001'];

test('a run is found by its id, by a unique beginning of it, or as the last', () => {
  for (const run of [...runs].reverse()) makeRunDirectory(home, run);
  expect(runIds(home)).toEqual(runs);
  expect(findRun(home, '3aaaaa0002').run).toBe('3aaaaa0002');
  expect(findRun(home, '3aaab').run).toBe('3aaabb0001');
  expect(findRun(home, 'last').run).toBe('3aaabb0001');
  expect(findRun(home, 'last').journal).toBe(join(home, '.braid/runs/3aaabb0001/journal.db'));
});

test('the newest run is the last, however quickly they follow each other', () => {
  for (let i = 0; i < 20; i++) {
    const made = makeNewRun(home);
    writeFileSync(made.journal, '');
    expect(findRun(home, 'last').run).toBe(made.run);
  }
  expect(() => makeRunDirectory(home, findRun(home, 'last').run)).toThrow('EEXIST');
});

test('where no run can be made, it ends with the reason', () => {
  expect(() => makeNewRun('/proc/nowhere/at/all')).toThrow('ENOENT');
  mkdirSync(join(home, '.braid'));
  writeFileSync(join(home, '.braid/runs'), '');
  expect(() => makeNewRun(home)).toThrow('ENOTDIR');
});

test('what names no run, or several, is wrong usage that says what to do', () => {
  expect(() => findRun(home, 'last')).toThrow('there are no runs in');
  for (const run of runs) makeRunDirectory(home, run);
  expect(() => findRun(home, '4')).toThrow('there is no run `4`');
  expect(() => findRun(home, '3aaaaa')).toThrow('begins 2 runs: 3aaaaa0001, 3aaaaa0002');
  expect(() => findRun(home, '../..')).toThrow('there is no run');
});

test('what is no run in the directory of runs is left alone', () => {
  makeRunDirectory(home, '3aaaaa0001');
  mkdirSync(join(home, '.braid/runs/notes'));
  writeFileSync(join(home, '.braid/runs/zzz.txt'), '');
  expect(runIds(home)).toEqual(['3aaaaa0001']);
});

test('a journal that is kept elsewhere is found again', () => {
  const elsewhere = join(home, 'fast-disk');
  const made = makeRunDirectory(home, '3aaaaa0001', { journal: elsewhere });
  expect(made.journal).toBe(join(elsewhere, '3aaaaa0001.db'));
  expect(findRun(home, 'last').journal).toBe(made.journal);
  const pointer = join(made.directory, 'journal.path');
  expect(readFileSync(pointer, 'utf8')).toBe(`${made.journal}\n`);
});

test('attempts that are elsewhere are found again; what is not kept there stays', () => {
  const work = join(home, 'scratch');
  const made = makeRunDirectory(home, '3aaaaa0001', { work });
  expect(made.directory).toBe(join(work, '3aaaaa0001'));
  expect(findRun(home, 'last')).toEqual(made);
  expect(made.inbox).toBe(join(made.records, 'inbox'));
  expect(made.records).toBe(join(home, '.braid/runs/3aaaaa0001'));
});
