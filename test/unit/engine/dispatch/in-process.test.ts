import { expect, test } from 'vitest';
import { inProcess } from '../../../../engine/dispatch/in-process.ts';
import type { Clock, Report } from '../../../../engine/ports.ts';
import {
  dispatcherConformance,
  submission,
  virtualStage,
} from '../../../conformance/dispatcher.ts';

dispatcherConformance(
  'in process',
  virtualStage(({ runners, clock, timeoutMs }) =>
    inProcess({ runners, clock, submitTimeoutMs: timeoutMs }),
  ),
);

test('a site that nobody serves is a refusal', async () => {
  const clock: Clock = { runMs: () => 0, wall: () => new Date(0), wake: () => () => {} };
  const dispatcher = inProcess({ runners: new Map(), clock });
  const reports: Report[] = [];
  dispatcher.reports((some) => reports.push(...some));
  await dispatcher.offer([submission('a')], 0);
  expect(reports).toMatchObject([
    { answer: { kind: 'refused', cause: { kind: 'infrastructure' } } },
  ]);
});
