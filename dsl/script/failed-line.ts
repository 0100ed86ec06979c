import type { CompiledScript, RenderedScript } from './script.ts';

/** What an attempt left that can tell which line failed. */
export interface FailureTraces {
  /** The text of `failed-line`, written by the script's ERR trap; absent if there is none. */
  readonly failedLine: string | undefined;
  /** The end of the attempt's stderr. */
  readonly stderr: string;
}

/**
 * The line of the workflow's text (from 1) at which a script failed; undefined where nothing tells, or
 * the line is not of the body. For bash what bash itself complained about last counts if it ended the
 * script without the trap (a syntax error, an unset variable), else the trap's line; for python the last
 * frame of the traceback that is in the script. A `raw` value of several lines shifts what follows it.
 */
export function failedLine(
  script: CompiledScript,
  rendered: Pick<RenderedScript, 'preludeLines'>,
  traces: FailureTraces,
): number | undefined {
  if (script.form !== 'inline') return undefined;
  const line = script.language.startsWith('python') ? pythonLine(traces) : bashLine(traces);
  if (line === undefined) return undefined;
  const inBody = line - rendered.preludeLines;
  const lines = bodyLines(script);
  return inBody >= 1 && inBody <= lines ? script.firstLine + inBody - 1 : undefined;
}

function bodyLines(script: Extract<CompiledScript, { form: 'inline' }>): number {
  const texts = script.segments.map((s) => (s.kind === 'text' ? s.text : ''));
  return texts.join('').split('\n').length;
}

function bashLine({ failedLine: noted, stderr }: FailureTraces): number | undefined {
  const messages = [...stderr.matchAll(/^(?:\S*\/)?script: line (\d+): (.*)$/gm)];
  const ending = messages.findLast(([, , text = '']) =>
    /syntax error|unbound variable|unexpected end of file|bad substitution/.test(text),
  );
  const trapped = /^\d+$/.test(noted?.trim() ?? '') ? noted?.trim() : undefined;
  const found = ending?.[1] ?? trapped ?? messages.at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}

function pythonLine({ stderr }: FailureTraces): number | undefined {
  // `  File "/runs/.../script", line 3, in <module>`; a syntax error has no `in`.
  const frames = [...stderr.matchAll(/^ *File "(?:[^"]*\/)?script", line (\d+)/gm)];
  const found = frames.at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}
