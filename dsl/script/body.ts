import type { Expression, StringSyntax } from '../syntax/tree.ts';
import { type Span, spanText } from '../text/source.ts';
import type { ScriptSegment } from './script.ts';

export interface BodyHole {
  readonly expression: Expression;
  /** Of the whole `@{...}`. */
  readonly span: Span;
}

/** A body in which each hole is one placeholder character, so that a lexer can walk through it. */
export interface Body {
  readonly text: string;
  /** By offset in `text`. */
  readonly holes: ReadonlyMap<number, BodyHole>;
}

export function bodyOf(syntax: StringSyntax): Body {
  let text = '';
  const holes = new Map<number, BodyHole>();
  for (const part of syntax.parts) {
    if (part.kind === 'text') {
      text += part.text;
      continue;
    }
    holes.set(text.length, { expression: part.expression, span: part.span });
    text += '\0';
  }
  return { text, holes };
}

/**
 * The body as segments: `segmentOf` gives each hole, or undefined for one that nothing reads (in a
 * comment), which stays as it was written. `edits` replace single characters.
 */
export function segmentsOf(
  body: Body,
  segmentOf: (hole: BodyHole, offset: number) => ScriptSegment | undefined,
  edits: ReadonlyMap<number, string> = new Map(),
): readonly ScriptSegment[] {
  const segments: ScriptSegment[] = [];
  let text = '';
  let from = 0;
  const stops = [...body.holes.keys(), ...edits.keys()].sort((a, b) => a - b);
  for (const offset of stops) {
    text += body.text.slice(from, offset);
    from = offset + 1;
    const hole = body.holes.get(offset);
    const segment = hole && segmentOf(hole, offset);
    if (segment) {
      if (text !== '') segments.push({ kind: 'text', text });
      segments.push(segment);
      text = '';
    } else text += hole ? spanText(hole.span).replace(/\s+/g, ' ') : (edits.get(offset) ?? '');
  }
  text += body.text.slice(from);
  if (text !== '') segments.push({ kind: 'text', text });
  return segments;
}
