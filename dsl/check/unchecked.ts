import type { Declaration, Module } from '../syntax/tree.ts';
import type { Span } from '../text/source.ts';
import type { Report } from './report.ts';

export interface Unchecked {
  readonly construct: string;
  readonly span: Span;
}

/**
 * W0100, once a kind of construct: parsed, but neither fully checked nor planned yet. `alone`: no other file
 * is read, so that calls cannot be checked.
 */
export function reportUnchecked(
  module: Module,
  report: Report,
  alone: boolean,
): readonly Unchecked[] {
  const first = new Map<string, Span>();
  const found = (construct: string, span: Span): void => {
    if (!alone && (construct === 'use' || construct === 'call')) return;
    if (!first.has(construct)) first.set(construct, span);
  };
  for (const declaration of module.declarations) ofDeclaration(declaration, found);
  const unchecked = [...first].map(([construct, span]) => ({ construct, span }));
  for (const { construct, span } of unchecked) {
    report.warning('W0100', span, `\`${construct}\` is not checked yet`, {
      label: 'understood, but a workflow with it is not planned or run',
    });
  }
  return unchecked;
}

type Found = (construct: string, span: Span) => void;

function ofDeclaration(declaration: Declaration, found: Found): void {
  const { kind, span } = declaration;
  if (kind === 'use' || kind === 'call') found(kind, firstWord(span, kind));
}

/** Only the keyword: a whole block under carets says less. */
function firstWord(span: Span, word: string): Span {
  return { ...span, end: span.start + word.length };
}
