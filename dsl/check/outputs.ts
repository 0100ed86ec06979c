import type { Output, Read, WorkflowOutput } from '../program.ts';
import type { Expression } from '../syntax/tree.ts';
import { insertAfter, remove, replaceBy } from '../text/fix.ts';
import { spanText } from '../text/source.ts';
import type { Context, OutSyntax, StepOutput } from './context.ts';
import { resolveType } from './declared-types.ts';
import { type Of, withNames } from './globals.ts';
import { constantText } from './infer-text.ts';
import { expectType } from './mismatch.ts';
import { dimensionBinding, type Reader } from './reads.ts';
import { estimate } from './scatter.ts';
import { inferSource } from './source.ts';
import type { Type } from './type.ts';
import { aType, present, simple, typeText } from './type-relation.ts';

/** An `out`: a path for files (E0411 without), an expression over what the script wrote for values. */
export function linkOutput(output: StepOutput, context: Context): Output {
  const { name, type } = output;
  const syntax = output.syntax as OutSyntax;
  const kind = present(type).kind;
  if (kind === 'marker' || kind === 'unknown') {
    if (syntax.from && kind === 'marker') {
      context.report.error('E0411', syntax.from.span, 'a marker has no file', {
        hint: `\`out ${name}: marker\``,
        fixes: [
          remove({ ...syntax.span, start: syntax.type.span.end }, `write \`out ${name}: marker\``),
        ],
      });
    } else if (syntax.from) context.infer(syntax.from, context, type);
  } else if (syntax.from === undefined) reportNoSource(syntax, present(type), context);
  else if (kind === 'file' || kind === 'dir')
    checkPath(syntax, syntax.from, present(type), context);
  else checkValue(syntax, syntax.from, type, context);
  const expect = syntax.expect && checkEstimate(syntax.expect, type, context);
  return { name, type, span: output.span, from: syntax.from, expect };
}

function reportNoSource(syntax: OutSyntax, type: Type, context: Context): void {
  const isPath = type.kind === 'file' || type.kind === 'dir';
  context.report.error(
    'E0411',
    syntax.span,
    isPath ? 'where does the script write this?' : `where is this ${typeText(type)} read from?`,
    {
      hint: `\`out ${syntax.name.text}: ${spanText(syntax.type.span)} = ${example(type, 'name')}\``,
      fixes: [insertAfter(syntax.type.span, ` = ${example(type, 'name')}`)],
    },
  );
}

function example(type: Type, path: string): string {
  switch (type.kind) {
    case 'file':
    case 'dir':
      return `"${path}"`;
    case 'table':
      return `csv("${path}")`;
    case 'list':
      return type.element.kind === 'file' ? `files("${path}")` : `lines("${path}")`;
    default:
      return `text("${path}")`;
  }
}

function leavesDirectory(path: string): boolean {
  let depth = 0;
  const outside = path.split('/').some((part) => {
    if (part !== '' && part !== '.') depth += part === '..' ? -1 : 1;
    return depth < 0;
  });
  return path.startsWith('/') || outside;
}

function checkPath(syntax: OutSyntax, from: Expression, type: Type, context: Context): void {
  const found = context.infer(from, context);
  const path = from.kind === 'string' ? constantText(from) : undefined;
  if (path !== undefined && leavesDirectory(path)) {
    const name = path.split('/').findLast((part) => part !== '' && part !== '..') ?? 'name';
    context.report.error('E0411', from.span, 'a script writes into its own directory', {
      label: 'this is outside of it',
      hint: `\`"${name}"\`; where results are kept is said by \`output ... publish\``,
      fixes: [replaceBy(from.span, `"${name}"`)],
    });
    return;
  }
  if (found.kind === 'string' || found.kind === 'closed' || found.kind === 'unknown') return;
  context.report.error(
    'E0411',
    from.span,
    `${aType(type)} is made at a path, not ${aType(found)}`,
    {
      label: `this is ${aType(found)}`,
      hint: `\`out ${syntax.name.text}: ${spanText(syntax.type.span)} = "name"\``,
      fixes: [replaceBy(from.span, '"name"')],
    },
  );
}

function checkValue(syntax: OutSyntax, from: Expression, type: Type, context: Context): void {
  const plain = present(type);
  const isText = plain.kind === 'string' || plain.kind === 'closed' || plain.kind === 'path';
  if (from.kind === 'string' && !isText) {
    const path = spanText(from.span).replaceAll('"', '');
    context.report.error('E0411', from.span, `${aType(plain)} is read from a file`, {
      label: 'this is only its name',
      hint: `\`${example(plain, path)}\``,
      fixes: [replaceBy(from.span, example(plain, path))],
    });
    return;
  }
  expectType(from, type, context, `\`${syntax.name.text}\``);
}

function checkEstimate(expect: Expression, type: Type, context: Context): Output['expect'] {
  const plain = present(type);
  if (!['table', 'list', 'int', 'unknown'].includes(plain.kind)) {
    context.report.error(
      'E0401',
      expect.span,
      `\`expect\` estimates how many, and this is ${aType(plain)}`,
    );
  }
  const { min, max } = estimate(expect);
  for (const bound of new Set([min, max])) {
    expectType(bound, simple('int'), context, '`expect`');
  }
  return { min, max };
}

/** `output x = source publish "..."` of the workflow; it has no dimensions of its own. */
export function linkWorkflowOutput(
  syntax: Of<'output'>,
  context: Context,
  isLibrary: boolean,
): WorkflowOutput {
  const reads: Read[] = [];
  const reader: Reader = {
    title: isLibrary ? 'what a call of this file gives' : 'an output of the workflow',
    isExported: isLibrary,
    name: undefined,
    span: undefined,
    dimensions: [],
    dimensionsKnown: true,
    reads,
    whyAbsent: undefined,
  };
  const declared = syntax.type && resolveType(syntax.type, context.file, context.report);
  const found = inferSource(syntax.source, reader, context, declared);
  if (syntax.publish !== undefined) {
    // A template is filled for each member, so it may name the gathered dimensions.
    const names = reads.flatMap((read) => {
      const step = context.file.steps.get(read.step);
      return step?.dimensions.map((d) => dimensionBinding(d)) ?? [];
    });
    const local = { ...withNames(context, names), place: '`publish`' };
    expectType(syntax.publish, simple('string'), local, '`publish`');
  }
  return {
    name: syntax.name.text,
    type: declared ?? found,
    source: syntax.source,
    reads,
    publish: syntax.publish,
    span: syntax.name.span,
  };
}
