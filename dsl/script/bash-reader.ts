import { type CommandWords, newCommand, type SecondEvaluator } from './bash-commands.ts';

/** How bash reads the place of a hole. */
export interface BashPlace {
  /**
   * `word`: unquoted. `quoted`: between double quotes, or where bash does not split words. `here`: in a
   * here-document. `arithmetic`: where bash computes. `fixed`: where bash replaces nothing (`by` says
   * what keeps it from it). `comment`: it is not read at all.
   */
  readonly where: 'word' | 'quoted' | 'here' | 'arithmetic' | 'fixed' | 'comment';
  readonly by?: string;
  /** Arithmetic inside `${x[...]}`, which is none if `x` is an associative array. */
  readonly subscript?: boolean;
  /** A second interpreter gets the text that the value is part of. */
  readonly evaluator?: SecondEvaluator | undefined;
}

/** One construct of bash that is open where the reader stands. */
export interface Frame {
  readonly kind: 'command' | 'double' | 'single' | 'ansi' | 'parameter' | 'arithmetic' | 'here';
  /** What ends it; empty for the body itself and here-documents. */
  readonly close: string;
  /** No word splitting inside (given on by `${...}`). */
  readonly quoted: boolean;
  /** Single quotes count in `"${x#'y'}"`, but not in `"${x:-'y'}"`. */
  readonly quotesCount: boolean;
  /** Where a here-document's body ends, and where the text goes on after its last line. */
  readonly end: number;
  readonly after: number;
  /** Open parentheses of an arithmetic expression; open `case`s of a command. */
  depth: number;
  command: CommandWords;
}

export interface HereDocument {
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly dashed: boolean;
  readonly command: CommandWords;
}

/** The state of reading a body: changed in place while it goes through the text. */
export interface Reader {
  readonly text: string;
  readonly holes: ReadonlySet<number>;
  readonly places: Map<number, BashPlace>;
  readonly edits: Map<number, string>;
  readonly variables: { name: string; offset: number }[];
  readonly frames: Frame[];
  /** Here-documents asked for in the present line. */
  readonly pending: HereDocument[];
  at: number;
}

export function newReader(text: string, holes: ReadonlySet<number>): Reader {
  const reader: Reader = {
    text,
    holes,
    places: new Map(),
    edits: new Map(),
    variables: [],
    frames: [],
    pending: [],
    at: 0,
  };
  push(reader, 'command', '');
  return reader;
}

export function top(reader: Reader): Frame {
  return reader.frames.at(-1) as Frame;
}

/** The command that the present text is a word of. */
export function commandAt(reader: Reader): CommandWords {
  for (let i = reader.frames.length - 1; i >= 0; i--) {
    const frame = reader.frames[i];
    if (frame?.kind === 'command' || frame?.kind === 'here') return frame.command;
  }
  return newCommand();
}

/** Adds to the word being read; begins one if there is none. */
export function addToWord(reader: Reader, text: string): void {
  if (top(reader).kind === 'here') return;
  const command = commandAt(reader);
  command.word = (command.word ?? '') + text;
}

export function push(
  reader: Reader,
  kind: Frame['kind'],
  close: string,
  more?: Partial<Frame>,
): void {
  reader.frames.push({
    kind,
    close,
    quoted: kind !== 'command' && kind !== 'parameter',
    quotesCount: true,
    end: Number.POSITIVE_INFINITY,
    after: Number.POSITIVE_INFINITY,
    depth: 0,
    command: newCommand(),
    ...more,
  });
}
