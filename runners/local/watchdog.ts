import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LaneRecord, readLanes } from './lane-record.ts';
import { type Identity, liveness, signal } from './processes.ts';
import { killSession } from './stop.ts';

/** What a watchdog writes: as long as `n` grows its host lives and reaches the shared directory. */
export interface HostBeat {
  readonly n: number;
  /** Without a beat for so long, the payloads of this worker have been stopped. */
  readonly leaseMs: number;
  /** Process ids of its lanes that live. */
  readonly lanes: readonly number[];
}

export interface WatchdogOptions {
  /** The worker's home. */
  readonly directory: string;
  readonly worker: Identity;
  readonly leaseMs: number;
  readonly log?: (text: string) => void;
}

/** Of the lease: between beats, and until payloads are stopped. The rest is for stopping them. */
const BEAT = 1 / 30;
const FENCE = 3 / 4;
const KILLING_MS = 2_000;

/**
 * The watchdog of a worker's host, a process of its own: says in the shared directory that the host lives, clears what
 * dead lanes left behind, and stops all payloads if it cannot say so for three quarters of the lease: whoever sees no
 * beat for a whole lease may take them for gone. Goes on after the worker's death, until its lanes have ended.
 */
export async function watchHost(options: WatchdogOptions): Promise<void> {
  const { directory, worker, leaseMs } = options;
  const cleared = new Set<string>();
  let n = 0;
  let writing: Promise<void> | undefined;
  let goodMs = uptimeMs();
  for (;;) {
    const lanes = readLanes(join(directory, 'lanes')).filter(
      (lane) => !cleared.has(lane.directory),
    );
    const live = lanes.filter(({ identity }) => liveness(identity) === 'alive');
    // Looked at before the next beat: after a pause of the whole host the lease may be over.
    if (uptimeMs() - goodMs > leaseMs * FENCE) await fence(options, live);
    for (const lane of lanes) if (!live.includes(lane)) await clear(lane, cleared);
    const text = beatText({ n: ++n, leaseMs, lanes: live.map(({ identity }) => identity.pid) });
    // A file server that hangs must not hold up the fence.
    writing ??= write(join(directory, 'beat'), text)
      .then(
        () => {
          goodMs = uptimeMs();
        },
        (error: unknown) => options.log?.(`no beat: ${(error as Error).message}`),
      )
      .finally(() => {
        writing = undefined;
      });
    await Promise.race([writing, pause(leaseMs * BEAT)]);
    if (live.length === 0 && liveness(worker) === 'gone') return;
    await pause(leaseMs * BEAT);
  }
}

function beatText(beat: HostBeat): string {
  return `${JSON.stringify(beat)}\n`;
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

/** First the lanes, so that none goes on to its next attempt, then what they ran. */
async function fence({ log }: WatchdogOptions, live: readonly LaneRecord[]): Promise<void> {
  if (live.length === 0) return;
  log?.(`the shared directory was out of reach for too long: stopping ${live.length} lanes`);
  for (const { identity } of live) signal(identity.pid, 'SIGKILL');
  await Promise.race([
    Promise.all(live.map(({ identity }) => killSession(identity))),
    pause(KILLING_MS),
  ]);
}

async function clear(lane: LaneRecord, cleared: Set<string>): Promise<void> {
  await killSession(lane.identity);
  cleared.add(lane.directory);
}

/** Goes on while the machine sleeps, as process clocks do not. */
function uptimeMs(): number {
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
