import { hostname } from 'node:os';
import type {
  Answer,
  Failpoint,
  Found,
  Handle,
  Room,
  Runner,
  Submission,
} from '../../engine/index.ts';
import { prepareEnvironment } from '../environment/prepare.ts';
import { type Inherited, inherit, trace, unitOf } from './adopt.ts';
import { machineCapacity } from './capacity.ts';
import { type Core, coreOf } from './core.ts';
import { payloadEnvironment } from './environment.ts';
import { examine } from './examine.ts';
import { type Item, type Loading, loadItem, makeWork, type Unit } from './item.ts';
import { readLog } from './log.ts';
import { LOG_BYTES } from './log-cap.ts';
import { checkMachine } from './machine.ts';
import { type Identity, startOf } from './processes.ts';
import { programFinder } from './program.ts';

export interface LocalOptions {
  /** Directory of the lanes of one run: `runs/<run>/lanes`. Made when the first lane starts. */
  readonly lanesDirectory: string;
  /** Where environments are kept: `.braid/env`. */
  readonly environmentsDirectory: string;
  /** Cpus to give out, and the most lanes; default: those that this process may use (cgroups counted). */
  readonly slots?: number;
  /** Default: the memory of the machine or of its cgroup. */
  readonly memoryBytes?: number;
  /** Between TERM and KILL; default 10 s. */
  readonly graceMs?: number;
  /** Most bytes of an attempt's stdout and of its stderr, default 1 GiB: of more, the middle is left out. */
  readonly logBytes?: number;
  /** Default: this process's. Variables of the engine's own are left out for payloads. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Values of secrets by name, for attempts whose `vars` hold them; kept in memory only. */
  readonly secret?: (name: string) => string | undefined;
  /** Wall time in milliseconds; default `Date.now`. */
  readonly nowMs?: () => number;
  /** Notices for the engine's log. */
  readonly log?: (text: string) => void;
  /** Asked before lanes are given anything: false once another engine has the run. */
  readonly mayStart?: () => boolean;
  /** Where an engine is stopped on purpose: `lane` and `handover`. */
  readonly failpoint?: Failpoint | undefined;
  /** What goes on while an environment is prepared, for people. */
  readonly progress?: (line: string) => void;
}

export interface LocalRunner extends Runner {
  /** Known from the beginning. */
  room(): Promise<Room>;
  /** Watches what lanes of a worker that died on this host are running. */
  adopt(lanesDirectory: string): void;
}

/**
 * The runner of this machine. Attempts run in lanes (lane.ts) which outlive the engine; a runner made later
 * with the same `lanesDirectory` takes over what they hold, when it is made. `exit.json` is the evidence of
 * each end; what lanes say is only faster.
 */
export function localRunner(options: LocalOptions): LocalRunner {
  const environment = payloadEnvironment(options.environment ?? process.env);
  const machine = machineCapacity();
  const capacity = {
    slots: Math.max(1, options.slots ?? machine.cpus),
    memoryBytes: options.memoryBytes ?? machine.memoryBytes,
  };
  const core = coreOf({
    capacity,
    environment,
    lanesDirectory: options.lanesDirectory,
    graceMs: options.graceMs ?? 10_000,
    logBytes: options.logBytes ?? LOG_BYTES,
    nowMs: options.nowMs ?? Date.now,
    log: options.log ?? (() => {}),
    mayStart: options.mayStart ?? (() => true),
    failpoint: options.failpoint,
  });
  const loading: Loading = {
    find: programFinder(environment.PATH ?? '/usr/local/bin:/usr/bin:/bin'),
    secret: options.secret ?? (() => undefined),
  };
  const { lanesDirectory, environmentsDirectory } = options;
  takeOver(core, lanesDirectory, loading);
  return {
    kind: 'local',
    capabilities: () => ({
      bundles: true,
      arrays: false,
      sharedDirectory: true,
      graceMs: 0,
      lagMs: 0,
    }),
    check: checkMachine,
    prepare: (wanted, signal) =>
      prepareEnvironment(wanted, {
        directory: environmentsDirectory,
        environment,
        progress: options.progress ?? (() => {}),
        signal,
      }),
    async submit(batch, signal) {
      const answers: Answer[] = [];
      const units: Unit[] = [];
      for (const submission of batch) {
        const { key } = submission;
        if (signal.aborted)
          answers.push({ kind: 'unknown', key, text: 'not handed over: aborted' });
        else answers.push(accept(core, submission, capacity, loading, units));
      }
      // All at once, so that a lane is written to, and woken, once.
      core.pool.add(units);
      return answers;
    },
    find: async (keys) => findKeys(core, lanesDirectory, keys),
    poll: async (handles) =>
      handles.flatMap((handle) =>
        handle.items.map((place) => examine(core, lanesDirectory, handle, place, loading)),
      ),
    observe: core.observe,
    async cancel(handles, how) {
      for (const item of itemsOf(core, handles, loading)) core.cancel(item, how);
    },
    async log(handle, attempt, stream, from, maxBytes) {
      const place = handle.items.find((item) => item.attempt === attempt);
      if (!place) throw new Error(`attempt ${attempt} is not in submission ${handle.key}`);
      return readLog(place.directory, stream, from, maxBytes);
    },
    room: async () => roomOf(core, capacity),
    adopt(lanes) {
      for (const { item, lane } of inherited(lanes, loading).claimed) watchItem(core, item, lane);
    },
    close: core.close,
  };
}

function inherited(lanesDirectory: string, loading: Loading): Inherited {
  return inherit(lanesDirectory, (line) => {
    const loaded = loadItem(line, line.externalId, loading);
    return loaded.kind === 'item' ? loaded.item : undefined;
  });
}

function watchItem(core: Core, item: Item, lane: Identity): void {
  if (core.live.has(item.directory)) return;
  core.live.set(item.directory, item);
  core.watch.add(item, lane);
}

function takeOver(core: Core, lanesDirectory: string, loading: Loading): void {
  const { claimed, ahead } = inherited(lanesDirectory, loading);
  for (const { item, lane } of claimed) watchItem(core, item, lane);
  for (const unit of ahead) {
    for (const item of unit.items) core.live.set(item.directory, item);
  }
  core.pool.add(ahead);
}

/** Makes what an attempt needs and adds what lanes are to be given to `units`, unless it is refused. */
function accept(
  core: Core,
  submission: Submission,
  capacity: { readonly slots: number; readonly memoryBytes: number },
  loading: Loading,
  units: Unit[],
): Answer {
  const { key } = submission;
  const first = submission.items[0];
  const known = first && core.live.get(first.directory);
  if (known) return { kind: 'accepted', key, externalId: known.externalId };
  const refused = (text: string): Answer => ({
    kind: 'refused',
    key,
    cause: { kind: 'infrastructure' },
    text,
  });
  const externalId = `${ownName()}:${key}`;
  const items: Item[] = [];
  for (const place of submission.items) {
    const loaded = loadItem({ key, ...place }, externalId, loading);
    if (loaded.kind === 'refused') return refused(`${place.attempt}: ${loaded.text}`);
    const { cpus, memoryBytes } = loaded.item;
    if (cpus > capacity.slots) return refused(`${cpus} cpus of ${capacity.slots} are wanted`);
    if (memoryBytes > capacity.memoryBytes) {
      return refused(
        `${memoryBytes} bytes of memory are wanted, there are ${capacity.memoryBytes}`,
      );
    }
    try {
      makeWork(place.directory, loaded.file);
    } catch (error) {
      return refused(`the attempt's directory: ${(error as Error).message}`);
    }
    items.push(loaded.item);
  }
  for (const item of items) core.live.set(item.directory, item);
  if (submission.form === 'bundle') units.push(unitOf(items));
  else for (const item of items) units.push(unitOf([item]));
  return { kind: 'accepted', key, externalId };
}

let ownNameText: string | undefined;

/** This engine's process, as `examine` takes it apart again. */
function ownName(): string {
  ownNameText ??= `${hostname()}:${process.pid}:${startOf(process.pid) ?? ''}`;
  return ownNameText;
}

function findKeys(
  core: Core,
  lanesDirectory: string,
  keys: readonly string[],
): ReadonlyMap<string, Found> {
  const answers = new Map<string, Found>();
  const wanted = new Set(keys);
  for (const { key, externalId } of core.live.values()) {
    if (wanted.delete(key)) answers.set(key, { kind: 'found', externalId });
  }
  const traces = wanted.size > 0 ? trace(lanesDirectory, wanted) : new Map();
  for (const key of wanted) {
    const seen = traces.get(key);
    if (!seen) answers.set(key, { kind: 'absent' });
    else if (seen.claimed || seen.lane === 'alive') {
      answers.set(key, { kind: 'found', externalId: seen.externalId });
    } else if (seen.lane === 'gone') answers.set(key, { kind: 'absent' });
    else {
      const text = `held by a lane on ${seen.host}, which cannot be seen from ${hostname()}`;
      answers.set(key, { kind: 'unknown', text });
    }
  }
  return answers;
}

/** Those that live here, and those that are only known by their directories. */
function itemsOf(core: Core, handles: readonly Handle[], loading: Loading): Item[] {
  const items: Item[] = [];
  for (const { key, externalId, items: places } of handles) {
    for (const place of places) {
      const live = core.live.get(place.directory);
      const loaded = live ? undefined : loadItem({ key, ...place }, externalId, loading);
      if (live) items.push(live);
      else if (loaded?.kind === 'item') items.push(loaded.item);
    }
  }
  return items;
}

function roomOf(core: Core, capacity: { slots: number; memoryBytes: number }): Room {
  const used = core.pool.used();
  return {
    cpus: Math.max(0, capacity.slots - used.cpus),
    memoryBytes: Math.max(0, capacity.memoryBytes - used.memoryBytes),
    totalCpus: capacity.slots,
    totalMemoryBytes: capacity.memoryBytes,
    ahead: capacity.slots * core.pool.ahead(),
  };
}
