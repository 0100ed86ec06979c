import type { Span } from '../../dsl/index.ts';

/** What a `notify` line comes to with the run's parameters. */
export interface Notice {
  readonly channel: string;
  readonly on: ReadonlySet<string>;
  readonly span: Span;
}

export type RunEnd = 'succeeded' | 'failed' | 'cancelled';
