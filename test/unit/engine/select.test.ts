import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instanceName, rulesOf, selectorOver } from '../../../engine/index.ts';
import { emptyState, flag, move, setFlag } from '../../../engine/run/state.ts';
import { planOf, rendered } from './plan/plan-of.ts';

const text = `
type Band = "g" | "r"
param names: list<string> = []
param numbers: list<float> = []
step plain for each n in names, x in numbers {
  out o: file = "o"
}
step closed for each b in Band, i in -1..1, t in [true, false] {
  in  os = gather plain.o over n, x ?? []
  out o: file = "o"
}
`;

async function choosing(names: readonly string[], numbers: readonly number[]) {
  const { plan } = await planOf({
    text,
    set: [
      ['names', JSON.stringify(names)],
      ['numbers', JSON.stringify(numbers)],
    ],
  });
  const state = emptyState(plan, rulesOf(plan));
  return { plan, state, select: (one: string) => selectorOver(plan)(one, state) };
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '',
    ' ',
    '1',
    'true',
    'none',
    '"',
    '\\',
    '\\u0041',
    ']',
    ', x=1',
    'a.b',
    '-',
    '\u2028',
    'ﬁ',
    '&|:()',
    '*',
  ),
);

test('an instance as it is printed names itself and no other, whatever its keys', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(hostile, { minLength: 1, maxLength: 5 }),
      fc.uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), {
        minLength: 1,
        maxLength: 3,
        comparator: (a, b) => a === b,
      }),
      async (names, numbers) => {
        const { plan, select } = await choosing(names, numbers);
        for (let instance = 0; instance < plan.instances.min; instance++) {
          expect(select(instanceName(plan, instance))).toEqual({ instances: [instance] });
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('so does an instance inside a call', async () => {
  const library = `workflow lib
param band: string
param depths: list<int> = [1, 2]
step measure for each depth in depths {
  out o: file = "@{band}.txt"
  script bash """
    true
  """
}
output all: list<file> = gather measure.o over depth
`;
  const { plan } = await planOf({
    text: `
use "lib.braid" as lib
param names: list<string> = ["g", "r, x=]", "1"]
call lib as objects for each n in names { band = n }
`,
    files: { 'lib.braid': library },
  });
  const state = emptyState(plan, rulesOf(plan));
  const all = Array.from({ length: plan.instances.min }, (_, instance) => instance);
  expect(all).toHaveLength(6);
  expect(instanceName(plan, 0)).toBe('objects[n=1].measure[depth=1]');
  for (const instance of all) {
    expect(selectorOver(plan)(instanceName(plan, instance), state)).toEqual({
      instances: [instance],
    });
  }
  expect(selectorOver(plan)('objects', state)).toEqual({ instances: all });
  expect(selectorOver(plan)('*.measure & depth=2 & n in (g, "1")', state)).toEqual({
    instances: [1, 3],
  });
});

test('states choose too; what an earlier run made is `reused` and has succeeded', async () => {
  const { state, select } = await choosing(['a', 'b'], [1]);
  for (const instance of [0, 1]) {
    move(state, instance, 'satisfy');
    move(state, instance, instance === 0 ? 'reuse' : 'hold');
  }
  setFlag(state, 0, flag.reused, true);
  expect(select(':reused')).toEqual({ instances: [0] });
  expect(select('plain:succeeded')).toEqual({ instances: [0] });
  expect(select('n=b & :held')).toEqual({ instances: [1] });
  expect(select('plain:waiting')).toMatchObject({
    invalid: expect.stringContaining('names no instance'),
  });
});

test('what is wrong stands under the caret', async () => {
  const { select } = await choosing(['R22_S11', 'R22_S12'], [1.5]);
  const chosen = select('plain[n=R22_S13, x=1.5] | closd');
  if ('instances' in chosen) throw new Error('it names something');
  expect(chosen.invalid).toBe('`n` has no key R22_S13: did you mean `n=R22_S11`?');
  expect(rendered(chosen.diagnostics ?? [])).toMatchInlineSnapshot(`
    "error[E1007]: \`n\` has no key R22_S13
     --> selector:1:9
      |
    1 | plain[n=R22_S13, x=1.5] | closd
      |         ^^^^^^^ it has 2 keys: R22_S11, R22_S12
      = hint: did you mean \`n=R22_S11\`?

    error[E1005]: there is no step \`closd\`
     --> selector:1:27
      |
    1 | plain[n=R22_S13, x=1.5] | closd
      |                           ^^^^^
      = hint: did you mean \`closed\`?
    "
  `);
});
