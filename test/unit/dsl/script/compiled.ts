import type { Type } from '../../../../dsl/check/type.ts';
import type { Value } from '../../../../dsl/evaluate/value.ts';
import { compileScript } from '../../../../dsl/script/compile.ts';
import { renderScript } from '../../../../dsl/script/render.ts';
import type { CompiledScript } from '../../../../dsl/script/script.ts';
import { parse } from '../../../../dsl/syntax/parse.ts';
import type { Expression, ScriptSyntax } from '../../../../dsl/syntax/tree.ts';
import type { Diagnostic } from '../../../../dsl/text/diagnostic.ts';
import { positionAt, spanText } from '../../../../dsl/text/source.ts';

/** The types of the names that the scripts of these tests use. */
const types: Readonly<Record<string, Type>> = {
  s: { kind: 'string' },
  n: { kind: 'int' },
  f: { kind: 'float' },
  b: { kind: 'bool' },
  xs: { kind: 'list', element: { kind: 'string' } },
  ns: { kind: 'list', element: { kind: 'int' } },
  fs: { kind: 'list', element: { kind: 'float' } },
  xss: { kind: 'list', element: { kind: 'list', element: { kind: 'string' } } },
  wait: { kind: 'duration' },
  file: { kind: 'file', tag: undefined },
  maybe: { kind: 'optional', of: { kind: 'string' } },
  done: { kind: 'marker' },
  row: {
    kind: 'record',
    record: { name: 'Visit', key: [], fields: new Map([['visit', { kind: 'int' }]]) },
  },
  token: { kind: 'secret' },
};

function typeOf(expression: Expression): Type {
  const [name = ''] = spanText(expression.span).split('.');
  if (expression.kind === 'convert') return { kind: 'float' };
  if (expression.kind === 'call') return { kind: 'path' };
  return types[name] ?? { kind: 'unknown' };
}

export interface Compiled {
  readonly script: CompiledScript;
  readonly diagnostics: readonly Diagnostic[];
}

function scriptOf(item: string): ScriptSyntax {
  const source = { name: 'test.braid', text: `workflow w\nstep a {\n  ${item}\n}\n` };
  const { value, diagnostics } = parse(source);
  const [step] = value.declarations;
  const script =
    step?.kind === 'step' ? step.items.find((each) => each.kind === 'script') : undefined;
  if (script?.kind === 'script') return script.body;
  throw new Error(`no script: ${diagnostics[0]?.message}`);
}

/** `item` is `script ...` as it stands in a step. */
export function compiledItem(item: string): Compiled {
  const { value, diagnostics } = compileScript(scriptOf(item), {
    typeOf,
    isSecret: (name) => types[name]?.kind === 'secret',
    isName: (name) => Object.hasOwn(types, name),
  });
  return { script: value, diagnostics };
}

/** A script of these lines, each indented as in a workflow. */
export function compiled(language: string, body: string): Compiled {
  const lines = body.split('\n').map((line) => `    ${line}`);
  return compiledItem(`script ${language} """\n${lines.join('\n')}\n  """`);
}

/** The body as rendered, without the prelude. */
export function bodyOf(language: string, body: string, values: readonly Value[]): string {
  const rendered = renderScript(compiled(language, body).script, values, {
    listFile: (index) => `/lists/${index}`,
  });
  return rendered.text.split('\n').slice(rendered.preludeLines).join('\n').trimEnd();
}

/** `CODE line:column text`, the line counted in the body. */
export function problemsOf(language: string, body: string): string[] {
  return compiled(language, body).diagnostics.map((diagnostic) => {
    if (!diagnostic.span) return diagnostic.code;
    const { line, column } = positionAt(diagnostic.span.source, diagnostic.span.start);
    return `${diagnostic.code} ${line - 3}:${column - 4} ${spanText(diagnostic.span)}`;
  });
}
