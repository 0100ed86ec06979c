import type { Span } from './source.ts';

export type Severity = 'error' | 'warning' | 'note';

/** A place with the fact that holds there. */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

/** Text in the place of a span; an empty span inserts it. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** What an editor can offer: the edits that a hint describes, and a title for its menu. */
export interface Fix {
  readonly title: string;
  /** In no order; they do not overlap. */
  readonly edits: readonly Edit[];
}

/**
 * Whatever fails in front of a user. `message` is lower case and says what is wrong here; `label` is
 * the fact at the caret; `labels` are other places; `hint` is something that can be typed in.
 */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** Absent only where no text is at fault (a missing file named on the command line). */
  readonly span?: Span | undefined;
  readonly label?: string | undefined;
  readonly labels?: readonly Label[] | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly hint?: string | undefined;
  /** The hint as data, where it describes an edit; the first is the most likely one. */
  readonly fixes?: readonly Fix[] | undefined;
}

/** What a floor returns: it goes on after the first error. */
export interface Checked<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error');
}
