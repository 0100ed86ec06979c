import type { Expression, Module } from '../syntax/tree.ts';
import type { Context } from './context.ts';
import { declarationsOf } from './globals.ts';
import { expectType } from './mismatch.ts';
import type { Type } from './type.ts';

function oneOf(name: string, ...values: string[]): Type {
  return { kind: 'closed', name, values };
}

/**
 * What a `policy` may say: whether a run goes on after a failure, what a wrong `expect` means, and how many
 * instances of each step go first.
 */
const policyFields: ReadonlyMap<string, Type> = new Map([
  ['failure', oneOf('`failure`', 'continue', 'stop')],
  ['expect', oneOf('`expect`', 'warn', 'strict')],
  ['canary', { kind: 'int' }],
]);

/** `policy { failure = "stop" }`: E0404 for names, E0402 for values, E0206 for twice. */
export function linkPolicy(module: Module, context: Context): ReadonlyMap<string, Expression> {
  const policy = new Map<string, Expression>();
  for (const { fields } of declarationsOf(module, 'policy')) {
    for (const { name, value } of fields) {
      const type = policyFields.get(name.text);
      if (type === undefined) {
        context.report.error('E0404', name.span, `there is no policy \`${name.text}\``, {
          label: `known are ${[...policyFields.keys()].join(', ')}`,
          ...context.report.suggest(name.span, name.text, policyFields.keys()),
        });
      } else if (policy.has(name.text)) {
        context.report.error('E0206', name.span, `\`${name.text}\` is given twice`);
      } else {
        expectType(value, type, context, `\`${name.text}\``);
        policy.set(name.text, value);
      }
    }
  }
  return policy;
}
