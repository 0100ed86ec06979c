import { expect, test } from 'vitest';
import { planSummary } from '../../../../engine/plan/summary.ts';
import { planText } from '../../../../engine/plan/summary-text.ts';
import { planOf } from './plan-of.ts';

test('a gather whose condition is known only at run time is conditional, one thing is no plural', async () => {
  const text = `step a for each i in 1..1 {
  out x: float = text("x")
}
step b {
  in some = gather a.x over i where a.x > 3 ?? []
  in all = gather a.x over i
  out y: file = "y"
}
`;
  const { plan } = await planOf({ text });
  const summary = planSummary(plan, []);
  const reader = summary.steps[1]?.inputs.map(({ name, conditional }) => [name, conditional]);
  expect(reader).toEqual([
    ['some', true],
    ['all', false],
  ]);
  expect(planText(summary)).toContain('2 instances, 2 edges');
  const { plan: single } = await planOf({ text: text.slice(0, text.indexOf('step b')) });
  expect(planText(planSummary(single, []))).toContain('1 instance, 0 edges');
});
