import type { StepItem, StepSyntax } from '../syntax/tree.ts';
import { spanText } from '../text/source.ts';
import { namesOfCall } from './call-outputs.ts';
import type { Context, FileNames, StepNames, StepOutput } from './context.ts';
import { resolveType } from './declared-types.ts';
import { type Of, reportTwice } from './globals.ts';
import type { Report } from './report.ts';
import { linkScatter, type Scatter } from './scatter.ts';

/** A step (or call) as other steps see it, and its `for each` once it is linked. */
export interface StepEntry extends StepNames {
  readonly syntax: StepSyntax | Of<'call'>;
  scatter(): Scatter;
}

/** Finds outputs at once and dimensions when first asked for. */
export function declareStep(syntax: StepSyntax | Of<'call'>, context: Context): StepEntry {
  let scatter: Scatter | undefined;
  let busy = false;
  const find = (): Scatter => {
    if (scatter !== undefined) return scatter;
    // A step that scatters over itself, by way of others: the cycle is reported as such (E0501).
    if (busy) return nothingKnown;
    busy = true;
    scatter = linkScatter(syntax.for, context);
    busy = false;
    return scatter;
  };
  return {
    name: syntax.name.text,
    span: syntax.name.span,
    syntax,
    scatter: find,
    ...(syntax.kind === 'call'
      ? namesOfCall(syntax, context)
      : { outputs: outputsOf(syntax, context.file, context.report) }),
    conditional: isConditional(syntax.items) ? 'its step is conditional' : undefined,
    get dimensions() {
      return find().dimensions;
    },
    get dimensionsKnown() {
      return find().known;
    },
    generatorText(dimension) {
      const generator = find().generators.find((g) => g.dimensions.includes(dimension));
      return generator === undefined ? undefined : spanText(generator.span).trim();
    },
  };
}

const nothingKnown: Scatter = {
  dimensions: [],
  generators: [],
  names: new Map(),
  where: undefined,
  sources: [],
  known: false,
};

function outputsOf(
  syntax: StepSyntax,
  file: FileNames,
  report: Report,
): ReadonlyMap<string, StepOutput> {
  const outputs = new Map<string, StepOutput>();
  for (const item of syntax.items) {
    if (item.kind !== 'out') continue;
    const { name } = item;
    const first = outputs.get(name.text);
    if (first !== undefined) {
      reportTwice(name.text, name.span, first.span, report);
      continue;
    }
    const type = resolveType(item.type, file, report);
    outputs.set(name.text, { name: name.text, type, span: name.span, syntax: item });
  }
  return outputs;
}

/** It has a `when`, or an `after` that may never come to hold. */
function isConditional(items: readonly StepItem[]): boolean {
  return items.some(
    (item) =>
      item.kind === 'when' ||
      (item.kind === 'after' &&
        item.statuses.some((s) => ['failed', 'skipped', 'blocked'].includes(s.text))),
  );
}
