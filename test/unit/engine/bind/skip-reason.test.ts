import { expect, test } from 'vitest';
import { given, resultOf, world } from './given.ts';

const script = '  script exec ["true"]\n}';
const text = `record Visit key visit {
  visit: int
  band: string
}
param least: float = 0.5
let visits: list<Visit> = [{visit = 1, band = "r"}, {visit = 2, band = "g"}]
step measure for each v in visits {
  when v.band == "g" or   # not "r"
    # and
    v.visit > 7   # late ones too
  out x: file = "x"
  out gain: float = text("gain")
${script}
step fit for each v in visits {
  in  gain = measure.gain ?? 0.0
  in  others = gather measure[visit = other].x over other
  let half = gain / 2
  when len(others) >= 1 and half > least
${script}
step plain {
${script}`;

test('the condition as it is written, with the values that it speaks of', async () => {
  const at = await given(text);
  const { binder } = at;
  const standings = world();
  expect(binder.bind(at.id('measure[visit=1]'), standings).kind).toBe('skipped');
  expect(binder.whySkipped?.(at.id('measure[visit=1]'), standings)).toEqual({
    kind: 'when',
    condition: 'v.band == "g" or v.visit > 7',
    values: [
      { name: 'v.band', value: 'r' },
      { name: 'v.visit', value: '1' },
    ],
  });
  standings.set(at.id('measure[visit=1]'), { kind: 'absent' });
  const second = at.id('measure[visit=2]');
  const result = resultOf(at, second, 'f', { gain: 0.25 });
  standings.set(second, { kind: 'result', result });
  const reason = (visit: number) => binder.whySkipped?.(at.id(`fit[visit=${visit}]`), standings);
  expect(reason(1)).toMatchObject({
    condition: 'len(others) >= 1 and half > least',
    values: [
      { name: 'len(others)', value: '1' },
      { name: 'half', value: '0' },
      { name: 'least', value: '0.5' },
    ],
  });
  expect(reason(2)).toMatchObject({ values: [{}, { name: 'half', value: '0.125' }, {}] });
});

test('what is not skipped for its text has no such reason', async () => {
  const at = await given(text);
  const standings = world();
  expect(at.binder.whySkipped?.(at.id('plain'), standings)).toBeUndefined();
  expect(at.binder.whySkipped?.(at.id('measure[visit=2]'), standings)).toBeUndefined();
  expect(at.binder.whySkipped?.(at.id('fit[visit=2]'), standings)).toBeUndefined();
});
