import type { Diagnostic, Fix } from '../text/diagnostic.ts';
import { insertAfter, remove, replaceBy } from '../text/fix.ts';
import { positionAt, type SourceText } from '../text/source.ts';
import type { Masked, MaskWriter } from './masked.ts';
import { problem, spanOf } from './problem.ts';
import { closerOf } from './scan-string.ts';

/** A bracket that has been opened. */
export interface Open {
  readonly character: string;
  readonly at: number;
  readonly line: Line;
}

export interface Line {
  readonly start: number;
  /** Blanks that it begins with. */
  readonly indent: number;
}

/** E0102: another bracket is closed first. */
export function unclosedBefore(
  source: SourceText,
  mask: MaskWriter,
  open: Open,
  { closer, at }: { readonly closer: string; readonly at: number },
): Diagnostic {
  const missing = closerOf(open.character) ?? '';
  const end = mask.contentEnd() ?? at;
  return problem(
    'E0102',
    spanOf(source, open.at, open.at + 1),
    `this \`${open.character}\` is never closed`,
    {
      labels: [{ span: spanOf(source, at, at + 1), text: `\`${closer}\` comes first` }],
      hint: `add \`${missing}\` before this \`${closer}\``,
      fixes: [insertAfter(spanOf(source, end, end), missing)],
    },
  );
}

/** E0108, or E0104 where it is the opener that is missing. */
export function strayCloser(
  source: SourceText,
  start: number,
  closer: string,
  at: number,
  top: Open | undefined,
): Diagnostic {
  const span = spanOf(source, at, at + 1);
  if (!top) {
    const head = unopenedBlock(source, start);
    if (head) return head;
    return problem('E0108', span, `this \`${closer}\` closes nothing`, {
      fixes: [remove(span)],
      hint: `remove it, or look for a missing \`${openerOf(closer)}\` above`,
    });
  }
  const text = `this one wants \`${closerOf(top.character)}\``;
  return problem('E0108', span, `\`${closer}\` does not close \`${top.character}\``, {
    labels: [{ span: spanOf(source, top.at, top.at + 1), text }],
    hint: `write \`${closerOf(top.character)}\` here`,
    fixes: [replaceBy(span, closerOf(top.character) ?? '')],
  });
}

const blockHead =
  /(?:step|call|env|record|defaults|policy|site)\b[^\n{}]*(?:\n[ \t]*(?:for|where)\b[^\n{}]*)*(?=\n)/y;

/** E0104: the declaration wants a block, and none was opened before its first line ended. */
function unopenedBlock(source: SourceText, start: number): Diagnostic | undefined {
  blockHead.lastIndex = start;
  const head = blockHead.exec(source.text)?.[0].replace(/#.*$/, '').trimEnd();
  if (head === undefined) return undefined;
  const at = start + head.length;
  return problem('E0104', spanOf(source, at, at), '`{` is missing at the end of this line', {
    hint: `\`${head.slice(0, 40).split('\n')[0]} {\``,
    fixes: [insertAfter(spanOf(source, at, at), ' {')],
  });
}

function openerOf(closer: string): string {
  return closer === ')' ? '(' : closer === ']' ? '[' : '{';
}

/** E0102 at the end of a declaration, or of the file where there is no next one; `brackets` are open there. */
export function neverClosed(
  masked: Masked,
  brackets: readonly Open[],
  next: { readonly at: number; readonly keyword: string } | undefined,
): Diagnostic {
  const { source } = masked;
  const open = brackets[0] as Open;
  const what = open.character === '{' ? 'this block' : `this \`${open.character}\``;
  const closer = closerOf(open.character);
  const span = spanOf(source, open.at, open.at + 1);
  const { line } = positionAt(source, open.at);
  const fixes = [closeAll(masked, brackets)];
  if (!next) {
    return problem('E0102', span, `${what} is never closed`, {
      hint: `add \`${closer}\` where what begins in line ${line} ends`,
      fixes,
    });
  }
  const label = {
    span: spanOf(source, next.at, next.at + next.keyword.length),
    text: `a new \`${next.keyword}\` starts here, at the left margin`,
  };
  return problem('E0102', span, `${what} is never closed`, {
    labels: [label],
    hint: `add \`${closer}\` before this \`${next.keyword}\``,
    fixes,
  });
}

/** Closes all of them, the innermost first. */
function closeAll(masked: Masked, open: readonly Open[]): Fix {
  const texts = new Map<number, string>();
  for (const each of open.toReversed()) {
    const { at, text } = closing(masked, each);
    texts.set(at, (texts.get(at) ?? '') + text);
  }
  const edits = [...texts].map(([at, text]) => ({ span: spanOf(masked.source, at, at), text }));
  const closers = open.map(({ character }) => closerOf(character)).reverse();
  return { title: `add \`${closers.join(' ')}\``, edits };
}

/** The indentation tells: what is in a bracket ends before the first line that is not further right. */
function closing(
  masked: Masked,
  { character, at, line }: Open,
): { readonly at: number; readonly text: string } {
  const { source, text, starts, ends } = masked;
  const first = Math.max(
    starts.findIndex((start) => start > at),
    0,
  );
  let last = first - 1;
  let lines = 0;
  for (let index = first; index < text.length; index++) {
    const start = starts[index] ?? 0;
    const lineBreak = source.text.lastIndexOf('\n', start - 1);
    if (lineBreak >= (ends[index - 1] ?? 0) - 1) {
      if (start - lineBreak - 1 <= line.indent) break;
      lines++;
    }
    if (text[index] !== ' ' && text[index] !== '\n') last = index;
  }
  const end = ends[last] ?? masked.end;
  const closer = closerOf(character) ?? '';
  if (closer !== '}') return { at: end, text: closer };
  const indent = ' '.repeat(line.indent);
  return { at: end, text: lines > 0 ? `\n${indent}}` : last < first ? '}' : ' }' };
}

/** A `"""` that closes nothing looks like one that opens: a script above it has no opening then. */
export function neverOpened(source: SourceText, start: number, at: number): Diagnostic | undefined {
  const head = /^[ \t]*(?:script|undo)[ \t]+\w+[ \t]*("{0,2})[ \t]*\r?\n/gm;
  const found = [...source.text.slice(start, at).matchAll(head)].at(-1);
  if (!found) return undefined;
  const end = start + found.index + found[0].trimEnd().length;
  const span = spanOf(source, end - (found[1]?.length ?? 0), end);
  return problem('E0101', span, 'the text of this script is never opened', {
    labels: [{ span: spanOf(source, at, at + 3), text: 'this `"""` should close it' }],
    hint: `\`${found[0].trim().replace(/[ "]*$/, '')} """\``,
    fixes: [replaceBy(span, found[1] ? '"""' : ' """')],
  });
}
