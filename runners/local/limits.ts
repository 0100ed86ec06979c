import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Observation } from '../../engine/index.ts';
import type { Item } from './item.ts';
import { capLog } from './log-cap.ts';
import { type Identity, memoryOf, oomKills, sessionScanner } from './processes.ts';
import type { StopCause } from './stop.ts';

/**
 * Time, memory and logs of running attempts, watched from the engine. Lanes have no watchdog of their own: a
 * background `sleep` would cost each short attempt as much as itself. So while no engine runs, attempts go
 * over their limits; an engine that comes back stops those at once.
 *
 * Memory is sampled each second, ten times as often near the limit; an attempt shorter than a second has
 * no peak. It is a limit on what is resident: what a sample does not see is not stopped.
 */
export interface Limits {
  watch(item: Item, holder: Identity, startedAtMs: number): void;
  forget(item: Item): void;
  /** SIGKILL is `oom` if the kernel killed for lack of memory between the attempt's start and its end. */
  refine(item: Item, end: Observation & { kind: 'ended' }): Observation & { kind: 'ended' };
  close(): void;
}

export interface LimitsSetting {
  /** Longer logs lose their middle. */
  readonly logBytes: number;
  nowMs(): number;
  stop(item: Item, holder: Identity, cause: StopCause): void;
}

interface Watched {
  readonly item: Item;
  readonly holder: Identity;
  readonly startedAtMs: number;
  readonly oomKillsBefore: number;
  readonly timer: NodeJS.Timeout | undefined;
  peak: number;
}

const SAMPLE_MS = 1000;
const SAMPLE_NEAR_MS = 100;
const NEAR = 0.7;
/** setTimeout counts in 32 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function limitsOf(setting: LimitsSetting): Limits {
  return new Sampler(setting);
}

class Sampler implements Limits {
  readonly #setting: LimitsSetting;
  readonly #all = new Map<Item, Watched>();
  readonly #scan = sessionScanner();
  #kills = oomKills();
  #next: NodeJS.Timeout | undefined;

  constructor(setting: LimitsSetting) {
    this.#setting = setting;
  }

  watch(item: Item, holder: Identity, startedAtMs: number): void {
    if (this.#all.has(item) || item.ended) return;
    const timer = this.#deadline(item, holder, startedAtMs);
    const oomKillsBefore = this.#kills;
    this.#all.set(item, { item, holder, startedAtMs, oomKillsBefore, timer, peak: 0 });
    this.#wake(SAMPLE_MS);
  }

  forget(item: Item): void {
    clearTimeout(this.#all.get(item)?.timer);
    this.#all.delete(item);
  }

  refine(item: Item, end: Observation & { kind: 'ended' }): Observation & { kind: 'ended' } {
    const { outcome } = end;
    const watched = this.#all.get(item);
    if (!watched || outcome.kind !== 'failed' || outcome.cause.kind !== 'exit') return end;
    if (outcome.cause.code !== 137 || oomKills() <= watched.oomKillsBefore) return end;
    const text = 'the kernel killed for lack of memory while it ran';
    return { ...end, outcome: { kind: 'failed', cause: { kind: 'oom' }, text } };
  }

  close(): void {
    clearTimeout(this.#next);
    for (const { timer } of this.#all.values()) clearTimeout(timer);
  }

  /** Finer than the samples; what is too far away for a timer is left to them. */
  #deadline(item: Item, holder: Identity, startedAtMs: number): NodeJS.Timeout | undefined {
    if (item.timeMs === undefined) return undefined;
    const leftMs = Math.max(0, startedAtMs + item.timeMs - this.#setting.nowMs());
    if (leftMs > LONGEST_TIMER_MS) return undefined;
    return setTimeout(() => this.#setting.stop(item, holder, 'timeout'), leftMs).unref();
  }

  #wake(afterMs: number): void {
    this.#next ??= setTimeout(() => this.#sample(), afterMs).unref();
  }

  #sample(): void {
    this.#next = undefined;
    if (this.#all.size === 0) return;
    this.#kills = oomKills();
    const nowMs = this.#setting.nowMs();
    const old = nowMs - SAMPLE_MS;
    const due: Watched[] = [];
    for (const watched of this.#all.values()) {
      const { item, holder, startedAtMs } = watched;
      if (nowMs - startedAtMs > (item.timeMs ?? Number.POSITIVE_INFINITY)) {
        this.#setting.stop(item, holder, 'timeout');
      }
      if (startedAtMs <= old || item.memoryBytes > 0) due.push(watched);
      for (const stream of ['stdout', 'stderr']) {
        capLog(join(item.directory, stream), this.#setting.logBytes);
      }
    }
    let near = false;
    const members = due.length > 0 ? this.#scan(new Set(due.map((w) => w.holder.pid))) : undefined;
    for (const watched of due) {
      const pids = members?.get(watched.holder.pid)?.filter((p) => p !== watched.holder.pid) ?? [];
      near = this.#measure(watched, memoryOf(pids), watched.startedAtMs <= old) || near;
    }
    this.#wake(near ? SAMPLE_NEAR_MS : SAMPLE_MS);
  }

  /** True if it is near its limit. */
  #measure(watched: Watched, bytes: number, record: boolean): boolean {
    const { item, holder } = watched;
    if (record && bytes > watched.peak) {
      watched.peak = bytes;
      writePeak(item.directory, bytes);
    }
    if (item.memoryBytes === 0) return false;
    if (bytes > item.memoryBytes) this.#setting.stop(item, holder, 'oom');
    return bytes > item.memoryBytes * NEAR;
  }
}

function writePeak(directory: string, bytes: number): void {
  const path = join(directory, 'peak');
  try {
    writeFileSync(`${path}.new`, `${bytes}\n`);
    renameSync(`${path}.new`, path);
  } catch {
    // A full disk must not end the engine; the peak is then not known.
  }
}
