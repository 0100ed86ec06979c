import type { ScatterDimension } from './context.ts';
import type { Report } from './report.ts';
import type { StepEntry } from './step-names.ts';
import { aType, isOpen, sameType } from './type-relation.ts';

/** E0305: a dimension's name means one kind of key in the whole file. */
export function checkDimensions(entries: readonly StepEntry[], report: Report): void {
  const first = new Map<string, { readonly step: string; readonly dimension: ScatterDimension }>();
  for (const entry of entries) {
    for (const dimension of entry.dimensions) {
      if (isOpen(dimension.type)) continue;
      const known = first.get(dimension.name);
      if (known === undefined) {
        first.set(dimension.name, { step: entry.name, dimension });
        continue;
      }
      if (sameType(known.dimension.type, dimension.type)) continue;
      const here = aType(dimension.type);
      const there = aType(known.dimension.type);
      report.error(
        'E0305',
        dimension.span,
        `dimension \`${dimension.name}\` is ${here} here but ${there} in step \`${known.step}\``,
        {
          labels: [{ span: known.dimension.span, text: 'there' }],
          hint: 'one name, one kind of key; rename one of them',
        },
      );
    }
  }
}
