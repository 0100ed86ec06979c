import { expect, test } from 'vitest';
import type { Binder } from '../../../../engine/bind/binding.ts';
import { readEvidence } from '../../../../engine/drive/evidence.ts';
import type { FileStat, Files, Outcome } from '../../../../engine/ports.ts';

/** The outcome of an `exit.json` with this code, where the runner has reported `hint`; each path is `there`, with size 0 not at all. */
async function outcomeOf(
  code: number,
  hint?: Outcome,
  there: FileStat = { size: 4096, mtimeMs: 1, directory: true },
): Promise<Outcome | undefined> {
  const exit = { format: 1, attempt: '0.1', externalId: '', code, missing: [], host: 'h' };
  const text = `${JSON.stringify({ ...exit, startedAtMs: 0, endedAtMs: 1 })}\n`;
  const files: Files = {
    read: async () => new TextEncoder().encode(text),
    stat: async (paths) => paths.map(() => (there.size === 0 ? undefined : there)),
    list: async () => [],
    write: async () => {},
  };
  const binder = { collect: async () => ({ kind: 'values', values: {} }) } as unknown as Binder;
  const ending = await readEvidence({
    files,
    binder,
    instance: 0,
    number: 1,
    directory: '/a',
    outputs: [{ name: 'x', path: 'x', kind: code === 0 ? 'file' : 'dir', optional: false }],
    hint: hint && { outcome: hint, usage: {} },
  });
  return ending?.outcome;
}

test('137 is for lack of memory only where the runner saw that', async () => {
  const oom: Outcome = { kind: 'failed', cause: { kind: 'oom' }, text: 'the kernel killed' };
  expect(await outcomeOf(137, oom)).toEqual(oom);
  expect(await outcomeOf(137)).toEqual({ kind: 'failed', cause: { kind: 'exit', code: 137 } });
});

test('codes behind 128 are signals, as the runners say too', async () => {
  expect(await outcomeOf(139)).toEqual({ kind: 'failed', cause: { kind: 'signal', signal: 11 } });
  expect(await outcomeOf(128)).toEqual({ kind: 'failed', cause: { kind: 'exit', code: 128 } });
  expect(await outcomeOf(255)).toEqual({ kind: 'failed', cause: { kind: 'exit', code: 255 } });
});

test('a directory where a file was declared is a missing output', async () => {
  expect(await outcomeOf(0)).toEqual({
    kind: 'failed',
    cause: { kind: 'missing' },
    text: 'a directory instead of a file: x',
  });
});

test('a good end without a declared output is a missing one', async () => {
  const nothing = { size: 0, mtimeMs: 0, directory: false };
  expect(await outcomeOf(0, undefined, nothing)).toEqual({
    kind: 'failed',
    cause: { kind: 'missing' },
    text: 'not made: x',
  });
});
