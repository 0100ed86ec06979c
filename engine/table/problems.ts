import type { Diagnostic, SourceText } from '../../dsl/index.ts';

/** More than this many errors of one table teach nothing new. */
const shownProblems = 20;

/** What is wrong with one table: the first problems whole, the others counted. */
export interface Problems {
  /** `make` is called only for a problem that is shown. */
  add(make: () => Diagnostic): void;
  readonly count: number;
  diagnostics(): readonly Diagnostic[];
}

export function collectProblems(source: SourceText): Problems {
  const shown: Diagnostic[] = [];
  let count = 0;
  return {
    add(make) {
      if (count++ < shownProblems) shown.push(make());
    },
    get count() {
      return count;
    },
    diagnostics() {
      const more = count - shown.length;
      if (more === 0) return shown;
      const message = `${more} more ${more === 1 ? 'problem' : 'problems'} in ${source.name}`;
      return [...shown, { code: 'E0701', severity: 'note', message }];
    },
  };
}
