import type { Boundary, Failpoint } from './names.ts';

/** Does `effect` between the two sides of a boundary, or of several at once. */
export async function through<T>(
  failpoint: Failpoint,
  boundary: Boundary | readonly Boundary[],
  effect: () => T | Promise<T>,
): Promise<T> {
  const all = typeof boundary === 'string' ? [boundary] : boundary;
  for (const one of all) failpoint(`${one}.before`);
  const result = await effect();
  for (const one of all) failpoint(`${one}.after`);
  return result;
}

/** The same for what is done at once. */
export function throughAtOnce<T>(
  failpoint: Failpoint | undefined,
  boundary: Boundary,
  effect: () => T,
): T {
  failpoint?.(`${boundary}.before`);
  const result = effect();
  failpoint?.(`${boundary}.after`);
  return result;
}
