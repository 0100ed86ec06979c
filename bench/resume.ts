import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createdEvent } from '../cli/compose/kept.ts';
import { makeNewRun, type RunPaths } from '../cli/compose/run-files.ts';
import { bindWorkflow, planWorkflow, settingsAt } from '../cli/compose/workflow.ts';
import { processContext } from '../cli/context.ts';
import { foldJournal, newState } from '../engine/drive/fold.ts';
import {
  diskFiles,
  type Journal,
  openForReading,
  openJournal,
  type Plan,
  type RunEvent,
  reduce,
  type StepRules,
  thisHolder,
} from '../engine/index.ts';
import { snapshot } from '../engine/run/snapshot.ts';

/**
 * What a run costs that has much behind it: `node bench/resume.ts [--instances 100000] [--events 1000000]`.
 *
 * A journal as an engine writes it (four events an instance, a snapshot each 50 000 events), all instances
 * but one ended. Then: the fold of all its events, the fold from the snapshot, the opening by an engine with its
 * checks, and `braid resume` as a whole, which runs the one that is left. BENCH_DIRECTORY names a quieter place than
 * /tmp.
 */
const EVENTS_AN_INSTANCE = 4;
const SNAPSHOT_EVENTS = 50_000;
const BATCH = 1_000;
const shape = { cpus: 1, memoryBytes: 1e9, timeMs: undefined, diskBytes: undefined, gpus: 0 };
const ground = mkdtempSync(join(process.env.BENCH_DIRECTORY ?? tmpdir(), 'braid-resume-'));
const braid = resolve(import.meta.dirname, '../bin/braid');

interface Made {
  readonly paths: RunPaths;
  readonly plan: Plan;
  readonly rules: readonly StepRules[];
  readonly events: number;
}

/** A run of `count` instances, of which all but the last have ended well. */
async function makeRun(count: number): Promise<Made> {
  const directory = mkdtempSync(join(ground, 'run-'));
  const file = join(directory, 'w.braid');
  const step = `step t for each i in 1..${count} {\n  out x: file = "x"\n  script bash """\n    echo > @{x}\n  """\n}`;
  writeFileSync(file, `workflow bench\n${step}\n`);
  const context = { ...processContext(), cwd: directory };
  const { value: settings } = await settingsAt(context, { set: [], sample: [] }, file);
  const files = diskFiles();
  const planned = await planWorkflow(context, file, settings, { allowLarge: true });
  if (!planned.value) throw new Error('it cannot be planned');
  const { value: bound } = await bindWorkflow(planned.value, directory, files);
  const created = createdEvent(planned.value, bound, settings, {
    engineVersion: 'bench',
    stop: false,
    site: 'local',
    allowLarge: true,
    results: undefined,
  });
  const { plan } = planned.value;
  const paths = makeNewRun(directory);
  const opened = openJournal({ path: paths.journal, run: paths.run, holder: thisHolder() });
  if (opened.kind !== 'opened') throw new Error(opened.diagnostic.message);
  const events = await write(opened.journal, plan, bound.rules, [
    created,
    { kind: 'run.started', epoch: 1, host: 'h', pid: 1 },
    ...(function* () {
      for (let i = 0; i < count - 1; i++) yield* eventsOf(paths.run, i);
    })(),
  ]);
  await opened.journal.close();
  return { paths, plan, rules: bound.rules, events };
}

function* eventsOf(run: string, instance: number): Generator<RunEvent> {
  const key = `braid-${run}-${instance + 1}`;
  const fingerprint = instance.toString(16).padStart(64, '0');
  yield {
    kind: 'submission.intended',
    key,
    site: 'local',
    form: 'single',
    shape,
    priority: 0,
    attempts: [{ instance, number: 1, fingerprint, resources: shape }],
  };
  yield { kind: 'submission.accepted', key, externalId: `host:1234:567890:${key}` };
  yield { kind: 'attempt.running', instance, number: 1, host: 'host' };
  yield {
    kind: 'attempt.ended',
    instance,
    number: 1,
    outcome: { kind: 'succeeded' },
    usage: { startedAtMs: 1.7e12 + instance, wallMs: 1_234, cpuMs: 1_000 },
    left: { values: {}, files: [{ name: 'x', path: 'x', size: 1, mtimeMs: 1.7e12 + instance }] },
  };
}

/** Appends as the engine does, with its snapshots; gives how many there are. */
async function write(
  journal: Journal,
  plan: Plan,
  rules: readonly StepRules[],
  events: Iterable<RunEvent>,
): Promise<number> {
  const state = newState(plan, rules);
  let batch: { at: string; runMs: number; event: RunEvent }[] = [];
  let seq = 0;
  let saved = 0;
  const flush = async () => {
    seq = await journal.append(batch);
    batch = [];
    if (seq - saved < SNAPSHOT_EVENTS) return;
    saved = seq;
    await journal.snapshot(snapshot(state), seq);
  };
  for (const event of events) {
    const recorded = { at: '2026-01-01T00:00:00.000Z', runMs: 1_767_225_600_000 + seq, event };
    reduce(state, recorded);
    batch.push(recorded);
    if (batch.length >= BATCH) await flush();
  }
  await flush();
  return seq;
}

interface Timed<T> {
  readonly value: T;
  /** `1.23 s (cpu 0.98)`: of a busy machine the cpu time says more. */
  readonly text: string;
}

async function timed<T>(f: () => T | Promise<T>): Promise<Timed<T>> {
  const start = performance.now();
  const before = process.cpuUsage();
  const value = await f();
  const { user, system } = process.cpuUsage(before);
  return { value, text: timeText((performance.now() - start) / 1000, (user + system) / 1e6) };
}

function timeText(seconds: number, cpuSeconds: number): string {
  return `${seconds.toFixed(2)} s (cpu ${cpuSeconds.toFixed(2)})`;
}

async function measure(name: string, count: number): Promise<void> {
  const { paths, plan, rules, events } = await makeRun(count);
  const size = megabytes(statSync(paths.journal).size);
  say(`${name}: ${count} instances, ${events} events, journal ${size}`);
  const opened = openForReading(paths.journal);
  if (opened.kind !== 'opened') throw new Error(opened.diagnostic.message);
  const { reader } = opened;
  const all = await timed(() =>
    foldJournal({ read: reader.read, latest: async () => undefined }, plan, rules),
  );
  say(`  fold of all events      ${all.text}`);
  const last = await timed(() => foldJournal(reader, plan, rules));
  say(`  fold from the snapshot  ${last.text}, ${last.value.since} events behind it`);
  reader.close();
  const engine = await timed(() => {
    const holder = thisHolder();
    const journal = openJournal({ path: paths.journal, run: paths.run, holder });
    if (journal.kind !== 'opened') throw new Error(journal.diagnostic.message);
    return journal.journal;
  });
  say(`  opened by an engine     ${engine.text}`);
  await engine.value.close();
  say(`  braid status            ${command(paths, 'status')}`);
  say(
    `  braid resume            ${command(paths, 'resume', '--yes')}, with the instance that was left`,
  );
}

/** Runs a verb of the run; how long it took. */
function command({ run, home }: RunPaths, verb: string, ...more: string[]): string {
  const script = '"$@" >/dev/null || exit 1; times';
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    '/bin/sh',
    ['-c', script, 'sh', braid, verb, run, ...more],
    { cwd: resolve(home, '..'), encoding: 'utf8' },
  );
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(stderr);
  // The second line of `times` is of the processes that have ended: minutes and seconds, user and system.
  const spent = stdout.split('\n')[1] ?? '';
  const parts = [...spent.matchAll(/(\d+)m([\d.]+)s/g)];
  return timeText(
    seconds,
    parts.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0),
  );
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '100000' },
    events: { type: 'string', default: '1000000' },
  },
});
try {
  await measure('finished', Number(values.instances));
  if (Number(values.events) > 0) {
    await measure('long', Math.floor(Number(values.events) / EVENTS_AN_INSTANCE));
  }
} finally {
  rmSync(ground, { recursive: true });
}
