import type { AttemptFile } from '../../engine/index.ts';
import { hasNul, isVariableName, shellQuote } from './quote.ts';

/** The shell text of one attempt, or why no shell can run it. */
export type Launch =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string };

/**
 * The text that runs one attempt in a shell prepared by `wrapperText`: a single `if ... fi`, so that a
 * shell whose input is cut off in the middle runs none of it.
 *
 * `find(program)` gives the program's path, since a bare name may be a builtin of the shell; where it finds
 * none, `exec` in a subshell says what is missing, with code 127. An attempt
 * with set-up lines runs in a subshell, `eval`ed there so that not even a syntax error in them harms the
 * shell around it; a set-up that fails ends the attempt with cause `infrastructure`.
 */
export function launchText(
  file: AttemptFile,
  place: { readonly directory: string; readonly externalId: string },
  find: (program: string) => string | undefined,
): Launch {
  const refused = refusal(file);
  if (refused !== undefined) return { kind: 'refused', text: refused };
  const json = JSON.stringify({
    format: 1,
    attempt: file.attempt,
    externalId: place.externalId,
    submission: file.submission,
  }).slice(1, -1);
  const lines = [`if __braid_begin ${shellQuote(place.directory)} ${shellQuote(json)}; then`];
  lines.push(...(file.setup.length === 0 ? plain(file, find) : withSetup(file, place.directory)));
  for (const output of file.outputs) {
    if (output.optional) continue;
    const test = output.kind === 'dir' ? '-d' : '-e';
    const name = shellQuote(JSON.stringify(output.name));
    lines.push(`[ ${test} ${shellQuote(output.path)} ] || __braid_lacks ${name}`);
  }
  lines.push('__braid_finish', 'fi', '');
  return { kind: 'text', text: lines.join('\n') };
}

/**
 * Standard input empty, the payload's files beside `work/` (appended to, so that a long log can be
 * shortened meanwhile), none of the wrapper's descriptors.
 */
const REDIRECTIONS = '<&5 >>../stdout 2>>../stderr 4>&- 5>&-';

/**
 * A simple command with its variables before it: the shell may start it with vfork. `OLDPWD` would be the
 * directory of the attempt before.
 */
function plain(file: AttemptFile, find: (program: string) => string | undefined): string[] {
  const [program = '', ...rest] = file.command;
  const path = program.includes('/') ? program : find(program);
  if (path === undefined)
    return [`( exec ${shellQuote(program)} ) ${REDIRECTIONS}`, '__braid_code=$?'];
  const words = [path, ...rest].map(shellQuote);
  return [
    `${['OLDPWD=', ...assignments(file), ...words].join(' ')} ${REDIRECTIONS}`,
    '__braid_code=$?',
  ];
}

/** However the set-up ends the subshell (an error, `exit`, a syntax error), its trap says so. */
function withSetup(file: AttemptFile, directory: string): string[] {
  const failed = shellQuote(`${directory}/setup-failed`);
  const variables = assignments(file);
  return [
    '(',
    `set +C; unset OLDPWD; trap - HUP INT TERM PIPE; trap ${shellQuote(`: >${failed}`)} EXIT`,
    ...(variables.length === 0 ? [] : [`export ${variables.join(' ')}`]),
    ...file.setup.map((line) => `eval ${shellQuote(line)} || exit 1`),
    `cd ${shellQuote(`${directory}/work`)} && trap - EXIT && exec ${file.command.map(shellQuote).join(' ')}`,
    `) ${REDIRECTIONS}`,
    '__braid_code=$?',
    '[ "$__braid_code" = 0 ] || ! [ -e ../setup-failed ] || __braid_cause=infrastructure',
  ];
}

function assignments(file: AttemptFile): string[] {
  return Object.entries(file.environment).map(([name, value]) => `${name}=${shellQuote(value)}`);
}

function refusal(file: AttemptFile): string | undefined {
  if (file.command.length === 0 || file.command[0] === '') return 'it has no command';
  const name = Object.keys(file.environment).find((key) => !isVariableName(key));
  if (name !== undefined) return `\`${name}\` is no name of an environment variable`;
  const texts = [...file.command, ...Object.values(file.environment), ...file.setup];
  for (const output of file.outputs) texts.push(output.path, output.name);
  return texts.some(hasNul)
    ? 'a NUL character cannot stand in a command, a variable or a path'
    : undefined;
}
