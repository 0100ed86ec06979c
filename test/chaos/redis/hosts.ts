import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import {
  begunRun,
  command,
  type Engine,
  engine,
  type Field,
  makeField,
  processState,
  runDirectory,
  textOf,
  until,
  withJournal,
} from '../field.ts';
import { type Shape, shapes } from '../shapes.ts';
import { judge } from '../verdict.ts';
import type { Server } from './server.ts';
import { overlapsIn, type Span, spanning, spansIn } from './spans.ts';
import {
  dismiss,
  type Host,
  homeOf,
  hostWorker,
  kill,
  killHost,
  lanesIn,
  leftIn,
  watchdogOf,
  worker,
} from './stage.ts';

/** What a scene with two hosts came to. */
export interface Scene {
  /** In words; empty if all is well. */
  readonly violations: readonly string[];
  /** What was measured, in milliseconds. */
  readonly figures: Readonly<Record<string, number>>;
}

const PATIENCE_MS = 60_000;

interface Play {
  readonly field: Field;
  readonly url: string;
  readonly violations: string[];
  readonly figures: Record<string, number>;
}

function play(braid: string, directory: string, server: Server, shape: Shape, nap = '0'): Play {
  const url = `unix://${server.socket}`;
  const options = ['--redis', url, '--no-worker'];
  const field = makeField(braid, directory, shape, { options, nap });
  return { field, url, violations: [], figures: {} };
}

async function waitFor(one: Play, what: string, condition: () => boolean): Promise<void> {
  if (!(await until(condition, PATIENCE_MS))) one.violations.push(`waited in vain: ${what}`);
}

const begun = (one: Play, where: (span: Span) => boolean) =>
  spansIn(one.field.count).filter(where).length;

async function serves(one: Play, host: Host): Promise<void> {
  await waitFor(one, `a worker on ${host.name}`, () => {
    const home = homeOf(one.field, host);
    return home !== undefined && watchdogOf(home) !== undefined;
  });
}

/** After the run: judged, the workers sent away, nothing left. */
async function finish(
  one: Play,
  ended: Promise<{ code: number | null; stderr: string }>,
  hosts: readonly Engine[],
  lanesKilled = 0,
): Promise<Scene> {
  const { field, violations, figures } = one;
  const late = sleep(PATIENCE_MS).then(() => ({ code: -1, stderr: 'it does not end' }));
  const { code, stderr } = await Promise.race([ended, late]);
  if (code !== 0) violations.push(`exit ${code}: ${stderr.slice(-800)}`);
  violations.push(...overlapsIn(spansIn(field.count)));
  violations.push(...(await judge(field, { lanesKilled })).violations);
  violations.push(...(await Promise.all(hosts.map(dismiss))).flat(), ...(await leftIn(field)));
  return { violations, figures };
}

/**
 * A worker dies whose lanes run two payloads and hold two more. These begin elsewhere; what runs is adopted by the
 * next worker of that host.
 */
export async function workerDies(braid: string, directory: string, server: Server): Promise<Scene> {
  const one = play(braid, directory, server, spanning(4, { hosta: 600 }, 1));
  const { field, url, figures, violations } = one;
  const a = hostWorker(field, 'hosta', url);
  await serves(one, a);
  const { ended } = engine(field);
  await waitFor(one, 'two at work', () => begun(one, () => true) === 2);
  const home = homeOf(field, a) ?? '';
  const b = hostWorker(field, 'hostb', url);
  await serves(one, b);
  await waitFor(one, 'two held', () => heldIn(home) === 4);
  kill(a.pid, 'SIGKILL');
  const killedMs = Date.now();
  await waitFor(
    one,
    'what was only queued',
    () => begun(one, ({ host }) => host === 'hostb') === 2,
  );
  figures['queued work elsewhere after'] = Date.now() - killedMs;
  // Which tells nothing of what the same lanes run.
  const ends = [2, 3].map((n) =>
    join(runDirectory(field, begunRun(field) ?? ''), `0/0/${n}/1/exit.json`),
  );
  await waitFor(one, 'its end', () => ends.every((path) => existsSync(path)));
  const next = hostWorker(field, 'hosta', url);
  const admin = new Redis({ path: server.socket });
  const adopted = async () => {
    for (const key of await admin.keys('braid:*:hosts')) {
      for (const [id, text] of Object.entries(await admin.hgetall(key))) {
        const { held } = JSON.parse(text) as { held: string[] };
        if (id.includes(`-${next.pid}-`)) return held.length;
      }
    }
    return 0;
  };
  for (const deadline = Date.now() + PATIENCE_MS; (await adopted()) < 2; ) {
    if (Date.now() > deadline) violations.push('what ran was not adopted');
    if (Date.now() > deadline) break;
    await sleep(50);
  }
  figures['adopted after'] = Date.now() - killedMs;
  writeFileSync(`${field.count}.gate`, '');
  admin.disconnect();
  return finish(one, ended, [b, next]);
}

function heldIn(home: string): number {
  const lanes = join(home, 'lanes');
  return lanesIn(home)
    .map((_, at) => readFileSync(join(lanes, String(at + 1), 'held'), 'utf8'))
    .reduce((sum, text) => sum + text.split('\n').length - 1, 0);
}

/** A worker dies, and no other comes to its host: what it ran is seen to end by exit.json. */
export async function workerStaysAway(
  braid: string,
  directory: string,
  server: Server,
): Promise<Scene> {
  const one = play(braid, directory, server, spanning(2, {}, 5));
  const { field, url, figures } = one;
  const a = hostWorker(field, 'hosta', url);
  await serves(one, a);
  const { ended } = engine(field);
  await waitFor(one, 'two at work', () => begun(one, () => true) === 2);
  kill(a.pid, 'SIGKILL');
  await Promise.race([ended, sleep(PATIENCE_MS)]);
  figures['end seen after'] =
    Date.now() - Math.max(...spansIn(field.count).map(({ toMs }) => toMs));
  return finish(one, ended, []);
}

/**
 * The only worker dies between the start of its payloads and its answer, and no other comes: its message is still
 * taken, and what it started is seen to end.
 */
export async function workerSilent(
  braid: string,
  directory: string,
  server: Server,
): Promise<Scene> {
  const one = play(braid, directory, server, spanning(2, {}, 2));
  const { field, url, violations } = one;
  const args = ['worker', '--redis', url, '-j', '2'];
  const a = command(field, args, 'submit.after:1');
  const { ended } = engine(field);
  await waitFor(one, 'its death', () => a.process.signalCode !== null);
  if ((await a.ended).signal !== 'SIGKILL') violations.push('it did not die at its failpoint');
  return finish(one, ended, []);
}

/** A worker is stopped, is taken for dead, and wakes: what it had was done by another, or is done by it, once. */
export async function workerPaused(
  braid: string,
  directory: string,
  server: Server,
): Promise<Scene> {
  const [wide] = shapes();
  if (!wide) throw new Error('there is no shape');
  const one = play(braid, directory, server, wide, '0.2');
  const { field, url, violations } = one;
  const [a, b] = [worker(field, url), worker(field, url)];
  const { ended } = engine(field);
  const count = () => textOf(field.count).split('\n').length;
  await waitFor(one, 'some at work', () => count() > 10);
  kill(a.pid, 'SIGSTOP');
  await sleep(10_000);
  if (processState(a.pid) !== 'T') violations.push('it was not stopped');
  kill(a.pid, 'SIGCONT');
  return finish(one, ended, [a, b]);
}

/** Seconds without a sign after which a host's payloads are taken for gone. */
const LEASE_S = 8;

/** A host loses its power: what it ran runs again, elsewhere, after the lease and not before. */
export async function hostGone(braid: string, directory: string, server: Server): Promise<Scene> {
  const one = play(braid, directory, server, spanning(6, { hosta: 60 }, 1));
  const { field, url, figures } = one;
  const lease = ['--lease', String(LEASE_S)];
  const a = hostWorker(field, 'hosta', url, lease);
  await serves(one, a);
  const { ended } = engine(field);
  await waitFor(one, 'two at work', () => begun(one, () => true) === 2);
  const b = hostWorker(field, 'hostb', url, lease);
  await serves(one, b);
  await sleep(1_000);
  const lanes = lanesIn(homeOf(field, a) ?? '').length;
  killHost(field, a);
  const goneMs = Date.now();
  await waitFor(one, 'a second attempt', () => begun(one, ({ attempt }) => attempt === 2) === 2);
  checkLease(one, goneMs);
  figures['tried again after'] = Date.now() - goneMs;
  return finish(one, ended, [b], lanes);
}

/**
 * A host's worker is dead and its watchdog cannot reach the shared directory, so that nobody can know whether it lives:
 * it has stopped its payloads by itself before they are tried again elsewhere.
 */
export async function hostCutOff(braid: string, directory: string, server: Server): Promise<Scene> {
  const one = play(braid, directory, server, spanning(4, { hosta: 60 }, 1));
  const { field, url, figures } = one;
  const lease = ['--lease', String(LEASE_S)];
  const a = hostWorker(field, 'hosta', url, lease);
  await serves(one, a);
  const { ended } = engine(field);
  await waitFor(one, 'two at work', () => begun(one, () => true) === 2);
  const b = hostWorker(field, 'hostb', url, lease);
  await serves(one, b);
  const home = homeOf(field, a) ?? '';
  const lanes = lanesIn(home).length;
  await waitFor(one, 'its beat cannot be written', () => block(home));
  kill(a.pid, 'SIGKILL');
  const cutMs = Date.now();
  await waitFor(one, 'a second attempt', () => begun(one, ({ attempt }) => attempt === 2) === 2);
  checkLease(one, cutMs);
  figures['tried again after'] = Date.now() - cutMs;
  const firsts = spansIn(field.count).filter(({ host }) => host === 'hosta');
  figures['payloads stopped after'] = Math.max(...firsts.map(({ toMs }) => toMs)) - cutMs;
  return finish(one, ended, [b], lanes);
}

/** A directory is where the watchdog writes. */
function block(home: string): boolean {
  try {
    mkdirSync(join(home, 'beat.new'));
    return true;
  } catch {
    return false;
  }
}

/** The engine last saw a beat at `fromMs`, or up to a beat's time earlier. */
function checkLease({ field, violations }: Play, fromMs: number): void {
  for (const { attempt, fromMs: atMs, instance } of spansIn(field.count)) {
    if (attempt === 1 || atMs - fromMs >= 0.9 * LEASE_S * 1000) continue;
    violations.push(`${instance} was tried again ${atMs - fromMs} ms after its host was gone`);
  }
  const run = begunRun(field) ?? '';
  const reasons = withJournal(field, run, (db) =>
    db.prepare("SELECT json FROM events WHERE kind = 'attempt.ended'").all(),
  );
  if (!reasons.some((row) => String(row.json).includes('has not been heard of'))) {
    violations.push('the journal does not say that the host was not heard of');
  }
}

/** All of them; those with hosts need the right to make namespaces. */
export const scenes = {
  workerDies,
  workerStaysAway,
  workerSilent,
  workerPaused,
  hostGone,
  hostCutOff,
};
