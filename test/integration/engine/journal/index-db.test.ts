import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  openIndex,
  type RecordedResult,
  type RunRow,
  reuseLookup,
} from '../../../../engine/journal/index-db.ts';

let root: string;
let made = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'braid-index-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newPath = () => join(root, `${made++}.db`);

function recorded(run: string, instance: string, meaning = instance): RecordedResult {
  const fingerprint = hash('sha256', meaning, 'hex');
  const directory = `/runs/${run}/${instance}/work`;
  const result = { fingerprint, directory, values: { n: 3 }, files: [] };
  const components = [{ name: 'script', digest: 'd1', text: '' }];
  return { run, workflow: 'w', instance, result, components };
}

function rowOf(run: string, startedAt: string): RunRow {
  const stub = run === 'run2';
  return { run, workflow: 'w', state: 'succeeded', startedAt, finishedAt: '', instances: 2, stub };
}

it('finds results by fingerprint, newest first, until their run is forgotten', () => {
  const { index, empty } = openIndex(newPath());
  expect(empty).toBe(true);
  const old = recorded('run1', 'a[i=1]');
  const later = recorded('run2', 'b[i=1]', 'a[i=1]');
  index.record([old, recorded('run1', 'a[i=2]')]);
  index.record([later, old]);
  const { fingerprint } = old.result;
  const runsFor = () => index.lookupMany(['0'.repeat(64), fingerprint]).get(fingerprint);
  expect(runsFor()?.map((found) => found.run)).toEqual(['run2', 'run1']);
  expect(runsFor()?.[1]?.result).toEqual(old.result);
  index.forget('run2');
  expect(runsFor()?.map((found) => found.run)).toEqual(['run1']);
  index.close();
});

it('knows the last result of an instance by name, with its components', () => {
  const { index } = openIndex(newPath());
  index.record([recorded('run1', 'a[i=1]', 'first'), recorded('run2', 'a[i=1]', 'second')]);
  expect(index.previous('w', 'a[i=1]')).toEqual(recorded('run2', 'a[i=1]', 'second'));
  expect(index.previous('other', 'a[i=1]')).toBeUndefined();
  expect(index.previous('w', 'a[i=2]')).toBeUndefined();
  index.close();
});

it('lists runs, newest first, each once', () => {
  const { index } = openIndex(newPath());
  index.recordRun(rowOf('run1', '2026-01-01'));
  index.recordRun(rowOf('run2', '2026-01-02'));
  index.recordRun({ ...rowOf('run1', '2026-01-01'), state: 'failed' });
  expect(index.runs().map((row) => [row.run, row.state, row.stub])).toEqual([
    ['run2', 'succeeded', true],
    ['run1', 'failed', false],
  ]);
  index.close();
});

it('is shared by engines that write at once', () => {
  const path = newPath();
  const first = openIndex(path).index;
  const second = openIndex(path);
  expect(second.empty).toBe(false);
  first.record([recorded('run1', 'a')]);
  second.index.record([recorded('run2', 'b')]);
  first.record([recorded('run1', 'c')]);
  const all = ['a', 'b', 'c'].map((name) => hash('sha256', name, 'hex'));
  expect(first.lookupMany(all).size).toBe(3);
  expect(second.index.lookupMany(all).size).toBe(3);
  first.close();
  second.index.close();
});

it('is made anew where its file is no database, and says that it is empty', () => {
  const path = newPath();
  writeFileSync(path, 'not a database at all, '.repeat(400));
  const { index, empty } = openIndex(path);
  expect(empty).toBe(true);
  index.record([recorded('aaaaaaaaaa', 'x[i=1]')]);
  index.close();
  expect(openIndex(path).empty).toBe(false);
});

it('deals equal results out: each instance its own, none twice, none of its own run', () => {
  const { index } = openIndex(newPath());
  const equal = ['a[d=0]', 'a[d=1]'].map((instance) => recorded('r1', instance, 'same'));
  index.record([...equal, recorded('r2', 'a[d=2]', 'same')]);
  const names = ['a[d=1]', 'a[d=7]', 'a[d=8]'];
  const lookup = reuseLookup(index, { name: (instance) => names[instance] ?? '' }, 'r2');
  const { fingerprint } = equal[0]?.result ?? { fingerprint: '' };
  const ask = (instance: number) => lookup([{ instance, fingerprint }]).get(instance)?.directory;
  expect(ask(0)).toBe('/runs/r1/a[d=1]/work');
  expect(ask(1)).toBe('/runs/r1/a[d=0]/work');
  expect(ask(2)).toBeUndefined();
  expect(ask(0)).toBe('/runs/r1/a[d=1]/work');
  index.close();
});

it('is in memory where no file can be written, and says what it could not keep', () => {
  const { index } = openIndex(join(root, 'nowhere', 'index.db'));
  expect(index.record([recorded('run1', 'a')])).toBe(true);
  expect(index.lookupMany([recorded('run1', 'a').result.fingerprint]).size).toBe(1);
  index.close();
  const path = newPath();
  const shared = openIndex(path).index;
  const other = new DatabaseSync(path);
  other.exec('DROP TABLE results; DROP TABLE runs');
  expect(shared.record([recorded('run1', 'a')])).toBe(false);
  expect(shared.recordRun(rowOf('run1', '2026-01-01'))).toBe(false);
  other.close();
  shared.close();
});
