import type { Diagnostic } from '../text/diagnostic.ts';
import { replaceBy } from '../text/fix.ts';
import { type Span, spanText } from '../text/source.ts';
import { type Masked, sourceSpan } from './masked.ts';
import type { Node } from './node.ts';
import { problem } from './problem.ts';
import type { Expression, Name } from './tree.ts';
import { reservedWords } from './words.ts';

/** What building a tree needs besides the match: where its text came from and where errors go. */
export interface Reader {
  readonly masked: Masked;
  readonly diagnostics: Diagnostic[];
  /** Reads the expression of an `@{...}`; undefined if it has an error, which has been told. */
  readonly interpolated: (masked: Masked) => Expression | undefined;
  /** How many expressions are being built around the current one. */
  depth: number;
}

/** The part of the source that a node was matched from. */
export function spanOfNode(reader: Reader, node: Node): Span {
  return sourceSpan(reader.masked, node.source.startIdx, node.source.endIdx);
}

/** From the beginning of one node to the end of another. */
export function spanOfNodes(reader: Reader, first: Node, last: Node): Span {
  return sourceSpan(reader.masked, first.source.startIdx, last.source.endIdx);
}

/** A word where any will do: a field after a dot, a column, a unit. */
export function readWord(reader: Reader, node: Node): Name {
  return { text: node.sourceString, span: spanOfNode(reader, node) };
}

/** A name; a word of the language in its place is told (E0106) and taken. */
export function readName(reader: Reader, node: Node): Name {
  const name = readWord(reader, node);
  reader.diagnostics.push(...checkReserved(name));
  return name;
}

/** E0106 for a word of the language where a name should stand. */
export function checkReserved(name: Name): Diagnostic[] {
  if (!reservedWords.has(name.text)) return [];
  const message = `\`${name.text}\` is a word of the language and cannot be a name`;
  const hint = `choose another name: \`${name.text}_\``;
  const fixes = [replaceBy(name.span, `${name.text}_`)];
  return [problem('E0106', name.span, message, { hint, fixes })];
}

/** Says E0106 once for each word: where it first stands, with the other places; one fix renames all. */
export function reservedOnce(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const isReserved = ({ code, span }: Diagnostic) =>
    code === 'E0106' && span !== undefined && reservedWords.has(spanText(span));
  const byWord = Map.groupBy(diagnostics.filter(isReserved), ({ message }) => message);
  return diagnostics.flatMap((diagnostic) => {
    const same = isReserved(diagnostic) ? (byWord.get(diagnostic.message) ?? []) : [diagnostic];
    if (same[0] !== diagnostic) return [];
    if (same.length < 2) return [diagnostic];
    const spans = same.flatMap(({ span }) => (span ? [span] : []));
    const labels = spans.slice(1, 4).map((span) => ({ span, text: 'and here' }));
    const name = `${spanText(spans[0] as Span)}_`;
    const edits = spans.map((span) => ({ span, text: name }));
    return [{ ...diagnostic, labels, fixes: [{ title: `write \`${name}\``, edits }] }];
  });
}

/** The members of a list node (`NonemptyListOf<...>`), of `Names`, or of an optional clause of one. */
export function membersOf(list: Node): readonly Node[] {
  let at = list;
  while (!/^(?:Empty|Nonempty)ListOf$/.test(at.ctorName)) at = at.child(0);
  return at.numChildren === 0 ? [] : [at.child(0), ...at.child(2).children];
}

export function readNames(reader: Reader, list: Node): Name[] {
  return membersOf(list).map((node) => readName(reader, node));
}

/** The node of an optional part, if it was written. */
export function optional(node: Node): Node | undefined {
  return node.children[0];
}

/** The members of a `{ ... }` block, whatever rule wraps it. */
export function blockMembers(node: Node): readonly Node[] {
  let block = node;
  while (block.ctorName !== 'Block') block = block.child(0);
  return block.child(2).children;
}
