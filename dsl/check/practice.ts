import type { Step } from '../program.ts';
import type { Module } from '../syntax/tree.ts';
import type { Context } from './context.ts';
import { present } from './type-relation.ts';
import { freeNames } from './walk.ts';

/** Lints that need the whole file. */
export function checkPractice(steps: readonly Step[], module: Module, context: Context): void {
  checkStores(steps, context);
  checkCase(module, context);
}

/** W0801: a step that changes a store and leaves nothing else cannot be re-run or rolled back. */
function checkStores(steps: readonly Step[], context: Context): void {
  for (const step of steps) {
    if (step.undo) continue;
    if (step.outputs.some((o) => present(o.type).kind !== 'marker')) continue;
    const store = storesIn(step, context)[0];
    if (store === undefined) continue;
    context.report.warning(
      'W0801',
      step.span,
      `\`${step.name}\` works on store \`${store}\` without \`undo\``,
      {
        label: 'a second run may find what the first one left',
        hint: 'add `undo bash """ ... """`, or make a file and let one step ingest it',
      },
    );
  }
}

function storesIn(step: Step, context: Context): string[] {
  const { script } = step;
  const holes =
    script.form === 'inline'
      ? script.segments.flatMap((s) => (s.kind === 'hole' ? [s.expression] : []))
      : script.arguments.map((a) => a.expression);
  return holes.flatMap((hole) =>
    [...freeNames(hole)].filter((name) => context.file.values.get(name)?.type.kind === 'store'),
  );
}

/** W0803: records and types in PascalCase, as their names then tell what they are. */
function checkCase(module: Module, context: Context): void {
  for (const declaration of module.declarations) {
    if (declaration.kind !== 'record' && declaration.kind !== 'type') continue;
    const { text, span } = declaration.name;
    if (/^[A-Z]/.test(text)) continue;
    const better = text
      .split('_')
      .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
      .join('');
    context.report.warning(
      'W0803',
      span,
      `the name of a ${declaration.kind} begins with a capital`,
      {
        hint: `\`${better}\``,
      },
    );
  }
}
