import type { Result } from '../bind/binding.ts';
import type { Found, Prepared, Report, Room } from '../ports.ts';
import type { Ending } from '../run/advice.ts';
import type { Examined } from '../run/deadlines.ts';
import type { Arrival } from '../run/intervene.ts';

/** What comes in between two ticks: each is a hint or the answer to an effect. */
export type Message =
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'returned'; readonly key: string; readonly text: string }
  | { readonly kind: 'room'; readonly site: string; readonly room: Room }
  | { readonly kind: 'found'; readonly key: string; readonly found: Found }
  | {
      readonly kind: 'collected';
      readonly instance: number;
      readonly number: number;
      readonly ending: Ending;
    }
  | { readonly kind: 'examined'; readonly key: string; readonly examined: readonly Examined[] }
  | { readonly kind: 'forestalled'; readonly instance: number; readonly number: number }
  | {
      readonly kind: 'verified';
      readonly instance: number;
      readonly result: Result;
      readonly good: boolean;
    }
  | {
      readonly kind: 'prepared';
      readonly site: string;
      readonly name: string;
      readonly prepared: Prepared;
    }
  | {
      readonly kind: 'notified';
      readonly id: string;
      readonly delivered: boolean;
      readonly text: string;
    }
  | { readonly kind: 'intervention'; readonly arrival: Arrival }
  | { readonly kind: 'sweep' | 'due' | 'drain' | 'cancel' };

/** Messages until the next tick takes them all. */
export interface Mailbox {
  /** A message that is not urgent is taken after a short while, and may be out of date by then. */
  add(message: Message, urgent?: boolean): void;
  /** All that has come; waits for the first. */
  take(): Promise<readonly Message[]>;
  /** Lets a waiting `take` go, whatever there is. */
  poke(): void;
}

/** `later` calls back after a short while, at which what is not urgent is taken too. */
export function mailbox(later: (f: () => void) => void): Mailbox {
  let messages: Message[] = [];
  let lazy: Message[] = [];
  let wake: (() => void) | undefined;
  let poked = false;
  const poke = () => {
    poked = true;
    wake?.();
  };
  return {
    poke,
    add(message, urgent = true) {
      if (urgent) {
        messages.push(message);
        poke();
        return;
      }
      lazy.push(message);
      if (lazy.length > 1) return;
      later(() => {
        messages.push(...lazy);
        lazy = [];
        poke();
      });
    },
    async take() {
      if (!poked) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
      poked = false;
      const taken = messages;
      messages = [];
      return taken;
    },
  };
}
