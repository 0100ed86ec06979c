import type { Grammar } from 'ohm-js';
import { leafPattern } from './leaf-pattern.ts';

/**
 * Makes the matches of a grammar cheaper in time and memory; what matches, and where a match fails, stays
 * the same. Ohm keeps the answer of every rule at every character until the match ends, some kilobytes a
 * character, which costs more than finding the answers: here those inside a part that matched as a whole
 * are let go, and so are the parts of words. Nobody asks for them again, since the whole is asked first,
 * whose answer is kept. (Where somebody did, they would be found again, at every level of nesting.) Words and numbers match as
 * regular expressions, and blanks are skipped without asking a rule for them.
 *
 * This is done from within a match, by what is not in ohm's types; see `rootOf` in node.ts. What costs what
 * is measured by `node test/fuzz/run.ts --sizes`.
 */
export function lighten(grammar: Grammar): Grammar {
  const open = grammar as Grammar & { _setUpMatchState(state: MatchState): void };
  const patterns = leaves.map((rule) => leafPattern(grammar, rule));
  const ahead = lookedAhead.map((rule) => leafPattern(grammar, rule));
  for (const [index, rule] of leaves.entries()) {
    (grammar.rules[rule] as { body: unknown }).body = leaf(patterns[index] as string);
  }
  for (const [index, rule] of lookedAhead.entries()) {
    (grammar.rules[rule] as { body: unknown }).body = shortcut(ahead[index] as string);
  }
  open._setUpMatchState = (state) => {
    state.skipSpaces = skipBlanks;
    state.inSyntacticContext = mayHaveBlanks;
    state.exitApplication = exitAndForget;
    const { length } = state.inputStream.source;
    state.sifted = new Int32Array(length + 1);
    state.emptied = new Int32Array(length + 1);
  };
  return grammar;
}

/** Rules whose parts nobody reads, and whose inner failures nobody is told. */
const leaves = 'name string block number letterStart identPart notUnit itemWord'.split(' ');

/** Rules that match what others would, but sooner: they look at what comes behind. */
const lookedAhead = ['lone', 'loneOr', 'loneAdd'];

/** What stands for the body of a rule: a body is asked for these three things. */
function leaf(pattern: string) {
  const sticky = new RegExp(pattern, 'uy');
  return {
    getArity: () => 0,
    allowsSkippingPrecedingSpace: () => false,
    eval: ({ inputStream }: MatchState): boolean => {
      sticky.lastIndex = inputStream.pos;
      if (!sticky.test(inputStream.source)) return false;
      inputStream.pos = sticky.lastIndex;
      return true;
    },
  };
}

/**
 * A leaf that saves asking other rules. Where those would have failed is kept, right behind it and the blank
 * there; when ohm matches again to learn what would have fitted, they are asked themselves.
 */
function shortcut(pattern: string) {
  const body = leaf(pattern);
  return {
    ...body,
    eval: (state: MatchState): boolean => {
      if (state.recordedFailures !== undefined || !body.eval(state)) return false;
      const { source, pos } = state.inputStream;
      let at = pos;
      while (source.charCodeAt(at) === blank) at++;
      state.rightmostFailurePosition = Math.max(state.rightmostFailurePosition, at);
      return true;
    },
  };
}

/** What ohm's matcher works with. */
interface MatchState {
  readonly inputStream: { readonly source: string; pos: number; examinedLength: number };
  rightmostFailurePosition: number;
  /** Present if it is to be known what would have fitted. */
  readonly recordedFailures?: unknown;
  /** The answers at each character. */
  readonly memoTable: (Answers | undefined)[];
  /** Where the rules begin that are being asked. */
  readonly _posStack: readonly number[];
  readonly _applicationStack: readonly { readonly ruleName: string }[];
  readonly inLexifiedContextStack: readonly boolean[];
  /** By the end of a part that only answers of `Exp` are left in: 1 more than where it starts. */
  sifted: Int32Array;
  /** The same of parts that no answers are left in. */
  emptied: Int32Array;
  skipSpaces(): number;
  inSyntacticContext(): boolean;
  exitApplication(position: Answers, node: Matched | false): void;
}

/** What was found at a character, by rule. */
interface Answers {
  memo: Readonly<Record<string, unknown>>;
}

interface Matched {
  readonly ctorName: string;
  children: readonly unknown[];
  childOffsets: readonly number[];
}

/** `spaces` of the grammar. */
function skipBlanks(this: MatchState): number {
  const { inputStream } = this;
  const { source } = inputStream;
  let at = inputStream.pos;
  while (source.charCodeAt(at) === blank) at++;
  inputStream.pos = at;
  inputStream.examinedLength = Math.max(inputStream.examinedLength, at + 1);
  return at;
}

const blank = ' '.charCodeAt(0);

/** In rules that begin with a capital, outside `#`. */
function mayHaveBlanks(this: MatchState): boolean {
  const rule = this._applicationStack.at(-1)?.ruleName;
  return (rule === undefined || rule < 'a') && !this.inLexifiedContextStack.at(-1);
}

/** Parts of a text that no other rule divides in another way: nobody comes back into them. */
const statements: ReadonlySet<string> = new Set(
  'Item ArgItem Field FieldDecl MapEntry RetryClause SiteItem'.split(' '),
);

/** Words and signs whose parts are read; of the others the text is. */
const divided: ReadonlySet<string> = new Set(['numeral', 'quantity', 'quantPart', 'percent']);

const none: readonly never[] = [];

function exitAndForget(this: MatchState, position: Answers, node: Matched | false): void {
  if (node && node.ctorName >= 'a' && !divided.has(node.ctorName)) {
    node.children = node.childOffsets = none;
  } else if (node && (node.ctorName === 'Exp' || statements.has(node.ctorName))) {
    forgetInside(this, node.ctorName !== 'Exp');
    keepOnly(position, node.ctorName);
  }
  const { exitApplication } = Object.getPrototypeOf(this) as MatchState;
  exitApplication.call(this, position, node);
}

/** Parts inside, of which nothing more is to be let go, are jumped over: else each level would cost what all do. */
function forgetInside(state: MatchState, isStatement: boolean): void {
  const { memoTable, inputStream, _posStack, sifted, emptied } = state;
  const start = _posStack.at(-1) ?? 0;
  const end = inputStream.pos;
  const done = isStatement ? emptied : sifted;
  for (let at = end - 1; at > start; at--) {
    const inside = done[at + 1] ?? 0;
    if (inside > 0) at = inside - 1;
    if (at <= start) break;
    // `if (x)` may turn out to be a call: then its `x` is asked for again, at every level.
    const answers = isStatement ? undefined : memoTable[at];
    memoTable[at] = answers && keepOnly(answers, 'Exp') ? answers : undefined;
  }
  sifted[end] = start + 1;
  if (isStatement) emptied[end] = start + 1;
}

/** Whether there is an answer of that rule. */
function keepOnly(answers: Answers, rule: string): boolean {
  const kept = answers.memo[rule];
  answers.memo = kept === undefined ? {} : { [rule]: kept };
  return kept !== undefined;
}
