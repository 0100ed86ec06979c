import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findAttempt } from '../compose/instance.ts';
import { type Context, type ExitCode, printJson } from '../context.ts';

const FOLLOW_MS = 250;

/** `braid logs RUN INSTANCE`: what an attempt printed, byte for byte. */
export async function logs(
  context: Context,
  run: string,
  selector: string,
  options: { dir?: string; stderr?: boolean; follow?: boolean; attempt?: number; json?: boolean },
): Promise<ExitCode> {
  const { name, attempt, directory } = await findAttempt(context, run, selector, options);
  const path = join(directory, options.stderr ? 'stderr' : 'stdout');
  if (options.json) {
    const chunks: string[] = [];
    if (existsSync(path)) for await (const c of createReadStream(path, 'utf8')) chunks.push(c);
    printJson(context, { instance: name, attempt, text: chunks.join('') });
    return 0;
  }
  let from = await copyFrom(context, path, 0);
  while (options.follow && !existsSync(join(directory, 'exit.json'))) {
    await sleep(FOLLOW_MS);
    from = await copyFrom(context, path, from);
  }
  if (options.follow) await copyFrom(context, path, from);
  return 0;
}

/** Prints what is there from `from` on; gives where it ended. */
async function copyFrom(context: Context, path: string, from: number): Promise<number> {
  const size = existsSync(path) ? statSync(path).size : 0;
  if (size <= from) return from;
  for await (const chunk of createReadStream(path, { start: from, end: size - 1 })) {
    if (!context.stdout.write(chunk)) {
      await new Promise((resolve) => context.stdout.once('drain', resolve));
    }
  }
  return size;
}
