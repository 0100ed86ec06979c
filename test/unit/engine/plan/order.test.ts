import { expect, test } from 'vitest';
import { planOf } from './plan-of.ts';

async function order(text: string): Promise<readonly string[]> {
  const { plan } = await planOf(text);
  return plan.order.map((index) => plan.steps[index]!.step.name);
}

test('producers come before consumers, else the order is that of declaration', async () => {
  const text = `
step last {
  in x = middle.o
  after workflow finished
}
step middle {
  in x = first.o
  out o: file = "o"
}
step aside {
  out o: file = "o"
}
step first {
  out o: file = "o"
}
`;
  expect(await order(text)).toEqual(['aside', 'first', 'middle', 'last']);
});

test('steps of a cycle through previous stand together', async () => {
  const text = `
step alone {
  out o: file = "o"
}
step correct for each i in 1..3 {
  in guess = predict.o
  out o: file = "o"
}
step reader {
  in all = gather correct.o over i
  out o: file = "o"
}
step predict for each i in 1..3 {
  in before = previous correct.o over i ?? alone.o
  out o: file = "o"
}
`;
  expect(await order(text)).toEqual(['alone', 'predict', 'correct', 'reader']);
});
