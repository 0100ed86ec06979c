import type { Span } from '../text/source.ts';
import type { Key } from './value.ts';

/** What `SEL` on the command line means: which instances are named. Spans are in the selector's text. */
export type Selector =
  | { readonly kind: 'any'; readonly of: readonly Selector[] }
  | { readonly kind: 'all'; readonly of: readonly Selector[] }
  /** A step's name; `*` stands for any characters. `objects` also names the steps inside that call. */
  | { readonly kind: 'step'; readonly pattern: string; readonly span: Span }
  | {
      readonly kind: 'key';
      readonly dimension: string;
      readonly span: Span;
      readonly values: readonly KeyPattern[];
    }
  /** `reused` are those of `succeeded` that an earlier run made. */
  | { readonly kind: 'state'; readonly state: string; readonly span: Span };

export interface KeyPattern {
  readonly text: string;
  /** Quoted, it is a string; else it may also be a number or a bool. */
  readonly quoted: boolean;
  readonly span: Span;
}

export interface Selected {
  readonly step: string;
  /** The instance's keys by dimension; a Map will do. */
  readonly keys: { get(dimension: string): Key | undefined };
  readonly state: string;
  /** Succeeded by the result of an earlier run. */
  readonly reused?: boolean;
}

/** True if the selector names this instance. A key of a dimension that it does not have matches nothing. */
export function matchesSelector(selector: Selector, instance: Selected): boolean {
  switch (selector.kind) {
    case 'any':
      return selector.of.some((each) => matchesSelector(each, instance));
    case 'all':
      return selector.of.every((each) => matchesSelector(each, instance));
    case 'step':
      return matchesStep(selector.pattern, instance.step);
    case 'state':
      return selector.state === 'reused'
        ? instance.reused === true
        : selector.state === instance.state;
    case 'key': {
      const key = instance.keys.get(selector.dimension);
      return key !== undefined && selector.values.some((value) => matchesKey(value, key));
    }
  }
}

/** `objects` also names the steps inside that call. */
export function matchesStep(pattern: string, step: string): boolean {
  if (pattern === step || step.startsWith(`${pattern}.`)) return true;
  return pattern.includes('*') && matchesGlob(pattern.split('*'), step);
}

/** Pieces between the stars, found from the left: no backtracking is needed for `*` alone. */
function matchesGlob(pieces: readonly string[], text: string): boolean {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

export function matchesKey({ text, quoted }: KeyPattern, key: Key): boolean {
  if (typeof key === 'string') return key === text;
  if (quoted) return false;
  if (typeof key === 'boolean') return text === String(key);
  return text.trim() !== '' && Number(text) === key;
}
