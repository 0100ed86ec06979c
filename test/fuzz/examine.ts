import {
  type Diagnostic,
  diagnosticToJson,
  explain,
  fixedText,
  hasErrors,
  link,
  parse,
  parseSite,
  renderDiagnostics,
  type Span,
} from '../../dsl/index.ts';
import { load, makePlan, memoryFiles, notRunnable } from '../../engine/index.ts';
import { filesBeside } from './generate-program.ts';

/** How far a text came. */
export type Reached = 'faulty' | 'checked' | 'planned';

/**
 * Checks a text, explains what is wrong, and plans it with files in memory if nothing is. Throws where the
 * language breaks a promise: an exception, a place outside of its text, a code without a page.
 */
export async function examine(name: string, text: string): Promise<Reached> {
  const source = { name, text };
  if (name.endsWith('.site')) {
    tell(parseSite(source).diagnostics);
    return 'checked';
  }
  const module = parse(source);
  const linked = link(module.value);
  const diagnostics = [...module.diagnostics, ...linked.diagnostics];
  tell(diagnostics);
  if (hasErrors(diagnostics)) return 'faulty';
  const files = memoryFiles({ ...filesBeside, [name]: text });
  const loaded = await load(name, { files, set: [] });
  tell(loaded.diagnostics);
  if (hasErrors(loaded.diagnostics)) return 'checked';
  const plan = makePlan(loaded.value);
  tell([...plan.diagnostics, ...notRunnable(plan.value)]);
  return hasErrors(plan.diagnostics) ? 'checked' : 'planned';
}

/** Says all diagnostics in every way that there is. */
function tell(diagnostics: readonly Diagnostic[]): void {
  renderDiagnostics(diagnostics, { color: true });
  for (const diagnostic of diagnostics) {
    const { code, span, labels = [], fixes = [] } = diagnostic;
    if (explain(code) === undefined) throw new Error(`${code} has no page`);
    const edits = fixes.flatMap((fix) => fix.edits);
    for (const each of [span, ...labels.map((l) => l.span), ...edits.map((e) => e.span)]) {
      if (each && !isInside(each)) throw new Error(`${code} has a place outside of its text`);
    }
    for (const { line, column } of [diagnosticToJson(diagnostic)]) {
      if (span && !((line ?? 0) >= 1 && (column ?? 0) >= 1)) throw new Error(`${code} has no line`);
    }
    const [fix] = fixes;
    if (fix && span && fixedText(span.source, fix) === span.source.text) {
      throw new Error(`the fix of ${code} changes nothing: ${fix.title}`);
    }
  }
}

function isInside({ source, start, end }: Span): boolean {
  return start >= 0 && start <= end && end <= source.text.length;
}
