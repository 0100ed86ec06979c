import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../simulator/random.ts';
import { type Engine, engine, type Field, until } from '../field.ts';
import { addVerdict, strike, type Tally } from '../tally.ts';
import { judge } from '../verdict.ts';
import type { Fault } from './faults.ts';
import type { Relay } from './relay.ts';
import type { Server } from './server.ts';
import { dismiss, leftIn } from './stage.ts';

/** How soon work began again, by fault: the first payload after the return, the longest stillness after it. */
export interface Returns {
  readonly fault: string;
  readonly firstMs: number;
  readonly stillMs: number;
}

export interface OutageOptions {
  readonly random: Random;
  readonly server: Server;
  readonly relay: Relay;
  readonly faults: readonly Fault[];
  readonly workers: readonly Engine[];
  /** Payloads between two faults. */
  readonly between: readonly [number, number];
  readonly withinMs: number;
  readonly onFault?: (name: string) => void;
}

const END_MS = 240_000;

/** Drives one run through faults of its Redis, and judges it. Gives how soon work began again, by fault. */
export async function faultyRun(
  field: Field,
  tally: Tally,
  options: OutageOptions,
): Promise<Returns[]> {
  const { random, server, relay, workers, withinMs } = options;
  const begins = watchBegins(field);
  const started = engine(field);
  tally.engines++;
  let isOver = false;
  void started.ended.then(() => {
    isOver = true;
  });
  const outages: { fault: Fault; fromMs: number; backMs: number; first?: number }[] = [];
  for (const fault of options.faults) {
    const from = begins.count();
    const wanted = from + random.int(...options.between);
    await until(() => isOver || begins.count() >= wanted, END_MS);
    if (isOver) break;
    const fromMs = performance.now();
    strike(tally, fault.name);
    options.onFault?.(fault.name);
    await fault.happen(server, relay);
    await server.answers();
    const outage = { fault, fromMs, backMs: performance.now() };
    outages.push(outage);
    await until(() => isOver || begins.after(outage.backMs) !== undefined, 60_000);
  }
  const deadline = performance.now() + END_MS;
  while (!isOver && performance.now() < deadline) await sleep(20);
  const endMs = performance.now();
  begins.stop();
  if (!isOver) started.process.kill('SIGKILL');
  const { code, stderr } = await started.ended;
  if (code !== 0) tally.violations.push(`${field.directory}: exit ${code}: ${stderr.slice(-800)}`);
  addVerdict(tally, await judge(field), field.directory);
  const left = [...(await Promise.all(workers.map(dismiss))).flat(), ...(await leftIn(field))];
  tally.violations.push(...left.map((text) => `${field.directory}: ${text}`));
  return outages.map(({ fault, backMs }, at) => {
    const untilMs = outages[at + 1]?.fromMs ?? endMs;
    const firstMs = Math.round((begins.after(backMs) ?? endMs) - backMs);
    const stillMs = Math.round(begins.stillness(backMs, untilMs));
    if (stillMs > withinMs + (fault.unseenMs ?? 0)) {
      const text = `nothing began for ${stillMs} ms after ${fault.name}`;
      tally.violations.push(`${field.directory}: ${text}`);
    }
    return { fault: fault.name, firstMs, stillMs };
  });
}

interface Begins {
  count(): number;
  /** When the first payload began after that moment. */
  after(ms: number): number | undefined;
  /** The longest time in which none began. */
  stillness(fromMs: number, toMs: number): number;
  stop(): void;
}

/** Sees payloads begin by the count that they keep, to 10 ms. */
function watchBegins(field: Field): Begins {
  const times: number[] = [];
  let size = 0;
  const timer = setInterval(() => {
    const now = statSync(field.count, { throwIfNoEntry: false })?.size ?? 0;
    if (now > size) times.push(performance.now());
    size = now;
  }, 10);
  return {
    count: () => times.length,
    after: (ms) => times.find((time) => time > ms),
    stillness(fromMs, toMs) {
      const inside = times.filter((time) => time > fromMs && time < toMs);
      const edges = [fromMs, ...inside, toMs];
      return Math.max(...edges.slice(1).map((time, at) => time - (edges[at] ?? time)));
    },
    stop: () => clearInterval(timer),
  };
}
