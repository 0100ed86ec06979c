import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Boundary, type FailpointName, failpointNames } from '../../engine/index.ts';
import {
  begunRun,
  command,
  type Engine,
  engine,
  type Field,
  makeField,
  runDirectory,
  textOf,
  until,
  withJournal,
} from './field.ts';
import { shapes, staying, undoable } from './shapes.ts';
import { addVerdict, strike, type Tally } from './tally.ts';
import { executionsIn, judge } from './verdict.ts';

/** An engine that does not come to its failpoint does not pass it. */
const PASS_MS = 20_000;

/**
 * Kills an engine at every failpoint there is, one after another, each in a situation in which it is passed, and
 * judges the runs. What was not passed is a violation.
 */
export async function tour(braid: string, directory: string, tally: Tally): Promise<void> {
  const toured = new Set<FailpointName>();
  const tourist: Tourist = { tally, toured };
  await ordinary(tourist, braid, join(directory, 'ordinary'));
  await cancelled(tourist, braid, join(directory, 'cancelled'));
  await takenBack(tourist, braid, join(directory, 'taken-back'));
  const left = failpointNames.filter((name) => !toured.has(name));
  if (left.length > 0) tally.violations.push(`the tour leaves out ${left.join(', ')}`);
}

interface Tourist {
  readonly tally: Tally;
  readonly toured: Set<FailpointName>;
}

const both = (boundary: Boundary) => [`${boundary}.before`, `${boundary}.after`] as const;

/** What each run passes, in an order in which it does; then what is used again. */
async function ordinary(tourist: Tourist, braid: string, directory: string): Promise<void> {
  const shape = shapes(0.8).find(({ name }) => name === 'layered')!;
  const field = makeField(braid, directory, shape, { nap: '0.05' });
  const pass = async (...boundaries: readonly Boundary[]) => {
    for (const boundary of boundaries) {
      for (const name of both(boundary)) await killAt(tourist, field, name);
    }
  };
  await pass('journal', 'start', 'environment', 'prepared', 'expanded');
  await pass('lookup', 'intent', 'directories', 'offer', 'submit', 'find', 'lane', 'handover');
  await pass('report', 'running', 'poll', 'evidence', 'ended', 'index', 'snapshot');
  await pass('notice', 'delivery');
  // One commit says how the delivery ended and that the run has: an engine is killed after it once only.
  for (const name of ['told.before', ...both('finished')] as const) {
    await killAt(tourist, field, name);
  }
  for (const name of ['publish.before', ...both('copy'), 'publish.after'] as const) {
    await killAt(tourist, field, name);
  }
  await finish(tourist, field);
  await judged(tourist, field);
  await killed(
    tourist,
    field,
    'reused.before',
    command(field, beginning(field), 'reused.before:1'),
  );
  await killAt(tourist, field, 'reused.after');
  await killAt(tourist, field, 'told.after');
  await finish(tourist, field);
  await judged(tourist, field);
}

function beginning({ shape, count, nap }: Field): string[] {
  const set = ['--set', `count=${count}`, '--set', `nap=${nap}`];
  return ['run', `${shape.name}.braid`, '-j', '2', ...set, '--site', `${shape.site}.site`];
}

/** An attempt whose offer is in doubt is cancelled while no engine lives; one that runs, by its engine. */
async function cancelled(tourist: Tourist, braid: string, directory: string): Promise<void> {
  const field = makeField(braid, directory, staying(), { nap: '30' });
  await killed(tourist, field, 'submit.before', engine(field, 'submit.before:1'));
  const asked = await command(field, ['cancel', 'last', 'stay[i=1]', '--yes']).ended;
  if (asked.code !== 0) tourist.tally.violations.push(`cancel: ${asked.stderr}`);
  for (const name of both('claim')) await killAt(tourist, field, name);
  intervene(field, 'hold', 'stay[i=2]');
  for (const boundary of ['inbox', 'intervened', 'answer'] as const) {
    for (const name of both(boundary)) await killAt(tourist, field, name);
  }
  intervene(field, 'release', 'stay[i=2]');
  const running = engine(field, 'cancel.before:1');
  await until(() => textOf(field.count).includes('stay[i=2]'), PASS_MS);
  intervene(field, 'cancel', 'stay[i=2]');
  await killed(tourist, field, 'cancel.before', running);
  await killAt(tourist, field, 'cancel.after');
  const { code } = await engine(field).ended;
  tourist.tally.engines++;
  const names = executionsIn(textOf(field.count)).map(({ name }) => name);
  if (code !== 1 || names.join() !== 'stay[i=2]') {
    tourist.tally.violations.push(`cancelled: exit ${code}, executed ${names.join()}`);
  }
}

/** A roll-back of a live run. */
async function takenBack(tourist: Tourist, braid: string, directory: string): Promise<void> {
  const field = makeField(braid, directory, undoable());
  const first = engine(field, 'rollback.before:1');
  // Its end is in the journal when the engine has read what came before the intervention.
  await until(() => hasEnded(field, 2), PASS_MS);
  intervene(field, 'rollback', 'first');
  await killed(tourist, field, 'rollback.before', first);
  for (const name of ['rollback.after', ...both('forget')] as const) {
    await killAt(tourist, field, name);
  }
  writeFileSync(`${field.count}.gate`, '');
  await finish(tourist, field);
  const verdict = await judge(field, { isTakenBack: (name) => name !== 'wait[]' });
  addVerdict(tourist.tally, verdict, directory);
}

/** So many attempts have ended by the journal. */
function hasEnded(field: Field, count: number): boolean {
  const run = begunRun(field);
  if (run === undefined) return false;
  const query = "SELECT count(*) AS n FROM events WHERE kind = 'attempt.ended'";
  return withJournal(field, run, (db) => (db.prepare(query).get() as { n: number }).n >= count);
}

function killAt(tourist: Tourist, field: Field, name: FailpointName): Promise<void> {
  return killed(tourist, field, name, engine(field, `${name}:1`));
}

async function killed(
  { tally, toured }: Tourist,
  field: Field,
  name: FailpointName,
  { process: child, ended }: Engine,
): Promise<void> {
  tally.engines++;
  let isLate = false;
  const late = setTimeout(() => {
    isLate = child.kill('SIGKILL');
  }, PASS_MS);
  const { signal, code, stderr } = await ended;
  clearTimeout(late);
  toured.add(name);
  if (signal === 'SIGKILL' && !isLate) strike(tally, name);
  else {
    const how = isLate ? 'it went on' : `exit ${code}: ${stderr.slice(-500)}`;
    tally.violations.push(`${field.directory}: ${name} was not passed: ${how}`);
  }
}

async function finish({ tally }: Tourist, field: Field): Promise<void> {
  const { code, stderr } = await engine(field).ended;
  tally.engines++;
  if (code !== 0) tally.violations.push(`${field.directory}: exit ${code}: ${stderr.slice(-500)}`);
}

async function judged({ tally }: Tourist, field: Field): Promise<void> {
  addVerdict(tally, await judge(field), field.directory);
}

let interventions = 0;

/** Leaves an intervention in the inbox, as `braid hold` and the like do. */
function intervene(field: Field, verb: string, selector: string): void {
  const directory = runDirectory(field, begunRun(field) ?? '');
  const id = `chaos-${++interventions}`;
  mkdirSync(join(directory, 'inbox'), { recursive: true });
  const passing = join(directory, `${id}.passing`);
  writeFileSync(passing, JSON.stringify({ format: 1, verb, selector, by: 'chaos' }));
  renameSync(passing, join(directory, 'inbox', `${id}.json`));
}
