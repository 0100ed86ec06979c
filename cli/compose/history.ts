import { join } from 'node:path';
import type { Binder, Files, History, ResultIndex } from '../../engine/index.ts';
import { reuseLookup } from '../../engine/index.ts';

/** No run has this id: a forecast may reuse the results of all runs. */
const NO_RUN = '';

/** What earlier runs have left, as a run would look for it; without an index, nothing. */
export function historyOf(
  index: ResultIndex | undefined,
  binder: Binder,
  files: Files,
  workflow: string,
): History {
  const lookup = index && reuseLookup(index, binder, NO_RUN);
  return {
    lookup: (wanted) => lookup?.(wanted) ?? new Map(),
    async intact(results) {
      const paths = results.map((r) => r.files.map((file) => join(r.directory, file.path)));
      const stats = await files.stat(paths.flat());
      let at = 0;
      return results.map((result) =>
        result.files.every((file) => {
          const found = stats[at++];
          return found !== undefined && found.size === file.size && found.mtimeMs === file.mtimeMs;
        }),
      );
    },
    previous: (instance) => index?.previous(workflow, instance)?.components,
  };
}
