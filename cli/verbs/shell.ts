import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findAttempt } from '../compose/instance.ts';
import { type Context, type ExitCode, UsageError } from '../context.ts';
import { attemptFile } from '../view/evidence.ts';

/**
 * `braid shell RUN INSTANCE`: an interactive shell where an attempt ran, with its environment entered, to
 * try by hand. The attempt's own files are there to be looked at; what is changed there is not seen by the
 * run.
 */
export async function shell(
  context: Context,
  run: string,
  selector: string,
  options: { dir?: string; attempt?: number },
): Promise<ExitCode> {
  const { name, attempt, directory } = await findAttempt(context, run, selector, options);
  const work = join(directory, 'work');
  const file = attemptFile(directory);
  if (!file || !existsSync(work)) {
    throw new UsageError(`attempt ${attempt} of ${name} left no directory`);
  }
  const command = file.command.map((word) => JSON.stringify(word)).join(' ');
  context.stderr.write(`${file.instance}, attempt ${attempt}; it ran: ${command}\n`);
  const program = process.env.SHELL || '/bin/sh';
  const enter = [...file.setup, 'exec "$0"'].join('\n');
  const ended = spawnSync('/bin/sh', ['-c', enter, program], {
    cwd: work,
    stdio: 'inherit',
    env: { ...process.env, ...file.environment },
  });
  return ended.status === 0 ? 0 : 1;
}
