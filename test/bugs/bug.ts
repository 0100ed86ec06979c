/** A mistake that was made before, here or elsewhere, and what finds it if it is made again. */
export interface Bug {
  readonly name: string;
  /** What goes wrong. */
  readonly is: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly caughtBy: Check;
}

/** What has to fail with the mistake, and to pass without it. */
export type Check =
  /** `node test/simulator/run.ts` with these words. */
  | { readonly kind: 'seeds'; readonly words: readonly string[] }
  /** `node test/simulator/crashes.ts` with these words. */
  | { readonly kind: 'crashes'; readonly words: readonly string[] }
  /** A file of tests; those whose name has `named` in it. */
  | {
      readonly kind: 'test';
      readonly project: 'unit' | 'integration';
      readonly file: string;
      readonly named?: string;
    };

/** Seeds of the plan that is known from the start; enough that the mistake is met. */
export const seeds: Check = { kind: 'seeds', words: ['--seeds', '400'] };
export const growing: Check = { kind: 'seeds', words: ['--seeds', '300', '--growing'] };
