import type { GrownRow } from './event.ts';
import { growAgain } from './fan-out/grow.ts';
import { recount } from './recount.ts';
import type { OpenSubmission, RunState } from './state.ts';

/** Raised with every change of what a snapshot holds: an older one is not read, the journal is. */
const FORM = 5;

const maps = [
  'own',
  'borrowed',
  'former',
  'past',
  'failures',
  'causes',
  'again',
  'overrides',
  'priorities',
  'reasons',
  'environments',
  'interventions',
  'attempts',
  'rolledBack',
  'spoiled',
  'tried',
  'notices',
  'registered',
] as const satisfies readonly (keyof RunState)[];

const scalars = [
  'created',
  'run',
  'cancelled',
  'epoch',
  'epochAtMs',
  'runMs',
  'startedAt',
  'finishedAt',
  'submissionCount',
  'rollback',
  'endings',
] as const satisfies readonly (keyof RunState)[];

const columns = ['state', 'flags', 'attempts', 'charged'] as const;

interface Header {
  readonly form: number;
  readonly plan: string;
  readonly size: number;
  readonly scalars: Record<string, unknown>;
  readonly maps: Record<string, [unknown, unknown][]>;
  readonly submissions: readonly OpenSubmission[];
  readonly fan: Fan | undefined;
}

interface Fan {
  readonly history: readonly GrownRow[];
  readonly faults: readonly [number, { readonly made: string; readonly text: string }][];
  readonly dropped: readonly number[];
  readonly held: number | undefined;
  readonly paused: boolean;
  readonly allowed: boolean;
}

/** The state as bytes: a line of JSON, then the columns. Counters are left out: `recount` makes them. */
export function snapshot(state: RunState): Uint8Array {
  const header: Header = {
    form: FORM,
    plan: state.plan.fingerprint,
    size: state.wiring.size,
    scalars: Object.fromEntries(scalars.map((name) => [name, state[name]])),
    maps: Object.fromEntries(maps.map((name) => [name, [...state[name]]])),
    submissions: [...state.submissions.values()],
    fan: state.fan && {
      history: state.fan.history,
      faults: [...state.fan.faults],
      dropped: [...state.fan.dropped],
      held: state.fan.held,
      paused: state.fan.paused,
      allowed: state.fan.allowed,
    },
  };
  const parts: Uint8Array[] = [new TextEncoder().encode(`${JSON.stringify(header)}\n`)];
  for (const name of columns) {
    const column = state.instances[name];
    parts.push(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Fills a state that has had no event; false, and nothing changed, where the bytes are not of its kind. */
export function restore(state: RunState, bytes: Uint8Array): boolean {
  const end = bytes.indexOf(10);
  const header = end < 0 ? undefined : parse(bytes.subarray(0, end));
  if (header?.form !== FORM || header.plan !== state.plan.fingerprint) return false;
  const size = columns.reduce((sum, name) => sum + state.instances[name].BYTES_PER_ELEMENT, 0);
  const fits = state.fan ? header.size >= state.wiring.size : header.size === state.wiring.size;
  if (!fits || bytes.length !== end + 1 + size * header.size) return false;
  restoreFan(state, header.fan);
  if (header.size !== state.wiring.size) throw new Error('a snapshot of another plan');
  let at = end + 1;
  for (const name of columns) {
    const column = state.instances[name];
    const view = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
    view.set(bytes.subarray(at, at + column.byteLength));
    at += column.byteLength;
  }
  Object.assign(state, header.scalars);
  // JSON leaves undefined out.
  for (const name of scalars)
    if (!(name in header.scalars)) Object.assign(state, { [name]: undefined });
  for (const name of maps) {
    const map = state[name] as Map<unknown, unknown>;
    for (const [key, value] of header.maps[name] ?? []) map.set(key, value);
  }
  for (const submission of header.submissions) state.submissions.set(submission.key, submission);
  recount(state);
  return true;
}

function restoreFan(state: RunState, kept: Fan | undefined): void {
  const { fan } = state;
  if (!fan || !kept) return;
  growAgain(state, kept.history);
  for (const [row, fault] of kept.faults) fan.faults.set(row, fault);
  for (const row of kept.dropped) fan.dropped.add(row);
  fan.held = kept.held;
  fan.paused = kept.paused;
  fan.allowed = kept.allowed;
}

function parse(bytes: Uint8Array): Header | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Header;
  } catch {
    return undefined;
  }
}
