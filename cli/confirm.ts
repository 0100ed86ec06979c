import { createInterface } from 'node:readline/promises';
import { type Context, UsageError } from './context.ts';

/** Asks on the terminal; without one, `verb` is wrong usage unless `--yes` was given. */
export async function confirm(context: Context, verb: string, question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError(`${verb} asks before it acts, and there is no terminal`, 'add `--yes`');
  }
  return ask(context, question);
}

/**
 * Asks where there is a terminal, and is agreed without one: for what takes nothing away and stands in
 * scripts that bring a run up again.
 */
export async function confirmAtTerminal(context: Context, question: string): Promise<boolean> {
  return !process.stdin.isTTY || ask(context, question);
}

async function ask(context: Context, question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: context.stderr });
  const answer = await asking.question(`${question} [y/N] `);
  asking.close();
  return /^y(es)?$/i.test(answer.trim());
}
