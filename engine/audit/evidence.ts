import type { ExitFile } from '../attempt.ts';
import { attemptId, type Files } from '../ports.ts';
import type { TracedAttempt } from './journal-trace.ts';
import type { Violation } from './violation.ts';

/** Steps of the clocks that claims and ends are written by, on one boot of one host. */
const SAME_CLOCK_MS = 20;
/** How far clocks of two hosts, or of a host and the engine's, may be apart before it counts. */
const OTHER_CLOCK_MS = 5_000;

/** What a claim says that counts here (`runners/wrapper/claim.ts`). */
interface Claim {
  readonly attempt: string;
  readonly submission: string;
  readonly bootId: string;
  readonly pid: number;
  readonly startedAtMs: number;
}

/** What an attempt's directory shows. */
export interface Left {
  readonly attempt: TracedAttempt;
  /** `unwritten`: made, and its maker was stopped before it wrote. */
  readonly claim: Claim | 'unwritten' | undefined;
  readonly exit: (ExitFile & { readonly submission?: string }) | 'broken' | undefined;
  /** Copies that found the claim taken. */
  readonly duplicates: number;
}

/** Reads what attempts left in their directories; `directoryOf` is undefined for one that has none. */
export async function readLeft(
  files: Files,
  attempts: readonly TracedAttempt[],
  directoryOf: (attempt: TracedAttempt) => string,
): Promise<Left[]> {
  const names = ['claim', 'exit.json', 'duplicates'] as const;
  const directories = attempts.map(directoryOf);
  const stats = await files.stat(directories.flatMap((d) => names.map((name) => `${d}/${name}`)));
  const left: Left[] = [];
  for (const [at, attempt] of attempts.entries()) {
    const read = async (name: 0 | 1 | 2): Promise<string | undefined> => {
      if (!stats[at * names.length + name]) return undefined;
      return readText(files, `${directories[at]}/${names[name]}`);
    };
    const claim = await read(0);
    const exit = await read(1);
    const duplicates = await read(2);
    left.push({
      attempt,
      claim: claim === undefined ? undefined : (whole<Claim>(claim) ?? 'unwritten'),
      exit: exit === undefined ? undefined : (whole<ExitFile>(exit) ?? 'broken'),
      duplicates: duplicates?.split('\n').filter((line) => line !== '').length ?? 0,
    });
  }
  return left;
}

/**
 * Where the directory of one attempt disagrees with what the journal says of it. After a backup was put in
 * the place of a journal, an attempt may have run for a submission that nobody remembers.
 */
export function checkLeft({ attempt, claim, exit }: Left, isRestored: boolean): Violation[] {
  const { end } = attempt;
  const found: Violation[] = [];
  const say = (rule: Violation['rule'], text: string) => {
    const { instance, number } = attempt;
    found.push({ rule, ...(end ? { seq: end.seq } : {}), instance, attempt: number, text });
  };
  const id = attemptId(attempt.instance, attempt.number);
  if (typeof claim === 'object') {
    if (claim.attempt !== id) say('claim', `its claim is of attempt ${claim.attempt}`);
    else if (claim.submission !== attempt.key && !isRestored) {
      say(
        'claim',
        `its claim is of submission ${claim.submission}, the journal says ${attempt.key}`,
      );
    }
  }
  if (typeof exit === 'object' && exit.attempt !== id) {
    say('exit', `its exit.json is of attempt ${exit.attempt}`);
  }
  if (exit !== undefined && claim === undefined) say('claim', 'it left an exit.json and no claim');
  if (end?.outcome.kind === 'succeeded') checkSuccess(claim, exit, say);
  else if (end) checkQuiet(Date.parse(end.at), claim, exit, say);
  return found;
}

function checkSuccess(
  claim: Left['claim'],
  exit: Left['exit'],
  say: (rule: Violation['rule'], text: string) => void,
): void {
  if (claim === undefined) say('claim', 'it succeeded, and nothing had claimed it');
  else if (claim === 'unwritten') say('claim', 'it succeeded, and its claim was never written');
  else if (claim.pid === 0) say('claim', 'it succeeded, and the engine held its claim');
  if (exit === undefined) say('exit', 'it succeeded without an exit.json');
  else if (exit === 'broken') say('exit', 'it succeeded, and its exit.json is not whole');
  else if (exit.cause !== undefined)
    say('exit', `it succeeded, and its exit.json says ${exit.cause}`);
  else if (exit.code !== 0) say('exit', `it succeeded, and its exit.json says code ${exit.code}`);
  else if (exit.missing.length > 0) {
    say('exit', `it succeeded, and its exit.json lacks ${exit.missing.join(', ')}`);
  }
}

/** What the journal took for ended was so: nothing began, or ended well, later on. */
function checkQuiet(
  endedMs: number,
  claim: Left['claim'],
  exit: Left['exit'],
  say: (rule: Violation['rule'], text: string) => void,
): void {
  const late = (ms: number) => ms - endedMs > OTHER_CLOCK_MS;
  if (typeof claim === 'object' && claim.pid > 0 && late(claim.startedAtMs)) {
    say('late', 'it began after the journal had ended it');
  } else if (typeof exit === 'object' && late(exit.endedAtMs)) {
    say('late', 'it went on after the journal had ended it');
  }
}

/**
 * Attempts of one instance whose payloads ran at the same time, by the times in claims and ends: those of
 * one boot of one host to the step of their clock, others as far as clocks may differ.
 */
export function findOverlaps(all: readonly Left[]): Violation[] {
  const byInstance = new Map<number, Left[]>();
  for (const left of all) {
    if (typeof left.claim !== 'object' || left.claim.pid === 0) continue;
    const others = byInstance.get(left.attempt.instance);
    if (others) others.push(left);
    else byInstance.set(left.attempt.instance, [left]);
  }
  const found: Violation[] = [];
  for (const executed of byInstance.values()) {
    for (const [at, later] of executed.entries()) {
      const earlier = executed.slice(0, at).find((one) => ranTogether(one, later));
      if (!earlier) continue;
      const { instance, number, intendedSeq: seq } = later.attempt;
      const text = `it ran while attempt ${earlier.attempt.number} did`;
      found.push({ rule: 'overlap', seq, instance, attempt: number, text });
    }
  }
  return found;
}

function ranTogether(a: Left, b: Left): boolean {
  const [from, to, boot] = spanOf(a);
  const [otherFrom, otherTo, otherBoot] = spanOf(b);
  const apart = boot === otherBoot ? SAME_CLOCK_MS : OTHER_CLOCK_MS;
  return from + apart < otherTo && otherFrom + apart < to;
}

/** Of one without an end (its host died) only the beginning is known. */
function spanOf({ claim, exit }: Left): [fromMs: number, toMs: number, boot: string] {
  if (typeof claim !== 'object') return [0, 0, ''];
  const { startedAtMs, bootId } = claim;
  return [startedAtMs, typeof exit === 'object' ? exit.endedAtMs : startedAtMs, bootId];
}

async function readText(files: Files, path: string): Promise<string | undefined> {
  try {
    return await (files.readText?.(path) ??
      files.read(path).then((bytes) => new TextDecoder().decode(bytes)));
  } catch {
    return '';
  }
}

/** One line of JSON, complete when it parses and ends in a newline. */
function whole<T>(text: string): T | undefined {
  if (!text.endsWith('\n')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
