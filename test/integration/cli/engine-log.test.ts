import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { engineLog } from '../../../cli/compose/engine-log.ts';

test('notes are JSON lines of their run, in order; without a note there is no file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'braid-log-'));
  const path = join(directory, 'engine.log');
  await engineLog(path, '3liyddfe34').close();
  expect(existsSync(path)).toBe(false);
  const log = engineLog(path, '3liyddfe34');
  log.note('the disk is full');
  log.note('there is space again');
  await log.close();
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const notes = lines.map((line) => JSON.parse(line));
  expect(notes.map(({ run, msg }) => [run, msg])).toEqual([
    ['3liyddfe34', 'the disk is full'],
    ['3liyddfe34', 'there is space again'],
  ]);
  rmSync(directory, { recursive: true });
});
