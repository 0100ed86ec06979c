import { createHash } from 'node:crypto';
import type { AttemptId, Handle, Report, Room, RunId, Submission } from '../../ports.ts';

/**
 * What goes through Redis. Nothing of it is needed after a loss, nothing of it is secret: scripts, variables and
 * results stay in the attempts' directories. A place is a site in one shared work directory (`placeName`).
 *
 *     braid:<place>:*            BullMQ's queue of the place: a Message a job
 *     braid:<place>:hosts        hash, worker → Beat
 *     braid:<place>:orders       channel, an Order each
 *     braid:reports:<run>        stream, field `r`: Report[]
 *     braid:epoch:<run>          the newest epoch of the run
 */
export const PREFIX = 'braid';

/** Workers serve the runs of one work directory: another's attempts they could not see. `home` is its real path. */
export function placeName(site: string, home: string): string {
  return `${site}-${createHash('sha256').update(home).digest('hex').slice(0, 10)}`;
}

export const workersKey = (place: string) => `${PREFIX}:${place}:hosts`;
export const ordersChannel = (place: string) => `${PREFIX}:${place}:orders`;
export const reportsKey = (run: RunId) => `${PREFIX}:reports:${run}`;
export const epochKey = (run: RunId) => `${PREFIX}:epoch:${run}`;

/** BullMQ's hash of a message. */
export const messageKey = (place: string, key: string, epoch: number) =>
  `${PREFIX}:${place}:${jobId(key, epoch)}`;

/** Unique while it is queued or taken; BullMQ forbids `:` and plain numbers. */
export const jobId = (key: string, epoch: number) => `${key}-${epoch}`;

/** A submission on its way to a worker. */
export interface Message {
  readonly submission: Submission;
  /** It was put there again: an earlier copy may have been taken. */
  readonly again?: true;
}

/** `file` stays behind: the worker reads the directory. */
export function messageOf(submission: Submission, again: boolean): Message {
  const items = submission.items.map(({ attempt, directory }) => ({ attempt, directory }));
  return { submission: { ...submission, items }, ...(again ? { again } : {}) };
}

/** A submission's key has the run in it: `braid-<run>-<n>`. */
export function runOfKey(key: string): RunId {
  return key.split('-')[1] ?? '';
}

/** How an attempt that a worker has stands. */
export interface Held {
  readonly key: string;
  readonly attempt: AttemptId;
  readonly running: boolean;
}

/** What a worker says of itself twice a second. */
export interface Beat {
  /** Grows, so that a beat that stands still is told from a new one without any clock. */
  readonly n: number;
  readonly host: string;
  readonly pid: number;
  readonly room: Room;
  readonly held: readonly Held[];
}

export function beatText({ held, ...rest }: Beat): string {
  const lines = held.map(({ key, attempt, running }) => `${key} ${attempt} ${running ? 'r' : 'w'}`);
  return JSON.stringify({ ...rest, held: lines });
}

/** Undefined for what is none. */
export function parseBeat(text: string): Beat | undefined {
  const value = parsed(text) as (Omit<Beat, 'held'> & { held: readonly string[] }) | undefined;
  if (typeof value?.n !== 'number' || !Array.isArray(value.held)) return undefined;
  const held = value.held.flatMap((line) => {
    const [key, attempt, state] = line.split(' ');
    if (key === undefined || attempt === undefined) return [];
    return [{ key, attempt: attempt as AttemptId, running: state === 'r' }];
  });
  return { ...value, held };
}

export interface Order {
  readonly kind: 'cancel';
  readonly how: 'term' | 'kill';
  readonly handles: readonly Handle[];
}

export function parseOrder(text: string): Order | undefined {
  const order = parsed(text) as Order | undefined;
  return order?.kind === 'cancel' && Array.isArray(order.handles) ? order : undefined;
}

export function parseReports(text: string): readonly Report[] {
  const reports = parsed(text);
  return Array.isArray(reports) ? (reports as readonly Report[]) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
