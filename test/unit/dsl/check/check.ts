import { link } from '../../../../dsl/check/link.ts';
import type { Program } from '../../../../dsl/program.ts';
import { parse } from '../../../../dsl/syntax/parse.ts';
import type { Diagnostic } from '../../../../dsl/text/diagnostic.ts';
import { renderDiagnostics } from '../../../../dsl/text/render.ts';
import { positionAt } from '../../../../dsl/text/source.ts';

export interface Linked {
  readonly program: Program;
  readonly diagnostics: readonly Diagnostic[];
}

/** A file as `braid check` sees it. */
export function linked(text: string, name = 'w.braid'): Linked {
  const { value, diagnostics } = parse({ name, text });
  const checked = link(value);
  return { program: checked.value, diagnostics: [...diagnostics, ...checked.diagnostics] };
}

/** The messages as printed. */
export function rendered(text: string, name?: string): string {
  return renderDiagnostics(linked(text, name).diagnostics, { color: false });
}

/** One line a message, in the order of the text: `E0301 4:16 message`. */
export function check(text: string): string[] {
  return [...linked(text).diagnostics]
    .sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0))
    .map(({ code, span, message }) => {
      const at = span && positionAt(span.source, span.start);
      return `${code} ${at?.line}:${at?.column} ${message}`;
    });
}

/** Codes only. */
export function codes(text: string): string[] {
  return check(text).map((line) => line.slice(0, 5));
}

/** The program of a text that must have no diagnostics. */
export function program(text: string): Program {
  const { program: found, diagnostics } = linked(text);
  if (diagnostics.length > 0) throw new Error(rendered(text));
  return found;
}
