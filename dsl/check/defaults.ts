import type { Retry } from '../program.ts';
import type { Expression, FieldEntry, Module, Name, StepItem } from '../syntax/tree.ts';
import type { Context } from './context.ts';
import { declarationsOf } from './globals.ts';
import { convertTo, exampleUnit } from './infer-text.ts';
import { expectType, presentType } from './mismatch.ts';
import { checkResources, checkTolerate, linkRetry } from './resources.ts';
import { aType, isQuantity, simple } from './type-relation.ts';

/** What steps and `defaults` may both say. */
export interface Settings {
  readonly environment: string | undefined;
  readonly vars: ReadonlyMap<string, Expression>;
  readonly resources: ReadonlyMap<string, Expression>;
  readonly retry: Retry | undefined;
  readonly tolerate: Expression | undefined;
  readonly priority: Expression | undefined;
}

export const noSettings: Settings = {
  environment: undefined,
  vars: new Map(),
  resources: new Map(),
  retry: undefined,
  tolerate: undefined,
  priority: undefined,
};

/** The `defaults` block of a file; there is at most one (E0208). */
export function linkDefaults(module: Module, context: Context): Settings {
  const [block, ...others] = declarationsOf(module, 'defaults');
  for (const other of others) {
    const label = block && { span: block.span, text: 'the first one' };
    context.report.error('E0208', other.span, '`defaults` is there twice', {
      labels: label && [label],
      hint: 'put both into one block',
    });
  }
  if (block === undefined) return noSettings;
  return linkSettings(block.items, noSettings, { ...context, place: '`defaults`' });
}

/** The settings among `items` over `base`: `resources` and `vars` merge by field, others replace. */
export function linkSettings(
  items: readonly StepItem[],
  base: Settings,
  context: Context,
): Settings {
  const vars = new Map(base.vars);
  const resources = new Map(base.resources);
  let { environment, retry, tolerate, priority } = base;
  for (const item of items) {
    switch (item.kind) {
      case 'env':
        if (isEnvironment(item.name, context)) environment = item.name.text;
        break;
      case 'vars':
        checkVars(item.fields, { ...context, place: '`vars`' });
        for (const { name, value } of item.fields) vars.set(name.text, value);
        break;
      case 'resources':
        checkResources(item.fields, { ...context, place: '`resources`' });
        for (const { name, value } of item.fields) resources.set(name.text, value);
        break;
      case 'retry':
        retry = linkRetry(item, context);
        break;
      case 'tolerate':
        checkTolerate(item, context);
        tolerate = item.budget;
        break;
      case 'priority':
        expectType(item.value, simple('int'), { ...context, place: '`priority`' }, '`priority`');
        priority = item.value;
        break;
    }
  }
  return { environment, vars, resources, retry, tolerate, priority };
}

function isEnvironment(name: Name, context: Context): boolean {
  const { environments, broken, unnamedBroken } = context.file;
  if (environments.has(name.text) || broken.has(name.text) || unnamedBroken) return true;
  context.report.error('E0209', name.span, `there is no environment \`${name.text}\``, {
    hint: `declare it: \`env ${name.text} { image = "..." }\``,
    ...context.report.suggest(name.span, name.text, environments.keys()),
  });
  return false;
}

const asText = [
  'string',
  'closed',
  'int',
  'float',
  'bool',
  'file',
  'dir',
  'path',
  'store',
  'secret',
];

/** `vars { NAME = value }`: what a program can read as text; secrets are welcome here only. */
function checkVars(fields: readonly FieldEntry[], context: Context): void {
  for (const { name, value } of fields) {
    const type = presentType(value, context);
    if (type.kind === 'secret' && !isSecretItself(value, context)) {
      context.report.error('E0603', value.span, 'a secret is handed over as it is', {
        hint: `\`${name.text} = NAME\`, with the name of the \`secret\``,
      });
      continue;
    }
    if (asText.includes(type.kind) || type.kind === 'unknown' || type.kind === 'json') continue;
    if (isQuantity(type)) {
      const unit = exampleUnit(type);
      context.report.error(
        'E0601',
        value.span,
        `${aType(type)} needs a unit before a program can read it`,
        {
          hint: `\`${name.text} = ... to ${unit}\``,
          fixes: [convertTo(value, unit)],
        },
      );
    } else {
      context.report.error(
        'E0401',
        value.span,
        `a variable of the environment is one text, not ${aType(type)}`,
        {
          label: `this is ${aType(type)}`,
          hint:
            type.kind === 'list'
              ? 'write it into a file in the script, or pass its elements one by one'
              : undefined,
        },
      );
    }
  }
}

/** Nothing can be computed with a secret: its value is not known where expressions are. */
function isSecretItself(value: FieldEntry['value'], context: Context): boolean {
  return value.kind === 'name' && context.file.values.get(value.name.text)?.kind === 'secret';
}
