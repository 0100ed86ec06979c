import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Finds programs as a shell would, remembering what was found, since a bare name in a lane may mean a
 * builtin of the shell (`true`, `kill`, `exit`). Undefined if there is none now.
 */
export function programFinder(
  defaultPath: string,
): (program: string, path: string | undefined) => string | undefined {
  const known = new Map<string, string>();
  return (program, path = defaultPath) => {
    const question = `${program}\0${path}`;
    const answer = known.get(question) ?? search(program, path);
    if (answer !== undefined) known.set(question, answer);
    return answer;
  };
}

function search(program: string, path: string): string | undefined {
  for (const directory of path.split(delimiter)) {
    if (!directory.startsWith('/')) continue;
    const candidate = join(directory, program);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // Not here.
    }
  }
  return undefined;
}
