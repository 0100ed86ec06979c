import { expect, test } from 'vitest';
import { breachesOf, cyclesOf, importsOf } from './floors.ts';
import { sources } from './sources.ts';

test('every floor imports only what the table allows', () => {
  const files = sources();
  expect(files.size).toBeGreaterThan(50);
  expect([...files].flatMap(([path, text]) => breachesOf(path, text))).toEqual([]);
});

test('no import cycles, type imports included', () => {
  expect(cyclesOf(sources())).toEqual([]);
});

test('the check can fail', () => {
  expect(importsOf("import type { A } from '../a.ts';\nexport * from './b.ts';")).toEqual([
    '../a.ts',
    './b.ts',
  ]);
  expect(breachesOf('dsl/x.ts', "import { a } from '../engine/index.ts';")).toHaveLength(1);
  expect(breachesOf('dsl/x.ts', "import { a } from 'node:fs';")).toHaveLength(1);
  expect(breachesOf('dsl/x.ts', "import ohm from 'ohm-js';")).toHaveLength(1);
  expect(breachesOf('engine/x.ts', "import type { A } from '../dsl/program.ts';")).toHaveLength(1);
  expect(breachesOf('engine/x.ts', "const a = await import('bullmq');")).toHaveLength(1);
  expect(breachesOf('runners/x.ts', "import { a } from '../dsl/index.ts';")).toHaveLength(1);
  expect(breachesOf('engine/x.ts', "import { a } from '../dsl/index.ts';")).toEqual([]);
  const knot = new Map([
    ['a.ts', "import type { B } from './b.ts';"],
    ['b.ts', "import { a } from './a.ts';"],
  ]);
  expect(cyclesOf(knot).map((cycle) => cycle.sort())).toEqual([['a.ts', 'b.ts']]);
});
