import type { Read } from '../program.ts';
import type { Module } from '../syntax/tree.ts';
import { suggestion } from '../text/fix.ts';
import type { Context, StepNames } from './context.ts';
import { type Of, withNames } from './globals.ts';
import { constantText } from './infer-text.ts';
import { expectType } from './mismatch.ts';
import type { Report } from './report.ts';
import type { Scatter } from './scatter.ts';
import { inferSource } from './source.ts';
import { simple } from './type-relation.ts';

/** E0502: a file that uses itself. (By way of others it is found where files are loaded.) */
export function checkUse(syntax: Of<'use'>, module: Module, report: Report): void {
  const path = constantText(syntax.path);
  const own = module.source.name.split('/').at(-1);
  if (path === undefined || path.replace(/^\.\//, '') !== own) return;
  report.error('E0502', syntax.path.span, 'a workflow cannot use itself', {
    hint: 'iteration along a dimension is `previous ... over`',
  });
}

/**
 * `call`: what can be told without the callee's file: its import (E0209), what the arguments read, and
 * `when`. Names and types of the arguments are not compared with the callee's params yet (W0100).
 */
export function linkCall(
  syntax: Of<'call'>,
  names: StepNames & { scatter(): Scatter },
  outer: Context,
): void {
  const { imports, broken, unnamedBroken } = outer.file;
  const callee = syntax.callee.text;
  if (!imports.has(callee) && !broken.has(callee) && !unnamedBroken) {
    outer.report.error('E0209', syntax.callee.span, `there is no import \`${callee}\``, {
      hint: `add \`use "lib/${callee}.braid" as ${callee}\``,
      ...suggestion(syntax.callee.span, callee, imports.keys()),
    });
  }
  const scatter = names.scatter();
  const context = { ...withNames(outer, scatter.names.values()), namesKnown: scatter.known };
  const reads: Read[] = [];
  for (const { source } of syntax.arguments) {
    const reader = {
      title: `call \`${names.name}\``,
      name: names.name,
      span: names.span,
      dimensions: scatter.dimensions,
      dimensionsKnown: scatter.known,
      reads,
      whyAbsent: undefined,
    };
    inferSource(source, reader, context, undefined);
  }
  for (const item of syntax.items) {
    if (item.kind === 'when') {
      expectType(item.condition, simple('bool'), { ...context, place: '`when`' }, '`when`');
    }
  }
}
