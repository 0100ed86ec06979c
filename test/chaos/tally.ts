import type { Verdict } from './verdict.ts';

/** The figures of a campaign. */
export interface Tally {
  /** How often engines were killed or stopped, by failpoint; `random` for a moment of chance. */
  readonly strikes: Map<string, number>;
  runs: number;
  engines: number;
  executions: number;
  twice: number;
  missing: number;
  lost: number;
  /** The longest that an engine took to leave after it woke. */
  slowestLeaveMs: number;
  /** Engines that woke past the last question and gave their lanes something; claims decided. */
  gaveAfterWaking: number;
  lanesKilled: number;
  /** How often the Redis lost all it had. */
  redisLosses: number;
  readonly violations: string[];
}

export function newTally(): Tally {
  return {
    strikes: new Map(),
    runs: 0,
    engines: 0,
    executions: 0,
    twice: 0,
    missing: 0,
    lost: 0,
    slowestLeaveMs: 0,
    gaveAfterWaking: 0,
    lanesKilled: 0,
    redisLosses: 0,
    violations: [],
  };
}

export function strike(tally: Tally, where: string): void {
  tally.strikes.set(where, (tally.strikes.get(where) ?? 0) + 1);
}

export function strikesOf(tally: Tally): number {
  return [...tally.strikes.values()].reduce((all, n) => all + n, 0);
}

export function addVerdict(tally: Tally, verdict: Verdict, where: string): void {
  tally.runs++;
  tally.executions += verdict.executions;
  tally.twice += verdict.twice;
  tally.missing += verdict.missing;
  tally.lost += verdict.lost;
  tally.violations.push(...verdict.violations.map((text) => `${where}: ${text}`));
}

/** A table for people. */
export function tableOf(tally: Tally, what: string, seconds: number): string {
  const rows = [...tally.strikes].sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(12, ...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, count]) => `  ${name.padEnd(width)} ${String(count).padStart(6)}`),
    `${strikesOf(tally)} ${what} in ${tally.runs} runs, ${tally.engines} engines, ${seconds.toFixed(0)} s`,
    `${tally.executions} executions: ${tally.twice} twice, ${tally.missing} instances missing, ${tally.lost} attempts lost`,
    ...(tally.slowestLeaveMs > 0
      ? [
          `the slowest left ${tally.slowestLeaveMs} ms after it woke; ${tally.gaveAfterWaking} gave something to lanes then`,
        ]
      : []),
    ...(tally.lanesKilled > 0 ? [`${tally.lanesKilled} lanes killed`] : []),
    ...(tally.redisLosses > 0 ? [`Redis lost everything ${tally.redisLosses} times`] : []),
    ...tally.violations.map((text) => `VIOLATION ${text}`),
  ].join('\n');
}
