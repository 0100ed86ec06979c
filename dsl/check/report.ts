import { sameCodeMax } from '../text/cap.ts';
import type { Diagnostic, Fix, Label, Severity } from '../text/diagnostic.ts';
import { suggestion } from '../text/fix.ts';
import type { Span } from '../text/source.ts';
import { didYouMean } from '../text/suggest.ts';

/** What a message may say beside its first line. */
export interface Details {
  readonly label?: string | undefined;
  readonly labels?: readonly Label[] | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly hint?: string | undefined;
  readonly fixes?: readonly Fix[] | undefined;
}

/** Collects what the checker finds; the same code at the same place is said once. */
export interface Report {
  readonly diagnostics: readonly Diagnostic[];
  /** False after so many messages that nobody reads hints; looking for them takes time each. */
  readonly wantsHints: boolean;
  /** As `suggestion`, until so many names have been compared that it would take seconds. */
  suggest(
    span: Span,
    word: string,
    candidates: Iterable<string>,
  ): Pick<Diagnostic, 'hint' | 'fixes'>;
  /** As `didYouMean`, counted with the others. */
  near(word: string, candidates: Iterable<string>): string | undefined;
  error(code: string, span: Span, message: string, details?: Details): void;
  warning(code: string, span: Span, message: string, details?: Details): void;
}

const hintedMax = 100;

/** Some 0.3 s of comparing; a file of ordinary names and errors needs a hundredth of it. */
const comparisonsMax = 200_000;

/** After so many messages a label that lists names is left out: a thousand lists would fill the memory. */
const longLabelsMax = 1000;
const longLabelLength = 300;

export function createReport(): Report {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  let compared = 0;
  const affordable = (candidates: Iterable<string>): readonly string[] => {
    if (compared > comparisonsMax) return [];
    const all = [...candidates];
    compared += all.length;
    return all;
  };
  const add = (severity: Severity, code: string, span: Span, message: string, more?: Details) => {
    const place = `${code} ${span.start} ${span.end}`;
    if (seen.has(place)) return;
    seen.add(place);
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    // Counted by whoever caps them; nobody reads what else they say.
    if (count > sameCodeMax) {
      diagnostics.push({ code, severity, message, span });
      return;
    }
    const isLong = (more?.label?.length ?? 0) > longLabelLength;
    const details =
      isLong && diagnostics.length > longLabelsMax ? { ...more, label: undefined } : more;
    diagnostics.push({ code, severity, message, span, ...details });
  };
  return {
    diagnostics,
    get wantsHints() {
      return diagnostics.length < hintedMax;
    },
    suggest: (span, word, candidates) => suggestion(span, word, affordable(candidates)),
    near: (word, candidates) => didYouMean(word, affordable(candidates)),
    error: (code, span, message, details) => add('error', code, span, message, details),
    warning: (code, span, message, details) => add('warning', code, span, message, details),
  };
}
