import type { Diagnostic } from './diagnostic.ts';
import { lineStarts, lineText, positionAt, type SourceText, type Span } from './source.ts';
import { displayWidth, expandTabs } from './width.ts';

export interface RenderOptions {
  /** ANSI colours; what is printed is the same otherwise. */
  readonly color: boolean;
}

type Paint = 'error' | 'warning' | 'note' | 'strong' | 'gutter';

const codes: Readonly<Record<Paint, string>> = {
  error: '1;31',
  warning: '1;33',
  note: '1;36',
  strong: '1',
  gutter: '34',
};

interface Mark {
  readonly span: Span;
  readonly text: string;
  readonly primary: boolean;
}

/**
 * A diagnostic as people read it: the message, the place, the lines with carets, other places with
 * `-`, notes and the hint. Ends without a line break.
 */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions): string {
  const paint = (how: Paint, text: string): string =>
    options.color && text !== '' ? `\u001b[${codes[how]}m${text}\u001b[0m` : text;
  const head = `${diagnostic.severity}[${diagnostic.code}]`;
  const lines = [
    `${paint(diagnostic.severity, head)}${paint('strong', `: ${diagnostic.message}`)}`,
  ];
  const excerpts = excerptsOf(diagnostic);
  const last = Math.max(0, ...excerpts.flatMap((excerpt) => excerpt.lines.map(([line]) => line)));
  const width = String(last).length;
  excerpts.forEach((excerpt, index) => {
    const { line, column } = positionAt(excerpt.source, excerpt.at);
    const arrow = index === 0 ? '-->' : ':::';
    const blank = ' '.repeat(width);
    lines.push(`${blank}${paint('gutter', arrow)} ${excerpt.source.name}:${line}:${column}`);
    lines.push(`${blank} ${paint('gutter', '|')}`);
    lines.push(...excerptLines(excerpt, width, diagnostic.severity, paint));
  });
  const gutter = ' '.repeat(width + 1);
  for (const note of diagnostic.notes ?? []) {
    lines.push(`${gutter}${paint('gutter', '=')} note: ${continued(note, gutter)}`);
  }
  if (diagnostic.hint !== undefined) {
    lines.push(`${gutter}${paint('gutter', '=')} hint: ${continued(diagnostic.hint, gutter)}`);
  }
  return lines.join('\n');
}

/** All diagnostics in the order of files (as they come) and places, divided by blank lines. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: RenderOptions,
): string {
  return sortedByPlace(diagnostics)
    .map((diagnostic) => renderDiagnostic(diagnostic, options))
    .join('\n\n');
}

/** Those without a place first, then by file in order of first mention, then by place and code. */
function sortedByPlace(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = new Map<SourceText | undefined, number>([[undefined, -1]]);
  for (const { span } of diagnostics) {
    if (span && !files.has(span.source)) files.set(span.source, files.size);
  }
  const file = (d: Diagnostic) => files.get(d.span?.source) ?? 0;
  return [...diagnostics].sort(
    (a, b) =>
      file(a) - file(b) ||
      (a.span?.start ?? 0) - (b.span?.start ?? 0) ||
      (a.span?.end ?? 0) - (b.span?.end ?? 0) ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  );
}

// --- Excerpts: the lines of one source, with what is marked on them ---

interface Excerpt {
  readonly source: SourceText;
  readonly at: number;
  readonly lines: readonly (readonly [line: number, marks: readonly Mark[]])[];
}

/** The excerpt of the diagnostic's own place first; then one for each other file. */
function excerptsOf(diagnostic: Diagnostic): Excerpt[] {
  const marks: Mark[] = [];
  if (diagnostic.span) {
    marks.push({ span: diagnostic.span, text: diagnostic.label ?? '', primary: true });
  }
  for (const { span, text } of diagnostic.labels ?? []) marks.push({ span, text, primary: false });
  const bySource = Map.groupBy(marks, (mark) => mark.span.source);
  return [...bySource].map(([source, own]) => {
    const byLine = Map.groupBy(own, (mark) => positionAt(source, mark.span.start).line);
    const lines = [...byLine].sort(([a], [b]) => a - b);
    return { source, at: own[0]?.span.start ?? 0, lines };
  });
}

function excerptLines(
  excerpt: Excerpt,
  width: number,
  severity: Paint,
  paint: (how: Paint, text: string) => string,
): string[] {
  const lines: string[] = [];
  let before: number | undefined;
  for (const [line, marks] of excerpt.lines) {
    if (before !== undefined && line === before + 2) {
      lines.push(sourceLine(excerpt.source, before + 1, width, paint));
    } else if (before !== undefined && line > before + 2) {
      lines.push(paint('gutter', '...'));
    }
    before = line;
    lines.push(sourceLine(excerpt.source, line, width, paint));
    for (const row of markRows(excerpt.source, line, marks)) {
      const primary = row.primary ? severity : 'gutter';
      lines.push(
        `${' '.repeat(width)} ${paint('gutter', '|')} ${row.pad}${paint(primary, row.text)}`,
      );
    }
  }
  return lines;
}

function sourceLine(
  source: SourceText,
  line: number,
  width: number,
  paint: (how: Paint, text: string) => string,
): string {
  const text = expandTabs(lineText(source, line)).trimEnd();
  const number = paint('gutter', `${String(line).padStart(width)} |`);
  return text === '' ? number : `${number} ${text}`;
}

/** One row for each mark, from left to right, so that several labels of a line stay apart. */
function markRows(
  source: SourceText,
  line: number,
  marks: readonly Mark[],
): { pad: string; text: string; primary: boolean }[] {
  const start = lineStarts(source)[line - 1] ?? 0;
  const text = lineText(source, line);
  return [...marks]
    .sort((a, b) => a.span.start - b.span.start)
    .map((mark) => {
      const from = Math.min(mark.span.start - start, text.length);
      const to = Math.max(from, Math.min(mark.span.end - start, text.length));
      const pad = displayWidth(expandTabs(text.slice(0, from)));
      const under = Math.max(1, displayWidth(expandTabs(text.slice(0, to))) - pad);
      const sign = (mark.primary ? '^' : '-').repeat(under);
      const label = mark.text === '' ? '' : ` ${mark.text}`;
      return { pad: ' '.repeat(pad), text: `${sign}${label}`, primary: mark.primary };
    });
}

/** Further lines of a note or hint stand under its first word. */
function continued(text: string, gutter: string): string {
  return text.replaceAll('\n', `\n${gutter}        `);
}
