import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readExit } from '../wrapper/exit-file.ts';
import type { Item } from './item.ts';
import { bootId, type Identity, liveness, sessionMembers, signal, startOf } from './processes.ts';

export interface Stopper {
  stop(item: Item, holder: Identity, cause: StopCause, how: 'term' | 'kill'): void;
  forget(item: Item): void;
}

/** Why an attempt is stopped: the cause that its `exit.json` will give. */
export type StopCause = 'cancelled' | 'timeout' | 'oom';

/**
 * Stops attempts: TERM, and KILL after `graceMs`. `retire` takes away what the lane holds ahead, since it
 * will exit. Asked again, it does not start over, but `kill` does not wait for the grace. Where the disk is
 * full it tries again each second: without the mark no signal is safe.
 */
export function stopperOf(graceMs: number, retire: (holder: Identity) => void): Stopper {
  const stopping = new Set<Item>();
  return {
    stop(item, holder, cause, how) {
      if (item.ended || (stopping.has(item) && how === 'term')) return;
      const marked = tryMark(item.directory, cause);
      if (marked === 'failed') setTimeout(() => this.stop(item, holder, cause, how), 1000).unref();
      if (marked !== 'running') return;
      stopping.add(item);
      retire(holder);
      if (how === 'kill') {
        void killSession(holder);
        return;
      }
      terminate(holder);
      setTimeout(() => {
        if (!item.ended) void killSession(holder);
      }, graceMs).unref();
    },
    forget: (item) => void stopping.delete(item),
  };
}

function tryMark(directory: string, cause: StopCause): 'running' | 'ended' | 'failed' {
  try {
    return markStop(directory, cause) ? 'running' : 'ended';
  } catch {
    return 'failed';
  }
}

/**
 * Makes sure that signals hit this attempt and no other. A lane may go on to its next one at any moment,
 * so the order counts: here `stop` is made first and `exit.json` looked for second; the lane writes
 * `exit.json` first and looks for `stop` second. So either the attempt is seen to have ended and no signal
 * is sent, or the lane sees `stop` and exits instead of going on.
 *
 * Signals go to the whole session: programs like `timeout` give their children a process group of their
 * own. What calls `setsid` leaves the session and cannot be caught.
 * Returns false if the attempt had ended.
 */
function markStop(directory: string, cause: StopCause): boolean {
  const path = join(directory, 'stop');
  if (!existsSync(path)) {
    writeFileSync(`${path}.new`, `${cause}\n`);
    renameSync(`${path}.new`, path);
  }
  return readExit(directory) === undefined;
}

/** TERM, once, to the lane's group and to those of its session that are in other groups. */
function terminate(lane: Identity): void {
  if (liveness(lane) !== 'alive') return;
  const others = sessionMembers(lane.pid);
  signal(-lane.pid, 'SIGTERM');
  for (const pid of others) if (pid !== lane.pid) signal(pid, 'SIGTERM');
}

/**
 * KILL for everything in the lane's session but the lane, until nothing is left; once the lane is gone,
 * for what it left behind: the kernel gives its pid to nobody while its session has members, so a
 * new process under that pid proves that there are none. Resolves after about 10 s at the latest: what
 * waits for a dead file server cannot be killed.
 */
export async function killSession(lane: Identity): Promise<void> {
  if (lane.pid <= 0 || lane.host !== hostname() || lane.bootId !== bootId()) return;
  for (let round = 0; round < 200; round++) {
    if ((startOf(lane.pid) ?? lane.processStart) !== lane.processStart) return;
    const rest = sessionMembers(lane.pid).filter((pid) => pid !== lane.pid);
    if (rest.length === 0) return;
    for (const pid of rest) signal(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, round < 5 ? 5 : 50));
  }
}
