import type { DatabaseSync } from 'node:sqlite';
import { LEASE_MS } from '../ports.ts';
import { lastEvent } from './event-table.ts';
import { type Holder, type Liveness, livenessOf } from './holder.ts';
import { DamagedRecord } from './unreadable.ts';

export interface Lease {
  readonly epoch: number;
  /** Undefined: free. */
  readonly holder: Holder | undefined;
  /** Wall time of the last renewal. */
  readonly renewedAtMs: number;
}

export type LeaseState = 'free' | 'live' | 'expired';

/**
 * Whether a lease is still good. A holder on this host is asked, so that a paused engine keeps its run
 * and a dead one loses it at once; elsewhere only the time since its last renewal tells.
 */
export function leaseState(
  lease: Lease,
  nowMs: number,
  leaseMs: number = LEASE_MS,
  liveness: (holder: Holder) => Liveness = livenessOf,
): LeaseState {
  if (lease.holder === undefined) return 'free';
  const life = liveness(lease.holder);
  if (life === 'alive') return 'live';
  if (life === 'dead') return 'expired';
  return nowMs - lease.renewedAtMs > leaseMs ? 'expired' : 'live';
}

interface LeaseRow {
  readonly epoch: number;
  readonly holder: string | null;
  readonly renewed_ms: number;
}

/** Throws `DamagedRecord` where it is not as it was written. */
export function readLease(db: DatabaseSync): Lease {
  const row = db.prepare('SELECT epoch, holder, renewed_ms FROM lease').get() as
    | LeaseRow
    | undefined;
  if (!row) throw new DamagedRecord('its lease is missing');
  return {
    epoch: row.epoch,
    holder: row.holder === null ? undefined : parseHolder(row.holder),
    renewedAtMs: row.renewed_ms,
  };
}

function parseHolder(text: string): Holder {
  try {
    const holder = JSON.parse(text) as Holder;
    if (typeof holder.host === 'string' && typeof holder.pid === 'number') return holder;
  } catch {
    // Said below.
  }
  throw new DamagedRecord('its lease names no engine');
}

export type Taken =
  | { readonly kind: 'taken'; readonly epoch: number; readonly before: Lease }
  | { readonly kind: 'held'; readonly lease: Lease };

/** Takes the next epoch in one transaction, if nobody holds the lease or `takeOver` says so. */
export function takeLease(
  db: DatabaseSync,
  holder: Holder,
  how: {
    readonly nowMs: number;
    readonly leaseMs: number;
    readonly takeOver: boolean;
    readonly liveness?: ((holder: Holder) => Liveness) | undefined;
  },
): Taken {
  db.exec('BEGIN IMMEDIATE');
  try {
    const lease = readLease(db);
    const state = leaseState(lease, how.nowMs, how.leaseMs, how.liveness);
    if (state === 'live' && !how.takeOver) {
      db.exec('ROLLBACK');
      return { kind: 'held', lease };
    }
    // Never one that events have: a lease can be damaged without a sign.
    const epoch = Math.max(lease.epoch, lastEvent(db).epoch) + 1;
    db.prepare('UPDATE lease SET epoch = ?, holder = ?, renewed_ms = ?').run(
      epoch,
      JSON.stringify(holder),
      how.nowMs,
    );
    db.exec('COMMIT');
    return { kind: 'taken', epoch, before: lease };
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
