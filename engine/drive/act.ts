import type { Observation, Room, Runner } from '../ports.ts';
import { type Examined, lagMs, openOf } from '../run/deadlines.ts';
import { messageOf } from '../run/notify.ts';
import type { Recorded } from '../run/reduce.ts';
import { attemptDirectory } from '../run/result.ts';
import type { Effect, SiteRoom } from '../run/scene.ts';
import { idOf, isUnwanted, type OpenAttempt } from '../run/state.ts';
import { type Acting, type Engine, handleOf, runnerOf } from './engine.ts';
import { type Hint, readEvidence } from './evidence.ts';
import { inboxActs } from './inbox-acts.ts';
import { offer } from './offer.ts';
import { type ReportedEnd, reportedEnds } from './take.ts';
import { within } from './within.ts';

/** Does what was decided, and mails what comes of it. Nothing here throws: a failure is tried again. */
export interface Actor {
  /** Asks sites for their room, and looks what became of all that is under way. */
  start(): Promise<void>;
  do(effects: readonly Effect[]): void;
  /** Reads the evidence of ends that were reported. */
  collect(ends: readonly ReportedEnd[]): void;
  readInbox(): void;
  /** Answers the interventions among events that are durable. */
  answer(events: readonly Recorded[]): void;
  setRoom(site: string, room: Room): void;
  /** When all that was begun is done. */
  idle(): Promise<void>;
}

export function actor(engine: Engine, rooms: Map<string, SiteRoom>): Actor {
  const busy = new Set<Promise<void>>();
  const collecting = new Map<string, number>();
  const acting: Acting = {
    engine,
    outputs: new Map(),
    begin(what, f) {
      if (engine.isGone()) return;
      const done = f()
        .catch((error: unknown) => {
          if (!engine.isGone()) engine.options.onNotice?.(`${what}: ${textOf(error)}`);
        })
        .finally(() => busy.delete(done));
      busy.add(done);
    },
  };
  const setRoom = (site: string, room: Room) => {
    const runner = engine.options.runners.get(site);
    if (runner) rooms.set(site, { room, capabilities: runner.capabilities() });
  };
  const { timings } = engine.scene;
  const { clock } = engine.options;
  const asking = new Set<string>();
  // A site that cannot say it now keeps the room that it said last, holds up no other, and is asked again.
  const askRoom = async (site: string, runner: Runner) => {
    if (asking.has(site)) return;
    asking.add(site);
    const room = await within(clock, timings.answerMs, () => runner.room()).catch(
      (error: unknown) => {
        if (!engine.isGone()) engine.options.onNotice?.(`room of ${site}: ${textOf(error)}`);
      },
    );
    asking.delete(site);
    if (!room) return;
    const isNews = !rooms.has(site);
    setRoom(site, room);
    if (isNews) engine.mail.add({ kind: 'room', site, room });
  };
  const askRooms = async () => {
    await Promise.all([...engine.options.runners].map(([site, runner]) => askRoom(site, runner)));
  };
  return {
    setRoom,
    async start() {
      await askRooms();
      const { state } = engine.scene;
      for (const key of state.submissions.keys()) examine(acting, key, collecting);
      for (const [id, known] of state.environments) {
        const [site = '', name = ''] = split(id);
        if (known.kind === 'preparing') prepare(acting, site, name);
      }
      for (const [id, { ended }] of state.notices) if (!ended) notify(acting, id);
    },
    do(effects) {
      offer(
        acting,
        effects.flatMap((e) => (e.kind === 'offer' ? [e.key] : [])),
      );
      for (const effect of effects) perform(acting, effect, collecting);
      const isUnknown = rooms.size < engine.options.runners.size;
      if (isUnknown || effects.some(({ kind }) => kind === 'poll')) acting.begin('room', askRooms);
    },
    collect(ends) {
      for (const end of ends) collectEnd(acting, end, collecting);
    },
    ...inboxActs(acting),
    async idle() {
      await within(clock, timings.answerMs, async (signal) => {
        while (busy.size > 0 && !signal.aborted) await Promise.all(busy);
      });
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `site/name` */
function split(id: string): string[] {
  const slash = id.indexOf('/');
  return [id.slice(0, slash), id.slice(slash + 1)];
}

function perform(acting: Acting, effect: Effect, collecting: Map<string, number>): void {
  const { options, mail } = acting.engine;
  switch (effect.kind) {
    case 'offer':
      return;
    case 'withdraw':
      acting.begin('withdraw', () => options.dispatcher.withdraw([effect.key]));
      return;
    case 'cancel':
      cancel(acting, effect.key, effect.how);
      return;
    case 'find':
      acting.begin('find', async () => {
        const runner = options.runners.get(effect.site);
        const found = await runner?.find(effect.keys, sinceMs(acting, effect.keys));
        for (const [key, one] of found ?? []) mail.add({ kind: 'found', key, found: one });
      });
      return;
    case 'poll':
      poll(acting, effect.site, effect.keys, collecting);
      return;
    case 'examine':
      examine(acting, effect.key, collecting);
      return;
    case 'forestall':
      forestall(acting, effect.key);
      return;
    case 'verify':
      verify(acting, effect.candidates);
      return;
    case 'prepare':
      prepare(acting, effect.site, effect.name);
      return;
    case 'notify':
      notify(acting, effect.id);
      return;
    case 'say':
      options.onNotice?.(effect.text);
  }
}

/** A listing has to go back to the first offer of what is asked for, and a little more. */
function sinceMs({ engine }: Acting, keys: readonly string[]): number {
  const offered = keys.map((key) => engine.scene.state.submissions.get(key)?.offeredAtMs ?? 0);
  return Math.min(...offered) - 60_000;
}

function cancel(acting: Acting, key: string, how: 'term' | 'kill'): void {
  const { state } = acting.engine.scene;
  const submission = state.submissions.get(key);
  if (!submission) return;
  const chosen = openOf(state, submission).filter(({ instance }) => isUnwanted(state, instance));
  acting.begin('cancel', async () => {
    await runnerOf(acting, submission)?.cancel([handleOf(acting, submission, chosen)], how);
  });
}

function poll(
  acting: Acting,
  site: string,
  keys: readonly string[],
  collecting: Map<string, number>,
): void {
  const { scene } = acting.engine;
  const { state } = scene;
  const handles = keys.flatMap((key) => {
    const submission = state.submissions.get(key);
    return submission ? [handleOf(acting, submission, openOf(state, submission))] : [];
  });
  acting.begin('poll', async () => {
    const observations = await acting.engine.options.runners.get(site)?.poll(handles);
    if (!observations || observations.length === 0) return;
    for (const end of reportedEnds(scene, observations)) collectEnd(acting, end, collecting);
    const report = { kind: 'observations', observations } as const;
    acting.engine.mail.add({ kind: 'report', report });
  });
}

function collectEnd(
  acting: Acting,
  { instance, number, observation }: ReportedEnd,
  collecting: Map<string, number>,
): void {
  const { scene, mail } = acting.engine;
  const attempt = scene.state.attempts.get(instance);
  const id = observation.attempt;
  if (attempt?.number !== number || collecting.has(id)) return;
  collecting.set(id, scene.nowMs);
  acting.begin('evidence', async () => {
    try {
      const { clock } = acting.engine.options;
      const evidence = await within(clock, scene.timings.evidenceMs, () =>
        evidenceOf(acting, attempt, observation),
      );
      const ending = evidence ?? believed(acting, attempt, observation);
      if (!ending) return;
      acting.outputs.delete(instance);
      mail.add({ kind: 'collected', instance, number, ending });
    } finally {
      collecting.delete(id);
    }
  });
}

function evidenceOf(acting: Acting, attempt: OpenAttempt, hint: Hint | undefined) {
  const { scene, options } = acting.engine;
  const { instance, number } = attempt;
  return readEvidence({
    files: options.files,
    binder: options.binder,
    instance,
    number,
    directory: attemptDirectory(scene.state, scene.root, instance, number),
    outputs: acting.outputs.get(instance),
    hint,
    undo: attempt.undo ?? false,
  });
}

/**
 * An end without `exit.json`: a bad one is the site's to tell. A good one is, where the directory is not
 * shared; else the file may still come, and if it does not, something went wrong underneath.
 */
function believed(
  acting: Acting,
  attempt: OpenAttempt,
  { outcome, usage }: Extract<Observation, { kind: 'ended' }>,
) {
  const { scene } = acting.engine;
  const submission = scene.state.submissions.get(attempt.key);
  const shared = submission
    ? (scene.rooms.get(submission.site)?.capabilities.sharedDirectory ?? true)
    : true;
  if (outcome.kind !== 'succeeded' || !shared) return { outcome, usage, left: undefined };
  const watch = scene.frontier.watches.get(attempt.key);
  if (!watch || !submission) return undefined;
  const waitMs = Math.max(scene.timings.evidenceMs, lagMs(scene, submission));
  const endedMs = watch.endedMs.get(attempt.instance) ?? scene.nowMs;
  watch.endedMs.set(attempt.instance, endedMs);
  if (scene.nowMs - endedMs <= waitMs) return undefined;
  const text = 'the site says that it ended well, but it left no exit.json';
  const cause = { kind: 'infrastructure' } as const;
  return { outcome: { kind: 'failed', cause, text } as const, usage, left: undefined };
}

/** Reads what the open attempts of a submission left, whatever was or was not reported of them. */
function examine(acting: Acting, key: string, collecting: Map<string, number>): void {
  const { scene, options, mail } = acting.engine;
  const { state, root } = scene;
  const submission = state.submissions.get(key);
  if (!submission) return;
  acting.begin('examine', async () => {
    const examined: Examined[] = [];
    for (const attempt of openOf(state, submission)) {
      const { instance, number } = attempt;
      if (collecting.has(idOf(attempt))) continue;
      const ending = await evidenceOf(acting, attempt, undefined);
      if (ending) mail.add({ kind: 'collected', instance, number, ending });
      else {
        const directory = attemptDirectory(state, root, instance, number);
        const [claim] = await options.files.stat([`${directory}/claim`]);
        examined.push({ instance, number, claimed: claim !== undefined });
      }
    }
    mail.add({ kind: 'examined', key, examined });
  });
}

/** Takes claims so that no copy starts; where that cannot be, two absences in a row have to do. */
function forestall(acting: Acting, key: string): void {
  const { scene, options, mail } = acting.engine;
  const { state, root, frontier } = scene;
  const submission = state.submissions.get(key);
  const watch = frontier.watches.get(key);
  if (!submission || !watch) return;
  const { files } = options;
  const shared = scene.rooms.get(submission.site)?.capabilities.sharedDirectory ?? true;
  const all = watch.refusal !== undefined;
  const chosen = openOf(state, submission).filter(
    ({ instance }) => all || isUnwanted(state, instance),
  );
  acting.begin('forestall', async () => {
    for (const attempt of chosen) {
      const { instance, number } = attempt;
      const directory = attemptDirectory(state, root, instance, number);
      const taken =
        files.create && shared
          ? await files.create(`${directory}/claim`, claimText(acting, attempt))
          : watch.absences >= 2;
      if (taken) mail.add({ kind: 'forestalled', instance, number });
    }
  });
}

/** A claim as the wrapper writes it; pid 0 says that the engine took it and nothing runs. */
function claimText({ engine }: Acting, attempt: OpenAttempt): string {
  const claim = {
    attempt: idOf(attempt),
    submission: attempt.key,
    externalId: '',
    host: engine.options.host,
    bootId: '',
    pid: 0,
    processStart: '',
    startedAtMs: engine.scene.nowMs,
  };
  return `${JSON.stringify(claim)}\n`;
}

/** Whether the files of earlier results are as they were left. */
function verify(
  acting: Acting,
  candidates: Extract<Effect, { kind: 'verify' }>['candidates'],
): void {
  const { options, mail, scene } = acting.engine;
  acting.begin('verify', async () => {
    const paths = candidates.flatMap(({ result }) =>
      result.files.map((file) => `${result.directory}/${file.path}`),
    );
    const { verifyMs } = scene.timings;
    const looked = await within(options.clock, verifyMs, () => options.files.stat(paths)).catch(
      () => undefined,
    );
    // What cannot be looked at is no result: it is made anew.
    const found = looked ?? [];
    let at = 0;
    for (const { instance, result } of candidates) {
      let good = true;
      for (const file of result.files) {
        const stat = found[at++];
        // A directory's time tells of entries that came or went, as a file's tells of its bytes.
        good &&= stat?.size === file.size && stat.mtimeMs === file.mtimeMs;
      }
      mail.add({ kind: 'verified', instance, result, good });
    }
  });
}

/** Ended when its time is over, or the engine leaves: the next one begins it again. */
function prepare(acting: Acting, site: string, name: string): void {
  const { options, mail, scene, left } = acting.engine;
  acting.begin('environment', async () => {
    const environment = options.environment?.(site, name);
    const runner = options.runners.get(site);
    if (!environment || !runner) {
      mail.add({ kind: 'prepared', site, name, prepared: { kind: 'ready', setup: [] } });
      return;
    }
    const { prepareMs } = scene.timings;
    const leaving = new AbortController();
    void left.then(() => leaving.abort());
    const prepared = await within(options.clock, prepareMs, (signal) =>
      runner.prepare(environment, AbortSignal.any([signal, leaving.signal])),
    );
    const text = `it was not prepared after ${Math.round(prepareMs / 60_000)} min`;
    mail.add({ kind: 'prepared', site, name, prepared: prepared ?? { kind: 'failed', text } });
  });
}

/** A channel that cannot be reached is told in the journal, and never fails the run. */
function notify(acting: Acting, id: string): void {
  const { options, mail, scene } = acting.engine;
  acting.begin('notify', async () => {
    const message = messageOf(scene, id);
    const none = { delivered: false, text: 'this engine can tell nobody' };
    const { notify } = options;
    const { notifyMs } = scene.timings;
    const late = { delivered: false, text: `no answer after ${Math.round(notifyMs / 1_000)} s` };
    const delivery =
      message && notify ? await within(options.clock, notifyMs, () => notify(message)) : none;
    mail.add({ kind: 'notified', id, ...(delivery ?? late) });
  });
}
