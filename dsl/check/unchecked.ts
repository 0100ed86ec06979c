import type { Declaration, Module, StepItem, TypeSyntax } from '../syntax/tree.ts';
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
  switch (declaration.kind) {
    case 'use':
    case 'notify':
      found(declaration.kind, firstWord(declaration.span, declaration.kind));
      break;
    case 'call':
      found('call', firstWord(declaration.span, 'call'));
      for (const item of declaration.items) ofItem(item, found);
      break;
    case 'param':
    case 'location':
      ofType(declaration.type, found);
      break;
    case 'record':
      for (const field of declaration.fields) ofType(field.type, found);
      break;
    case 'step':
      for (const item of declaration.items) ofItem(item, found);
      break;
  }
}

function ofItem(item: StepItem, found: Found): void {
  switch (item.kind) {
    case 'pin':
    case 'undo':
      found(item.kind, firstWord(item.span, item.kind));
      break;
    case 'out':
      ofType(item.type, found);
      break;
  }
}

function ofType(type: TypeSyntax, found: Found): void {
  if (type.name.text === 'store' || type.name.text === 'marker') found(type.name.text, type.span);
  for (const argument of type.arguments) ofType(argument, found);
}

/** Only the keyword: a whole block under carets says less. */
function firstWord(span: Span, word: string): Span {
  return { ...span, end: span.start + word.length };
}
