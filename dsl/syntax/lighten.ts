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
  for (const [index, rule] of leaves.entries()) {
    (grammar.rules[rule] as { body: unknown }).body = leaf(patterns[index] as string);
  }
  open._setUpMatchState = (state) => {
    state.skipSpaces = skipBlanks;
    state.inSyntacticContext = mayHaveBlanks;
    state.exitApplication = exitAndForget;
  };
  return grammar;
}

/** Rules whose parts nobody reads, and whose inner failures nobody is told. */
const leaves = 'name string block number letterStart identPart notUnit itemWord'.split(' ');

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

/** What ohm's matcher works with. */
interface MatchState {
  readonly inputStream: { readonly source: string; pos: number; examinedLength: number };
  /** The answers at each character. */
  readonly memoTable: (Answers | undefined)[];
  /** Where the rules begin that are being asked. */
  readonly _posStack: readonly number[];
  readonly _applicationStack: readonly { readonly ruleName: string }[];
  readonly inLexifiedContextStack: readonly boolean[];
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
    const { memoTable, inputStream, _posStack } = this;
    const start = _posStack.at(-1) ?? 0;
    const isStatement = node.ctorName !== 'Exp';
    for (let at = inputStream.pos - 1; at > start; at--) {
      // `if (x)` may turn out to be a call: then its `x` is asked for again, at every level.
      const answers = isStatement ? undefined : memoTable[at];
      memoTable[at] = answers && keepOnly(answers, 'Exp') ? answers : undefined;
    }
    keepOnly(position, node.ctorName);
  }
  const { exitApplication } = Object.getPrototypeOf(this) as MatchState;
  exitApplication.call(this, position, node);
}

/** Whether there is an answer of that rule. */
function keepOnly(answers: Answers, rule: string): boolean {
  const kept = answers.memo[rule];
  answers.memo = kept === undefined ? {} : { [rule]: kept };
  return kept !== undefined;
}
