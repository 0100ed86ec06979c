/** The words of one simple command read so far, quotes removed; `\0` stands for a hole. */
export interface CommandWords {
  readonly words: string[];
  /** The word being read; undefined between words. */
  word: string | undefined;
}

/** Who reads a text as code a second time, after bash has put the values in. */
export type SecondEvaluator = 'eval' | 'shell' | 'ssh' | 'arithmetic' | 'interpreter';

export function newCommand(): CommandWords {
  return { words: [], word: undefined };
}

const reservedWords = new Set(
  '! { if then elif else do while until time coproc fi done esac }'.split(' '),
);

/** Commands that run the command in their arguments. */
const carriers = new Set(
  'builtin command exec env sudo nohup nice time timeout xargs srun mpirun mpiexec stdbuf'.split(
    ' ',
  ),
);
const shells = new Set(['bash', 'sh', 'dash', 'zsh', 'ksh']);
const interpreters = new Set(
  'python python2 python3 perl ruby node Rscript R sqlite3 psql mysql'.split(' '),
);
const sshOptionsWithValue = new Set('bcDEeFIiJLlmOopQRSWw');

/** True if nothing but reserved words and assignments has been read, so that a command's name may follow. */
export function startsCommand(command: CommandWords): boolean {
  return nameIndex(command) === command.words.length;
}

function nameIndex({ words }: CommandWords): number {
  const found = words.findIndex((word) => !reservedWords.has(word) && !/^\w+\+?=/.test(word));
  return found < 0 ? words.length : found;
}

/**
 * The second evaluator that gets the value of a hole in the word being read, or (`here`) in the command's
 * here-document; undefined if it stays data. `rest` is the text after the hole.
 */
export function secondEvaluator(
  command: CommandWords,
  here: boolean,
  rest: string,
): SecondEvaluator | undefined {
  const from = nameIndex(command);
  const words = command.words.slice(from);
  const carried = carriers.has(base(words[0]))
    ? words.findIndex((word) => isEvaluator(base(word)))
    : 0;
  if (carried < 0) return undefined;
  const name = base(words[carried]);
  const given = words.slice(carried + 1);
  if (name === 'eval') return 'eval';
  if (name === 'let') return 'arithmetic';
  if (name === '[[') return testsNumbers(given, rest) ? 'arithmetic' : undefined;
  if (name === 'ssh') return here || hasHost(given) ? 'ssh' : undefined;
  if (here) return shells.has(name) ? 'shell' : interpreters.has(name) ? 'interpreter' : undefined;
  const option = given.at(-1) ?? '';
  if (shells.has(name) && /^-[a-zA-Z]*c$/.test(option)) return 'shell';
  return interpreters.has(name) && /^-[ceE]$/.test(option) ? 'interpreter' : undefined;
}

function isEvaluator(name: string): boolean {
  return name === 'eval' || name === 'ssh' || shells.has(name) || interpreters.has(name);
}

function base(word: string | undefined): string {
  return word?.slice(word.lastIndexOf('/') + 1) ?? '';
}

/** `[[ a -lt b ]]` computes both sides, and so runs `x[$(command)]` in them. */
function testsNumbers(given: readonly string[], rest: string): boolean {
  const operator = /^-(eq|ne|lt|le|gt|ge)$/;
  return operator.test(given.at(-1) ?? '') || /^["']?\s+-(eq|ne|lt|le|gt|ge)\s/.test(rest);
}

/** True if the host has been named, so that what follows is the command for the other side's shell. */
function hasHost(given: readonly string[]): boolean {
  for (let i = 0; i < given.length; i++) {
    const word = given[i] as string;
    if (!word.startsWith('-')) return true;
    if (word.length === 2 && sshOptionsWithValue.has(word[1] as string)) i++;
  }
  return false;
}
