import { type Bug, seeds } from './bug.ts';

const deadlines = 'engine/run/deadlines.ts';

/** Mistakes about attempts of which nothing certain is known. */
export const ofDoubt: readonly Bug[] = [
  {
    name: 'no-grace',
    is: 'an absence counts at once, while a call of a dead engine is still under way',
    file: deadlines,
    find: 'if (scene.nowMs - doubtMs(scene.state, submission, watch) <= graceMs(scene, submission)) {',
    replace: 'if (scene.nowMs < 0) {',
    caughtBy: { kind: 'crashes', words: ['--seeds', '3', '--unclaimed'] },
  },
  {
    name: 'grace-of-the-old-engine',
    is: 'the grace is counted from the first offer, not from the start of the engine that asks',
    file: 'engine/run/reduce.ts',
    find: 'if (event.epoch !== state.epoch) state.epochAtMs = state.runMs;',
    replace: 'state.epochAtMs ||= state.runMs;',
    caughtBy: { kind: 'crashes', words: ['--seeds', '3', '--unclaimed'] },
  },
  {
    name: 'no-claim',
    is: 'the wrapper runs a payload whose claim is taken',
    file: 'runners/wrapper/shell.ts',
    find: '>../claim; } 2>&5 && return\n',
    replace: '>|../claim; } 2>&5 && return\n',
    caughtBy: {
      kind: 'test',
      project: 'integration',
      file: 'test/integration/runners/local.test.ts',
    },
  },
  {
    name: 'effect-before-intent',
    is: 'an effect does not wait until its intent is durable',
    file: 'engine/drive/loop.ts',
    find: 'tick.seq = await journal.append(tick.events);',
    replace: 'void journal.append(tick.events).catch(() => {});',
    caughtBy: seeds,
  },
  {
    name: 'unknown-is-absent',
    is: 'a question that failed is taken for the answer that there is no such job',
    file: deadlines,
    find: "if (!submission || found.kind === 'unknown') return decision;",
    replace: 'if (!submission) return decision;',
    caughtBy: { kind: 'test', project: 'unit', file: 'test/unit/simulator/outage.test.ts' },
  },
  {
    name: 'offer-without-deadline',
    is: 'an offer that a queue has lost is never asked about',
    file: deadlines,
    find: 'return submission.epoch !== state.epoch || nowMs - submission.offeredAtMs > timings.answerMs;',
    replace: 'return submission.epoch !== state.epoch;',
    caughtBy: seeds,
  },
  {
    name: 'never-heard-from',
    is: 'a job of which nothing was ever heard has no deadline (no time is later than none)',
    file: 'engine/run/frontier.ts',
    find: 'heardMs: nowMs,',
    replace: 'heardMs: Number.POSITIVE_INFINITY,',
    caughtBy: seeds,
  },
  {
    name: 'lost-report-never-swept',
    is: 'an end that was told once, and not heard, is never looked for',
    file: deadlines,
    find: `decision.effects.push({ kind: 'examine', key: submission.key });
      return true;`,
    replace: 'return false;',
    caughtBy: seeds,
  },
  {
    name: 'lost-before-claimed',
    is: 'an attempt that has not begun is taken for lost: its number grows while a copy may still start',
    file: deadlines,
    find: "const gone = shared ? seen.claimed : submission.state === 'accepted';",
    replace: 'const gone = true;',
    caughtBy: seeds,
  },
  {
    name: 'lost-while-it-shows-late',
    is: 'an attempt is taken for lost before its exit.json can have shown in a shared directory',
    file: deadlines,
    find: 'if (gone && watch.absences >= 2 && !isLate) {',
    replace: 'if (gone && watch.absences >= 2) {',
    caughtBy: seeds,
  },
  {
    name: 'refusal-is-believed',
    is: 'a refused attempt ends without its claim, though the queue may have handed out a second copy',
    file: deadlines,
    find: `if (isShared(scene, submission)) {
        // A queue`,
    replace: `if (scene.nowMs < 0) {
        // A queue`,
    caughtBy: seeds,
  },
  {
    name: 'half-an-exit-file',
    is: 'an exit.json of which only half is there is believed',
    file: 'engine/drive/evidence.ts',
    find: "if (text === undefined || !text.endsWith('\\n')) return undefined;",
    replace: `if (text === undefined) return undefined;
  if (!text.endsWith('\\n')) {
    const attempt = attemptId(instance, number);
    return { attempt, code: 0, missing: [], startedAtMs: 0, endedAtMs: 0 } as unknown as ExitFile;
  }`,
    caughtBy: seeds,
  },
  {
    name: 'outputs-not-looked-at',
    is: 'exit code 0 is a success whether its outputs are there or not',
    file: 'engine/drive/evidence.ts',
    find: '(output, at) => !output.optional && found[at] === undefined',
    replace: '(output, at) => !output.optional && found[at] === null',
    caughtBy: { kind: 'test', project: 'unit', file: 'test/unit/engine/drive/evidence.test.ts' },
  },
  {
    name: 'fence-not-checked',
    is: 'an engine that lost its run goes on writing its journal',
    file: 'engine/journal/sqlite.ts',
    find: 'if (epoch !== this.epoch) {',
    replace: 'if (epoch < this.epoch) {',
    caughtBy: {
      kind: 'test',
      project: 'integration',
      file: 'test/integration/engine/journal/sqlite.test.ts',
      named: 'fences an engine whose run was taken',
    },
  },
  {
    name: 'stale-epoch',
    is: 'a worker takes the offer of an engine that lost its run',
    file: 'engine/dispatch/in-process.ts',
    find: 'return epoch < newest;',
    replace: 'return epoch < newest - 99;',
    caughtBy: {
      kind: 'test',
      project: 'unit',
      file: 'test/unit/engine/dispatch/in-process.test.ts',
    },
  },
  {
    name: 'end-of-another-attempt',
    is: 'a late or doubled end of the attempt before ends the one that runs now',
    file: 'engine/run/reduce-attempt.ts',
    find: 'return attempt?.number === number ? attempt : undefined;',
    replace: 'return attempt;',
    caughtBy: { kind: 'test', project: 'unit', file: 'test/unit/engine/run/reduce.test.ts' },
  },
];
