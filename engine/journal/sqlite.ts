import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Diagnostic } from '../../dsl/index.ts';
import {
  Fenced,
  type Journal,
  JournalFull,
  LEASE_MS,
  type NewEvent,
  type RunId,
  type StoredEvent,
} from '../ports.ts';
import { backUp } from './backup.ts';
import { backupTime } from './backup-file.ts';
import { eventSum } from './checksum.ts';
import { connect, findDamage } from './connection.ts';
import { lastEvent, latestSnapshot, readEvents, sumAt, writeSnapshot } from './event-table.ts';
import { describeHolder, type Holder, type Liveness } from './holder.ts';
import { type Lease, takeLease } from './lease.ts';
import { findLogDamage } from './log-damage.ts';
import { JOURNAL_MIGRATIONS, metaOf, migrate, versionOf } from './schema.ts';
import { damaged, isFull, openingDiagnostic } from './sqlite-error.ts';
import { JournalUnreadable } from './unreadable.ts';

export interface JournalOptions {
  /** `journal.db`; made if it is not there (its directory must be). */
  readonly path: string;
  readonly run: RunId;
  readonly holder: Holder;
  /** Takes the run even from a live holder, which is fenced from then on. */
  readonly takeOver?: boolean;
  readonly leaseMs?: number;
  /** Wall time, for the lease only. */
  readonly wallMs?: () => number;
  readonly liveness?: (holder: Holder) => Liveness;
  /** A backup is made so often while the journal is open, if anything happened. */
  readonly backupEveryMs?: number;
  /** What is worth a line to people: a backup that could not be made. */
  readonly onNotice?: (text: string) => void;
}

const BACKUP_MS = 3_600_000;

export type OpenedJournal =
  | {
      readonly kind: 'opened';
      readonly journal: Journal;
      /** Of the lease that was taken: its holder is dead, has closed (undefined), or is now fenced. */
      readonly before: Lease;
      /** To be shown once: a slow file system, a copy made before a migration. */
      readonly notices: readonly string[];
    }
  /** Another engine has the run. */
  | { readonly kind: 'held'; readonly lease: Lease; readonly diagnostic: Diagnostic }
  | { readonly kind: 'unusable'; readonly diagnostic: Diagnostic };

/**
 * Opens the journal of a run for its engine: checks the file, brings it to this release's form and
 * takes the next epoch. Calls are synchronous on the engine's thread (0.2 to 0.8 ms a commit).
 */
export function openJournal(options: JournalOptions): OpenedJournal {
  let db: DatabaseSync | undefined;
  try {
    const inLog = findLogDamage(options.path);
    const connection = connect(options.path);
    db = connection.db;
    const opened = openConnected(db, connection.network, inLog, options);
    if (opened.kind !== 'opened') db.close();
    return opened;
  } catch (error) {
    db?.close();
    const diagnostic = openingDiagnostic(options.path, error);
    if (diagnostic === undefined) throw error;
    return { kind: 'unusable', diagnostic };
  }
}

function openConnected(
  db: DatabaseSync,
  network: boolean,
  inLog: string | undefined,
  options: JournalOptions,
): OpenedJournal {
  const { path, run, holder } = options;
  const notices: string[] = [];
  if (network) {
    notices.push(
      `the journal is on a network file system: commits are slower there (\`--journal DIR\` on a local disk is faster)`,
    );
  }
  const damage = inLog ?? findDamage(db);
  if (damage !== undefined) return { kind: 'unusable', diagnostic: damaged(path, damage) };
  const version = versionOf(db);
  if (version > JOURNAL_MIGRATIONS.length) {
    return { kind: 'unusable', diagnostic: newer(path, version) };
  }
  const claimed = version === 0 ? create(db, path, run) : undefined;
  if (claimed !== undefined) return { kind: 'unusable', diagnostic: claimed };
  const found = metaOf(db, 'run') ?? name(db, run);
  if (found !== run) {
    return {
      kind: 'unusable',
      diagnostic: damaged(path, `it belongs to run ${found}, not ${run}`),
    };
  }
  const wallMs = options.wallMs ?? Date.now;
  const leaseMs = options.leaseMs ?? LEASE_MS;
  const taken = takeLease(db, holder, {
    nowMs: wallMs(),
    leaseMs,
    takeOver: options.takeOver ?? false,
    liveness: options.liveness,
  });
  if (taken.kind === 'held') {
    return { kind: 'held', lease: taken.lease, diagnostic: heldDiagnostic(run, taken.lease) };
  }
  // Only now: a live engine of an earlier release must not have its tables changed under it.
  const copy = migrate(db, path, JOURNAL_MIGRATIONS);
  if (copy !== undefined) {
    notices.push(`the journal was brought to a new form; the old one is kept as \`${copy}\``);
  }
  const journal = new SqliteJournal(db, taken.epoch, { ...options, wallMs, leaseMs });
  return { kind: 'opened', journal, before: taken.before, notices };
}

/** How long an answer of `isOurs` is good: asked for each attempt, it costs nothing. */
const OURS_MS = 100;

/** The one writer of a run's journal. A class, since it owns a connection, statements and a timer. */
class SqliteJournal implements Journal {
  readonly path: string;
  readonly epoch: number;
  readonly #db: DatabaseSync;
  readonly #wallMs: () => number;
  readonly #renewEveryMs: number;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #epochOf: StatementSync;
  readonly #insert: StatementSync;
  readonly #renew: StatementSync;
  readonly #timer: NodeJS.Timeout;
  readonly #sinks = new Set<(seq: number) => void>();
  readonly #backups: NodeJS.Timeout;
  readonly #notice: (text: string) => void;
  #backup: Promise<void> | undefined;
  #backedUp = 0;
  #seq: number;
  #sum: number;
  #renewedAtMs: number;
  #fenced = false;
  /** When the epoch was last seen to be ours, of the monotonic clock. */
  #seenOursMs = performance.now();

  constructor(
    db: DatabaseSync,
    epoch: number,
    options: JournalOptions & { readonly wallMs: () => number; readonly leaseMs: number },
  ) {
    this.path = options.path;
    this.epoch = epoch;
    this.#db = db;
    this.#wallMs = options.wallMs;
    this.#renewEveryMs = options.leaseMs / 4;
    this.#renewedAtMs = options.wallMs();
    this.#notice = options.onNotice ?? (() => {});
    this.#seq = lastEvent(db).seq;
    this.#sum = sumAt(db, this.#seq);
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#epochOf = db.prepare('SELECT epoch FROM lease');
    this.#insert = db.prepare(
      'INSERT INTO events (seq, epoch, at, run_ms, kind, json, sum) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#renew = db.prepare('UPDATE lease SET renewed_ms = ? WHERE epoch = ?');
    // An engine that only waits for its jobs appends nothing for hours, and still holds its run.
    this.#timer = setInterval(() => this.#renewIdle(), this.#renewEveryMs).unref();
    const every = options.backupEveryMs ?? BACKUP_MS;
    this.#backups = setInterval(() => void this.#backUp(), every).unref();
  }

  async append(events: readonly NewEvent[]): Promise<number> {
    if (events.length === 0) return this.#seq;
    const { epoch } = this;
    const { seq, sum } = this.#transact(() => {
      let seq = this.#seq;
      let sum = this.#sum;
      for (const { at, runMs, event } of events) {
        seq++;
        const json = JSON.stringify(event);
        sum = eventSum(sum, { seq, epoch, at, runMs }, json);
        this.#insert.run(seq, epoch, at, runMs, event.kind, json, sum);
      }
      return { seq, sum };
    });
    this.#seq = seq;
    this.#sum = sum;
    for (const sink of this.#sinks) queueMicrotask(() => this.#sinks.has(sink) && sink(seq));
    return seq;
  }

  async *read(fromSeq: number): AsyncGenerator<readonly StoredEvent[], void> {
    try {
      yield* readEvents(this.#db, fromSeq);
    } catch (error) {
      const diagnostic = openingDiagnostic(this.path, error);
      throw diagnostic === undefined ? error : new JournalUnreadable(diagnostic, error);
    }
  }

  async snapshot(state: Uint8Array, seq: number): Promise<void> {
    this.#transact(() => writeSnapshot(this.#db, state, seq));
  }

  async latest(): ReturnType<Journal['latest']> {
    return latestSnapshot(this.#db);
  }

  watch(sink: (seq: number) => void): () => void {
    this.#sinks.add(sink);
    return () => void this.#sinks.delete(sink);
  }

  isOurs(): boolean {
    const nowMs = performance.now();
    if (this.#fenced || nowMs - this.#seenOursMs < OURS_MS) return !this.#fenced;
    try {
      const { epoch } = this.#epochOf.get() as { epoch: number };
      this.#fenced = epoch !== this.epoch;
      this.#seenOursMs = nowMs;
    } catch {
      // A busy or damaged disk is for the next append to report.
    }
    return !this.#fenced;
  }

  /** Frees the lease, so that the next engine need not wait for it to expire. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    clearInterval(this.#backups);
    this.#sinks.clear();
    await this.#backup;
    if (!this.#db.isOpen) return;

    try {
      this.#db.prepare('UPDATE lease SET holder = NULL WHERE epoch = ?').run(this.epoch);
    } catch {
      // On a full disk the lease stays; this process ends soon, and the next engine sees that.
    }
    // A run that was long enough to have a backup keeps a full one; a short one is as quickly made again.
    if (backupTime(this.path)) await this.#backUp();
    this.#db.close();
  }

  /** One at a time, and only of what is new. A failure is told: the run goes on, with the backup before. */
  #backUp(): Promise<void> {
    if (this.#backup || this.#fenced || this.#seq === this.#backedUp) return Promise.resolve();
    this.#backup = backUp(this.path)
      .then((seq) => {
        this.#backedUp = seq;
      })
      .catch((error: unknown) => {
        const said = openingDiagnostic(this.path, error)?.message ?? (error as Error).message;
        this.#notice(`no backup of the journal could be made: ${said}`);
      })
      .finally(() => {
        this.#backup = undefined;
      });
    return this.#backup;
  }

  /** Runs `write` in a durable transaction that holds only for our epoch. */
  #transact<T>(write: () => T): T {
    if (this.#fenced) throw new Fenced(`epoch ${this.epoch} of this run has ended`);
    try {
      this.#begin.run();
      const { epoch } = this.#epochOf.get() as { epoch: number };
      if (epoch !== this.epoch) {
        this.#fenced = true;
        throw new Fenced(`epoch ${this.epoch} of this run has ended: ${epoch} has begun`);
      }
      const result = write();
      const nowMs = this.#wallMs();
      if (Math.abs(nowMs - this.#renewedAtMs) > this.#renewEveryMs) {
        this.#renew.run(nowMs, this.epoch);
        this.#renewedAtMs = nowMs;
      }
      this.#commit.run();
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      if (isFull(error))
        throw new JournalFull('no space is left for the journal', { cause: error });
      throw error;
    }
  }

  #renewIdle(): void {
    const nowMs = this.#wallMs();
    if (Math.abs(nowMs - this.#renewedAtMs) <= this.#renewEveryMs) return;
    try {
      const { changes } = this.#renew.run(nowMs, this.epoch);
      if (Number(changes) === 0) this.#fenced = true;
      this.#renewedAtMs = nowMs;
    } catch {
      // A full, busy or damaged disk is for the next append to report: a timer has nobody to tell.
    }
  }
}

// --- Internal helpers ---

/** Makes the tables in an empty file; a file that holds others is not ours. */
function create(db: DatabaseSync, path: string, run: RunId): Diagnostic | undefined {
  const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as {
    tables: number;
  };
  if (tables > 0) return damaged(path, 'its form is not known');
  migrate(db, path, JOURNAL_MIGRATIONS);
  name(db, run);
  return undefined;
}

/** Gives a journal without an event to a run: its maker may have died before it had. */
function name(db: DatabaseSync, run: RunId): RunId | undefined {
  if (lastEvent(db).seq > 0) return undefined;
  db.prepare("INSERT OR IGNORE INTO meta (name, value) VALUES ('run', ?)").run(run);
  return metaOf(db, 'run');
}

function heldDiagnostic(run: RunId, lease: Lease): Diagnostic {
  const holder = lease.holder === undefined ? 'another engine' : describeHolder(lease.holder);
  return {
    code: 'E1102',
    severity: 'error',
    message: `run ${run} has an engine already: ${holder}`,
    hint: `watch it with \`braid attach ${run}\`; if it is stopped for good, \`braid resume ${run} --take-over\` takes the run`,
  };
}

function newer(path: string, version: number): Diagnostic {
  return {
    code: 'E1103',
    severity: 'error',
    message: `the journal \`${path}\` was written by a later release of braid (form ${version})`,
    hint: 'use that release: a journal only goes forward',
  };
}
