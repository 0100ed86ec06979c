import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRunDirectory } from '../../../../cli/compose/run-files.ts';
import { openRun } from '../../../../cli/compose/run-view.ts';
import { processContext } from '../../../../cli/context.ts';
import { foldJournal } from '../../../../engine/drive/fold.ts';
import { type Binder, type RunState, resultOf } from '../../../../engine/index.ts';
import { flag, hasFlag, stateOf } from '../../../../engine/run/state.ts';
import { kinds } from '../../../corpus/journals/kinds.ts';

/**
 * Journals of every release come to what they came to then. Their expected states are beside them as JSON
 * (`UPDATE=1` writes those that are missing, and only those).
 */
const corpus = join(import.meta.dirname, '../../../corpus/journals');
const releases = readdirSync(corpus).filter((name) => /^\d/.test(name));
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'braid-replay-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** All of a run's state that counts for what follows, without paths. */
function summary(state: RunState, binder: Pick<Binder, 'name'>): unknown {
  const instances: Record<string, unknown> = {};
  for (let i = 0; i < state.wiring.size; i++) {
    const result = resultOf(state, '', i);
    const { cause, text } = state.failures.get(i) ?? {};
    instances[binder.name(i)] = {
      state: stateOf(state, i),
      ...(hasFlag(state, i, flag.reused) ? { reused: true } : {}),
      attempts: state.instances.attempts[i],
      charged: state.instances.charged[i],
      ...(state.causes.has(i) ? { causes: state.causes.get(i) } : {}),
      ...(cause ? { cause } : {}),
      ...(text === undefined ? {} : { text: text.replaceAll(/\/[^\s:,]+\//g, '') }),
      ...(result
        ? {
            fingerprint: result.fingerprint,
            values: result.values,
            files: result.files.map(({ name, path, size }) => ({ name, path, size })),
          }
        : {}),
    };
  }
  return {
    run: state.run,
    epoch: state.epoch,
    endings: state.endings,
    submissions: state.submissionCount,
    open: [...state.attempts.values()].map(({ instance, number, state: at }) => [
      binder.name(instance),
      number,
      at,
    ]),
    environments: Object.fromEntries(state.environments),
    notices: [...state.notices.values()],
    rolledBack: [...state.rolledBack.values()],
    interventions: [...state.interventions.values()].map(({ verb, answer }) => [
      verb,
      answer?.accepted,
    ]),
    instances,
  };
}

/** Replays a kept journal in a place of its own; from its first event, and as a reader does. */
async function replay(file: string): Promise<{ all: unknown; read: unknown }> {
  const bytes = gunzipSync(readFileSync(file));
  const loose = join(root, 'loose.db');
  writeFileSync(loose, bytes);
  const db = new DatabaseSync(loose, { readOnly: true });
  const run = String(db.prepare("SELECT value FROM meta WHERE name = 'run'").get()?.value);
  db.close();
  const dir = mkdtempSync(join(root, 'run-'));
  mkdirSync(join(dir, '.braid', 'runs'), { recursive: true });
  writeFileSync(makeRunDirectory(dir, run).journal, bytes);
  const view = await openRun(processContext(), { dir }, run);
  const { state } = await foldJournal(
    { read: view.reader.read, latest: async () => undefined },
    view.plan,
    view.rules,
  );
  const read = await view.fold();
  const found = { all: summary(state, view.binder), read: summary(read, view.binder) };
  view.close();
  return found;
}

test('this release has a journal of every kind', () => {
  const { version } = JSON.parse(readFileSync(join(corpus, '../../../package.json'), 'utf8'));
  for (const { name } of kinds)
    expect(existsSync(join(corpus, version, `${name}.db.gz`)), name).toBe(true);
});

describe.each(releases)('journals of %s', (release) => {
  const names = readdirSync(join(corpus, release))
    .filter((name) => name.endsWith('.db.gz'))
    .map((name) => name.slice(0, -'.db.gz'.length));

  test.each(names)('%s', async (name) => {
    const expected = join(corpus, release, `${name}.json`);
    const { all, read } = await replay(join(corpus, release, `${name}.db.gz`));
    expect(read).toEqual(all);
    if (process.env.UPDATE === '1' && !existsSync(expected)) {
      writeFileSync(expected, `${JSON.stringify(all, null, 2)}\n`);
    }
    expect(JSON.parse(JSON.stringify(all))).toEqual(JSON.parse(readFileSync(expected, 'utf8')));
  });
});
