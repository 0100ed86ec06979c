/** An engine that submits what it reads and then lives until it is killed: `doomed-engine.ts LANES`. */
import { text } from 'node:stream/consumers';
import type { Submission } from '../../../engine/index.ts';
import { localRunner } from '../../../runners/index.ts';

const runner = localRunner({
  lanesDirectory: process.argv[2] ?? '',
  environmentsDirectory: '/nonexistent',
  slots: 2,
});
const submission = JSON.parse(await text(process.stdin)) as Submission;
await runner.submit([submission], new AbortController().signal);
setInterval(() => {}, 60_000);
