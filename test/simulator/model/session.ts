import type { Driving } from '../../../engine/drive/options.ts';
import { parseAttemptId } from '../../../engine/ports.ts';
import { stateOf } from '../../../engine/run/state.ts';
import { noFaults } from '../faults.ts';
import { type Life, root, startLife } from '../life.ts';
import { emptyQueue } from '../queue.ts';
import { randomOf } from '../random.ts';
import type { Scenario } from '../scenario.ts';
import { checkEnd } from '../simulate.ts';
import { siteOf } from '../site.ts';
import { virtualTime } from '../virtual-time.ts';
import { worldOf } from '../world.ts';
import type { Phase } from './reference.ts';

/** A run in the simulator that does nothing of itself: payloads end, and engines stop, when they are told to. */
export interface Session {
  /** Lets so many milliseconds pass. */
  pass(ms: number): Promise<void>;
  /** Stops the engine; the next one starts a second later. */
  crash(): void;
  /** A person asks; the selector is a number, or empty. */
  ask(verb: string, selector: string): void;
  /** Ends the payload of an instance that runs. */
  end(instance: number, how: 'well' | 'badly' | 'lost'): void;
  /** The site tells again what it told last. */
  repeat(count: number): void;
  phases(): Promise<readonly Phase[]>;
  hasEnded(): boolean;
  /** What was violated so far; with what is checked at the end of a run. */
  violations(): Promise<readonly string[]>;
}

const START_MS = 1_000_000;

export function openSession(scenario: Scenario): Session {
  const time = virtualTime(START_MS);
  const world = worldOf(scenario.tiny, time, randomOf(1), noFaults, {});
  world.retries = true;
  const site = siteOf(world, { ...scenario, byHand: true });
  const queue = emptyQueue();
  let asked = 0;
  let life: Life;
  let done: Driving | undefined;
  const start = () => {
    life = startLife({
      ...{ world, site, scenario, queue, crashAt: undefined, pauseAt: undefined },
      onEnd: (ended) => {
        if (ended.left?.kind === 'stopped') world.violations.push(String(ended.left.error));
        if (ended.left?.kind === 'ended') void ended.driving.then((driving) => (done = driving));
      },
    });
  };
  start();
  return {
    async pass(ms) {
      let isOver = false;
      time.after(ms, () => {
        isOver = true;
      });
      await time.run(() => isOver, Number.POSITIVE_INFINITY);
    },
    crash() {
      if (done) return;
      life.dead = true;
      time.after(1_000, start);
    },
    ask(verb, selector) {
      const text = JSON.stringify({ format: 1, verb, selector });
      world.disk.set(`${root}/inbox/i${asked++}.json`, text);
    },
    end(instance, how) {
      const running = site.running().find((one) => parseAttemptId(one).instance === instance);
      if (running) site.end(running, how);
    },
    repeat: (count) => site.repeat(count),
    async phases() {
      const { state } = await life.driving;
      return Array.from({ length: state.wiring.size }, (_, i) => {
        const name = stateOf(state, i);
        return name === 'submitted' || name === 'ready' ? 'running' : (name as Phase);
      });
    },
    hasEnded: () => done !== undefined,
    async violations() {
      await checkEnd(world, scenario, done);
      return world.violations;
    },
  };
}
