import {
  chmodSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { relative, resolve } from 'node:path';
import { type Diagnostic, format, hasErrors } from '../../dsl/index.ts';
import { type Context, type ExitCode, printJson } from '../context.ts';
import { diagnosticItems, showDiagnostics } from '../report.ts';
import { lineDifference } from '../view/difference.ts';
import { unreadable } from './check.ts';

/** One file: its canonical form, absent if it has errors. */
interface Formatted {
  readonly file: string;
  readonly text: string;
  readonly canonical: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * `braid fmt FILE…`: rewrites files in their canonical form and names those that changed. With `--check`
 * it changes nothing, shows what differs and ends with 1 if anything does. A file with errors stays as
 * it is.
 */
export async function fmt(
  context: Context,
  files: readonly string[],
  options: { check?: boolean; json?: boolean },
): Promise<ExitCode> {
  const all = files.map((file) => formatFile(context, file));
  const changed = all.filter(
    ({ text, canonical }) => canonical !== undefined && canonical !== text,
  );
  if (!options.check) {
    for (const { file, canonical } of changed) {
      if (canonical !== undefined) replaceFile(resolve(context.cwd, file), canonical);
    }
  }
  const errors = all.flatMap(({ diagnostics }) =>
    diagnostics.filter((d) => d.severity === 'error'),
  );
  if (options.json) printJson(context, { items: all.map(itemOf) });
  else {
    showDiagnostics(context, errors);
    for (const each of changed) showChange(context, each, options.check === true);
  }
  return errors.length > 0 || (options.check && changed.length > 0) ? 1 : 0;
}

function formatFile(context: Context, file: string): Formatted {
  const path = resolve(context.cwd, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { file, text: '', canonical: undefined, diagnostics: [unreadable(file, error)] };
  }
  const { value, diagnostics } = format({ name: relative(context.cwd, path) || file, text });
  return { file, text, canonical: value, diagnostics };
}

function itemOf({ file, text, canonical, diagnostics }: Formatted) {
  const state = canonical === undefined ? 'faulty' : canonical === text ? 'canonical' : 'differs';
  const errors = hasErrors(diagnostics) ? diagnostics : [];
  return { file, state, diagnostics: diagnosticItems(errors) };
}

/** The file's name for programs, on stdout; the lines that differ for people, on stderr. */
function showChange(
  context: Context,
  { file, text, canonical }: Formatted,
  isCheck: boolean,
): void {
  context.stdout.write(`${file}\n`);
  if (isCheck) context.stderr.write(lineDifference(text, canonical ?? ''));
}

/** A reader of the file sees the old or the new text, never half of it. */
function replaceFile(path: string, text: string): void {
  const target = realpathSync(path);
  const fresh = `${target}.${process.pid}.new`;
  try {
    writeFileSync(fresh, text);
    chmodSync(fresh, statSync(target).mode & 0o7777);
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
