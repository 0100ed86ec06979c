import { dirname, join } from 'node:path';
import type { CompiledScript } from '../../dsl/index.ts';
import type { Globals } from './globals.ts';
import { compute } from './unsettled.ts';

/** The programs of `script file` bodies; of other bodies undefined. */
export interface ScriptSource {
  text(script: CompiledScript): string | undefined;
  /** The directory in which the program lies. */
  directory(script: CompiledScript): string | undefined;
}

/** `texts`: by the path that the workflow says; `directory`: of the workflow's file. */
export function scriptSource(
  globals: Globals,
  texts: ReadonlyMap<string, string> | undefined,
  directory: string | undefined,
): ScriptSource {
  const pathOf = (script: CompiledScript): string | undefined => {
    if (script.form !== 'file') return undefined;
    return String(compute(script.path, { lookup: (name) => globals.get(name) }));
  };
  return {
    text(script) {
      const path = pathOf(script);
      return path === undefined ? undefined : texts?.get(path);
    },
    directory(script) {
      const path = pathOf(script);
      if (path === undefined || directory === undefined) return undefined;
      return dirname(join(directory, path));
    },
  };
}
