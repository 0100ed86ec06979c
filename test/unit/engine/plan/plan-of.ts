import { type Diagnostic, hasErrors, renderDiagnostics } from '../../../../dsl/index.ts';
import {
  load,
  makePlan,
  memoryFiles,
  type Plan,
  planSummary,
  planText,
  type Slice,
} from '../../../../engine/index.ts';

/** What a test says of a workflow: its steps without scripts, and the tables beside it. */
export interface Given {
  readonly text: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly set?: readonly (readonly [string, string])[];
  readonly allowLarge?: boolean;
  readonly slice?: Slice;
}

const script = '  script bash """\n    true\n  """\n';

/** `body` is a workflow without its header; each `step ... {` gets a script. */
function workflow(body: string): string {
  return `workflow w\n${body.replace(/^\}$/gm, `${script}}`)}\n`;
}

export async function planOf(
  given: Given | string,
): Promise<{ plan: Plan; diagnostics: readonly Diagnostic[] }> {
  const {
    text,
    files = {},
    set = [],
    allowLarge = false,
    slice = { sample: [] },
  } = typeof given === 'string' ? { text: given } : given;
  const port = memoryFiles({ 'w.braid': workflow(text), ...files });
  const loaded = await load('w.braid', { files: port, set });
  if (hasErrors(loaded.diagnostics)) throw new Error(rendered(loaded.diagnostics));
  const planned = makePlan(loaded.value, { allowLarge, slice });
  return { plan: planned.value, diagnostics: planned.diagnostics };
}

/** The plan as text, its diagnostics first. */
export async function planTextOf(given: Given | string): Promise<string> {
  const { plan, diagnostics } = await planOf(given);
  return `${rendered(diagnostics)}${planText(planSummary(plan))}`;
}

export function rendered(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.length === 0 ? '' : `${renderDiagnostics(diagnostics, { color: false })}\n`;
}

/** The diagnostics that loading gives. */
export async function loadErrors(given: Given): Promise<string> {
  const port = memoryFiles({ 'w.braid': workflow(given.text), ...given.files });
  const loaded = await load('w.braid', { files: port, set: given.set ?? [] });
  return rendered(loaded.diagnostics.filter((d) => d.severity !== 'note' || d.code === 'E0701'));
}
