import type { Binder, Result, Standings } from '../bind/binding.ts';
import type { Capabilities, Room } from '../ports.ts';
import type { RunEvent } from './event.ts';
import type { Frontier } from './frontier.ts';
import type { Notice } from './notice.ts';
import type { RunState } from './state.ts';

/** Waits and bounds of the engine, in milliseconds. */
export interface Timings {
  /** How often sites are polled and silences noticed. */
  readonly sweepMs: number;
  /** An offer without an answer for so long is in doubt. */
  readonly answerMs: number;
  /** An accepted attempt of which nothing is heard for so long is suspect. */
  readonly silenceMs: number;
  /** Between two questions about one submission. */
  readonly askMs: number;
  /** From TERM to KILL. */
  readonly killMs: number;
  /** An end that was reported, but of which no evidence is found, is believed after so long. */
  readonly evidenceMs: number;
  /** What is to be cancelled, at a site that says nothing of it any more, is given up after so long. */
  readonly goneMs: number;
  /** An environment that is not prepared after so long has failed to be. */
  readonly prepareMs: number;
  /** Files of an earlier result that cannot be looked at for so long make it no result. */
  readonly verifyMs: number;
  /** A notice that is not delivered after so long was not. */
  readonly notifyMs: number;
}

export const defaultTimings: Timings = {
  sweepMs: 2_000,
  answerMs: 10_000,
  silenceMs: 60_000,
  askMs: 4_000,
  killMs: 10_000,
  evidenceMs: 30_000,
  goneMs: 600_000,
  prepareMs: 3_600_000,
  verifyMs: 60_000,
  notifyMs: 120_000,
};

/** Tries of an environment that fails to be prepared; the first wait, doubled for each further one. */
export const ENVIRONMENT_TRIES = 5;
export const ENVIRONMENT_WAIT_MS = 10_000;

export interface SiteRoom {
  readonly room: Room;
  readonly capabilities: Capabilities;
}

/** Results of earlier runs; `drive` verifies their files before it trusts them. */
export type Lookup = (
  asked: readonly { readonly instance: number; readonly fingerprint: string }[],
) => ReadonlyMap<number, Result>;

/** All that `decide` may look at. */
export interface Scene {
  readonly run: string;
  /** Absolute path of the run's directory. */
  readonly root: string;
  readonly state: RunState;
  readonly frontier: Frontier;
  readonly binder: Binder;
  readonly standings: Standings;
  /** By site; a site that has not said anything yet is not here, and gets nothing. */
  readonly rooms: ReadonlyMap<string, SiteRoom>;
  readonly lookup: Lookup | undefined;
  /** What is to be told at the run's end. */
  readonly notices: readonly Notice[];
  /** Nothing is made in earnest: nothing is registered either. */
  readonly isRehearsal: boolean;
  /** Instances past which it grows only when it is told that this is meant. */
  readonly largest: number;
  /** The roll-back whose results have left the index; or could not, so that it is given up. */
  readonly leaving: { readonly id: string; readonly isDone: boolean } | undefined;
  readonly nowMs: number;
  readonly timings: Timings;
}

/** What is to be done once the events are durable. */
export type Effect =
  /** Write the directories of its open attempts and offer it. */
  | { readonly kind: 'offer'; readonly key: string }
  | { readonly kind: 'withdraw'; readonly key: string }
  | { readonly kind: 'cancel'; readonly key: string; readonly how: 'term' | 'kill' }
  | { readonly kind: 'find'; readonly site: string; readonly keys: readonly string[] }
  | { readonly kind: 'poll'; readonly site: string; readonly keys: readonly string[] }
  /** Read what an attempt left, whatever was or was not reported of it. */
  | { readonly kind: 'examine'; readonly key: string }
  /** Take the claims of its open attempts, so that no copy can start any more. */
  | { readonly kind: 'forestall'; readonly key: string }
  | {
      readonly kind: 'verify';
      readonly candidates: readonly { readonly instance: number; readonly result: Result }[];
    }
  | { readonly kind: 'prepare'; readonly site: string; readonly name: string }
  /** Deliver a notice that is intended. */
  | { readonly kind: 'notify'; readonly id: string }
  /** Worth a line to people, and no event. */
  | { readonly kind: 'say'; readonly text: string };

export interface Decision {
  readonly events: RunEvent[];
  readonly effects: Effect[];
}
