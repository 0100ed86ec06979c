import type { Environment } from '../program.ts';
import type { Expression, Module } from '../syntax/tree.ts';
import type { Context } from './context.ts';
import { declarationsOf } from './globals.ts';
import { expectType } from './mismatch.ts';
import { listOf, simple } from './type-relation.ts';

/** What an environment may say; `lines` may be one string or a list of them. */
const fields: ReadonlyMap<string, 'text' | 'lines'> = new Map([
  ['image', 'text'],
  ['cvmfs', 'text'],
  ['python', 'text'],
  ['pip', 'lines'],
  ['vars', 'lines'],
  ['setup', 'lines'],
]);

/** `env NAME { ... }`: E0404 for fields, E0401 for their types, E0206 for twice. */
export function linkEnvironments(module: Module, outer: Context): ReadonlyMap<string, Environment> {
  const context = { ...outer, place: 'an environment' };
  const environments = new Map<string, Environment>();
  for (const { name, fields: entries } of declarationsOf(module, 'env')) {
    const found: Map<string, Expression> = new Map();
    for (const { name: field, value } of entries) {
      const form = fields.get(field.text);
      if (form === undefined) {
        context.report.error('E0404', field.span, `an environment has no \`${field.text}\``, {
          label: `it has ${[...fields.keys()].join(', ')}`,
          ...context.report.suggest(field.span, field.text, fields.keys()),
        });
      } else if (found.has(field.text)) {
        context.report.error('E0206', field.span, `\`${field.text}\` is given twice`);
      } else {
        const isList = form === 'lines' && value.kind !== 'string';
        const type = isList ? listOf(simple('string')) : simple('string');
        expectType(value, type, context, `\`${field.text}\``);
      }
      found.set(field.text, value);
    }
    environments.set(name.text, { name: name.text, fields: found, span: name.span });
  }
  return environments;
}
