import { displayWidth } from '../text/width.ts';

/** Columns that a line should have at most. */
export const lineWidth = 100;

/**
 * Text with places where lines may break. A group is printed on one line if it fits, else its own lines
 * break; a fill breaks only where the next part does not fit. After P. Wadler, "A prettier printer"
 * (2003), with lines that always break for what must stand alone.
 */
export type Doc = string | readonly Doc[] | Line | Group | Indent | Fill | Choice | Comment | Block;

interface Line {
  readonly kind: 'line';
  /** What stands here when the line does not break. */
  readonly flat: '' | ' ';
  readonly always: boolean;
  /** An empty line goes before. */
  readonly blank: boolean;
}

interface Group {
  readonly kind: 'group';
  readonly contents: Doc;
  /** Set before printing, where something inside always breaks. */
  broken: boolean;
}

interface Indent {
  readonly kind: 'indent';
  readonly contents: Doc;
}

export interface FillPart {
  /** Before the part; that of the first part is not printed. */
  readonly separator: Doc;
  readonly contents: Doc;
}

interface Fill {
  readonly kind: 'fill';
  readonly parts: readonly { readonly separator: Doc; readonly contents: Group }[];
}

/** One of two texts: whether the group around is broken decides. */
interface Choice {
  readonly kind: 'choice';
  readonly broken: string;
  readonly flat: string;
}

/** Ends its line; takes no part in deciding what fits. */
interface Comment {
  readonly kind: 'comment';
  readonly text: string;
}

/** A `"""` text of several lines: `first` follows what stands before, the others come below. */
export interface Block {
  readonly kind: 'block';
  readonly first: string;
  readonly lines: readonly BlockLine[];
  readonly last: BlockLine;
}

export interface BlockLine {
  readonly text: string;
  /** False for a line that stays where it is. */
  readonly indented: boolean;
}

export const line: Doc = { kind: 'line', flat: ' ', always: false, blank: false };
export const softLine: Doc = { kind: 'line', flat: '', always: false, blank: false };
export const hardLine: Doc = { kind: 'line', flat: '', always: true, blank: false };
export const blankLine: Doc = { kind: 'line', flat: '', always: true, blank: true };

export function group(contents: Doc, broken = false): Doc {
  return { kind: 'group', contents, broken };
}

export function indent(contents: Doc): Doc {
  return { kind: 'indent', contents };
}

export function fill(parts: readonly FillPart[]): Doc {
  const grouped = parts.map(({ separator, contents }) => ({
    separator,
    contents: { kind: 'group', contents, broken: false } as const,
  }));
  return { kind: 'fill', parts: grouped };
}

/** A fill whose parts stand deeper than the first when they begin a line. */
export function hangingFill(parts: readonly FillPart[]): Doc {
  const deeper = parts.map(({ separator, contents }, at) => {
    if (at === 0) return { separator, contents };
    return { separator: indent(separator), contents: indent(contents) };
  });
  return fill(deeper);
}

export function choice(broken: string, flat: string): Doc {
  return { kind: 'choice', broken, flat };
}

export function comment(text: string): Doc {
  return { kind: 'comment', text };
}

/** The text of a document without any line, comment or choice in it; undefined if it has one. */
export function plainText(doc: Doc): string | undefined {
  if (typeof doc === 'string') return doc;
  if ('kind' in doc) return undefined;
  let text = '';
  for (const part of doc) {
    const plain = plainText(part);
    if (plain === undefined) return undefined;
    text += plain;
  }
  return text;
}

// --- Printing ---

interface Command {
  readonly indent: number;
  readonly broken: boolean;
  readonly doc: Doc;
  /** The part of a fill to go on with. */
  readonly part?: number;
}

interface PrintedLine {
  readonly text: string;
  readonly comment: string | undefined;
}

/** The document as text, each line ended; comments behind neighbouring lines stand below each other. */
export function print(doc: Doc): string {
  breakAround(doc);
  const paper = createPaper();
  const todo: Command[] = [{ indent: 0, broken: true, doc }];
  for (let command = todo.pop(); command; command = todo.pop()) step(command, todo, paper);
  return withComments(paper.finish());
}

function step(command: Command, todo: Command[], paper: Paper): void {
  const { indent, broken, doc } = command;
  if (typeof doc === 'string') {
    paper.write(doc, indent);
    return;
  }
  if (!('kind' in doc)) {
    for (const part of [...doc].reverse()) todo.push({ indent, broken, doc: part });
    return;
  }
  switch (doc.kind) {
    case 'line':
      if (!broken && !doc.always) paper.write(doc.flat, indent);
      else paper.newLine(doc.blank);
      return;
    case 'group': {
      const flat: Command = { indent, broken: false, doc: doc.contents };
      const isFlat = !doc.broken && (!broken || fits(flat, todo, lineWidth - paper.column(indent)));
      todo.push(isFlat ? flat : { ...flat, broken: true });
      return;
    }
    case 'indent':
      todo.push({ indent: indent + 2, broken, doc: doc.contents });
      return;
    case 'fill':
      stepFill(command, doc, todo, paper);
      return;
    case 'choice':
      paper.write(broken ? doc.broken : doc.flat, indent);
      return;
    case 'comment':
      paper.comment(doc.text, indent);
      return;
    case 'block':
      paper.block(doc, indent);
  }
}

/** Prints one part of a fill and leaves the others to do. */
function stepFill(command: Command, doc: Fill, todo: Command[], paper: Paper): void {
  const { indent, broken, part = 0 } = command;
  const current = doc.parts[part];
  if (!current) return;
  const isLast = part === doc.parts.length - 1;
  const following = isLast ? todo : [];
  if (!isLast) todo.push({ ...command, part: part + 1 });
  const { separator, contents } = current;
  const room = lineWidth - paper.column(indent);
  // A part that is too long for any line breaks inside, if it can.
  todo.push({ indent, broken, doc: contents });
  if (part === 0) return;
  // What breaks inside begins a line, also when it was written with the break that it is given now.
  const whole: Doc = [separator, contents];
  const isFlat =
    !broken ||
    (!contents.broken &&
      !breakAround(separator) &&
      fits({ indent, broken: false, doc: whole }, following, room));
  todo.push({ indent, broken: !isFlat, doc: separator });
}

/** True if what is next, and what follows up to where a line may end, has room in this many columns. */
function fits(next: Command, following: readonly Command[], room: number): boolean {
  const todo = [next];
  let rest = following.length;
  let left = room;
  while (left >= 0) {
    const command = todo.pop() ?? following[--rest];
    if (!command) return true;
    const { broken, doc } = command;
    if (typeof doc === 'string') left -= displayWidth(doc);
    else if (!('kind' in doc)) {
      for (const part of [...doc].reverse()) todo.push({ ...command, doc: part });
    } else if (doc.kind === 'line') {
      if (broken || doc.always) return true;
      left -= doc.flat.length;
    } else if (doc.kind === 'group') {
      todo.push({ ...command, broken: broken || doc.broken, doc: doc.contents });
    } else if (doc.kind === 'indent') todo.push({ ...command, doc: doc.contents });
    else if (doc.kind === 'fill') {
      const part = command.part ?? 0;
      const current = doc.parts[part];
      if (!current) continue;
      if (part < doc.parts.length - 1) todo.push({ ...command, part: part + 1 });
      todo.push({ indent: command.indent, broken, doc: current.contents });
      if (part > 0) todo.push({ indent: command.indent, broken, doc: current.separator });
    } else if (doc.kind === 'choice') left -= (broken ? doc.broken : doc.flat).length;
    else if (doc.kind === 'block') return left >= displayWidth(doc.first);
  }
  return false;
}

/** Marks the groups in which something always breaks; true if the document has such a thing. */
function breakAround(doc: Doc): boolean {
  if (typeof doc === 'string') return false;
  if (!('kind' in doc)) {
    let breaks = false;
    for (const part of doc) if (breakAround(part)) breaks = true;
    return breaks;
  }
  switch (doc.kind) {
    case 'line':
      return doc.always;
    case 'group':
      if (breakAround(doc.contents)) doc.broken = true;
      return doc.broken;
    case 'indent':
      return breakAround(doc.contents);
    case 'fill':
      return breakAround(doc.parts.map(({ separator, contents }) => [separator, contents]));
    case 'choice':
    case 'comment':
    case 'block':
      return false;
  }
}

type Paper = ReturnType<typeof createPaper>;

/** Lines as they are written; the indentation of a line comes with its first word. */
function createPaper() {
  const lines: PrintedLine[] = [];
  let text = '';
  let behind: string | undefined;
  const end = () => {
    lines.push({ text, comment: behind });
    text = '';
    behind = undefined;
  };
  const write = (words: string, indent: number) => {
    if (words === '') return;
    text = (text === '' ? ' '.repeat(indent) : text) + words;
  };
  return {
    write,
    column: (indent: number) => (text === '' ? indent : displayWidth(text)),
    newLine(blank: boolean) {
      end();
      if (blank) end();
    },
    comment(words: string, indent: number) {
      if (text === '') write(words, indent);
      else behind = words;
    },
    block(block: Block, indent: number) {
      write(block.first, indent);
      for (const { text: words, indented } of block.lines) {
        end();
        text = indented && words !== '' ? ' '.repeat(indent + 2) + words : words;
      }
      end();
      text = block.last.indented ? ' '.repeat(indent) + block.last.text : block.last.text;
    },
    finish() {
      if (text !== '') end();
      return lines;
    },
  };
}

/** Comments behind lines that follow each other at one indentation stand below each other. */
function withComments(lines: readonly PrintedLine[]): string {
  const columns: number[] = lines.map(() => 0);
  for (let from = 0; from < lines.length; ) {
    let to = from;
    while (isCommented(lines[to]) && indentOf(lines[to]) === indentOf(lines[from])) to++;
    const widths = lines.slice(from, to).map(({ text }) => displayWidth(text));
    columns.fill(Math.max(0, ...widths) + 2, from, to);
    from = Math.max(to, from + 1);
  }
  return lines
    .map(({ text, comment }, at) => {
      if (comment === undefined) return `${text}\n`;
      return `${text}${' '.repeat((columns[at] ?? 0) - displayWidth(text))}${comment}\n`;
    })
    .join('');
}

function isCommented(line: PrintedLine | undefined): line is PrintedLine {
  return line?.comment !== undefined;
}

function indentOf(line: PrintedLine | undefined): number {
  return line === undefined ? -1 : line.text.length - line.text.trimStart().length;
}
