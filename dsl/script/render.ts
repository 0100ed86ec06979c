import { numberText } from '../evaluate/text.ts';
import type { Value } from '../evaluate/value.ts';
import { bashPrelude, bashText, bashValue } from './bash-value.ts';
import { argumentsOf, holesOf, pastedText, writesFile } from './hole-value.ts';
import { pythonLiteral } from './python-literal.ts';
import type { CompiledScript, Hole, RenderedScript, ScriptSegment } from './script.ts';

export interface RenderPaths {
  /** Where the file that hole `index` stands for has been written (`filesOfScript`). */
  listFile(index: number): string;
  /** For `script bash file "..."`: where that file is. */
  readonly scriptFile?: string;
}

/**
 * The script as a file, or as an argv (`exec`, `file`), with the values of its holes, in their order. A
 * value never becomes code: in bash it stands in a variable, in python in a literal; only `raw` pastes.
 * Absent values are empty in bash and `None` in python. NUL characters, which no argument can hold, are
 * left out in bash.
 */
export function renderScript(
  script: CompiledScript,
  values: readonly Value[],
  paths: RenderPaths,
): RenderedScript {
  const holes = holesOf(script);
  const placed = values.map((value, index): Value => {
    const hole = holes[index];
    if (!hole || !writesFile(hole, value)) return value;
    return { kind: 'file', path: paths.listFile(index) };
  });
  switch (script.form) {
    case 'exec':
      return { text: '', command: argumentsOf(placed), preludeLines: 0 };
    case 'file': {
      const file = paths.scriptFile === undefined ? [] : [paths.scriptFile];
      const command = [program(script.language), ...file, ...argumentsOf(placed)];
      return { text: '', command, preludeLines: 0 };
    }
    case 'inline':
      return renderInline(script.language, script.segments, placed);
  }
}

function program(language: string): string {
  return language === 'python' ? 'python3' : language;
}

function renderInline(
  language: string,
  segments: readonly ScriptSegment[],
  values: readonly Value[],
): RenderedScript {
  const prelude = language === 'bash' ? bashPrelude(assignments(segments, values)) : '';
  let body = '';
  let index = 0;
  for (const segment of segments) {
    if (segment.kind === 'text') body += segment.text;
    else {
      body += holeText(segment, values[index] ?? null, index);
      index++;
    }
  }
  const end = body.endsWith('\n') ? '' : '\n';
  return {
    text: prelude + body + end,
    command: [program(language)],
    preludeLines: prelude.split('\n').length - 1,
  };
}

function holeText(hole: Hole, value: Value, index: number): string {
  switch (hole.quoting) {
    case 'raw':
      return pastedText(value);
    case 'literal':
      return pythonLiteral(value, hole.type, true);
    case 'word':
    case 'quoted':
      return bashText(variableName(index), value, hole.quoting);
  }
}

function assignments(segments: readonly ScriptSegment[], values: readonly Value[]): string[] {
  const holes = segments.filter((segment) => segment.kind === 'hole');
  return holes.flatMap((hole, index) => {
    if (hole.quoting === 'raw') return [];
    return [`${variableName(index)}=${bashValue(values[index] ?? null)}`];
  });
}

/** `__b1` for the first hole. */
function variableName(index: number): string {
  return `__b${numberText(index + 1)}`;
}
