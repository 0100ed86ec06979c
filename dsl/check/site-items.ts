import type {
  Channel,
  RunnerField,
  RunnerKind,
  RunnerKinds,
  SiteEnvironment,
  SiteRunner,
  SiteText,
  SiteValue,
  StorageName,
} from '../site.ts';
import type { FieldEntry, SiteItem } from '../syntax/tree.ts';
import { suggestion } from '../text/fix.ts';
import { channelForms, channelTarget } from './channel.ts';
import type { Context } from './context.ts';
import { constantText } from './infer-text.ts';
import { constantValue, knownFields } from './site-context.ts';
import type { Type } from './type.ts';
import { listOf, simple } from './type-relation.ts';

type Item<K extends SiteItem['kind']> = Extract<SiteItem, { kind: K }>;

/** `runner KIND { ... }`: E0404 for the kind and its fields, E0401 for their types, E0208 for a missing one. */
export function linkRunner(
  item: Item<'runner'>,
  kinds: RunnerKinds,
  context: Context,
): SiteRunner & { readonly of: RunnerKind | undefined } {
  const { text: kind, span } = item.runner;
  const of = kinds.get(kind);
  if (of === undefined) {
    context.report.error('E0404', span, `there is no runner \`${kind}\``, {
      label: `known are ${[...kinds.keys()].join(', ')}`,
      ...suggestion(span, kind, kinds.keys()),
    });
    return { kind, fields: new Map(), span, of };
  }
  const fields = linkFields(item.fields, of.fields, `\`runner ${kind}\``, context);
  for (const [name, field] of Object.entries(of.fields)) {
    if (field.isRequired !== true || item.fields.some((f) => f.name.text === name)) continue;
    context.report.error('E0208', span, `\`runner ${kind}\` needs \`${name}\``, {
      label: field.about,
      hint: `\`${name} = ...\``,
    });
  }
  return { kind, fields, span, of };
}

/** Fields of a table that a runner exports. */
export function linkFields(
  entries: readonly FieldEntry[],
  table: Readonly<Record<string, RunnerField>>,
  owner: string,
  context: Context,
): ReadonlyMap<string, SiteValue> {
  const found = new Map<string, SiteValue>();
  for (const { name, value } of knownFields(entries, Object.keys(table), owner, context.report)) {
    const field = table[name.text];
    if (field === undefined) continue;
    const made = constantValue(value, context, fieldType(field), `\`${name.text}\``);
    if (made !== undefined) found.set(name.text, { value: made, span: value.span });
  }
  return found;
}

function fieldType({ type }: RunnerField): Type {
  return type === 'strings' ? listOf(simple('string')) : simple(type);
}

const storageNames: readonly StorageName[] = ['work', 'publish'];

/** `storage { work = "...", publish = "..." }`. */
export function linkStorage(
  item: Item<'storage'>,
  kind: RunnerKind | undefined,
  context: Context,
): ReadonlyMap<StorageName, SiteText> {
  const storage = new Map<StorageName, SiteText>();
  for (const { name, value } of knownFields(
    item.fields,
    storageNames,
    '`storage`',
    context.report,
  )) {
    const text = constantValue(value, context, simple('string'), `\`${name.text}\``);
    if (typeof text !== 'string') continue;
    if (text === '') {
      context.report.error('E0401', value.span, 'an empty text is no place');
    } else if (kind?.storage === 'directories' && /^[a-z0-9]+:\/\//.test(text)) {
      context.report.error('E0401', value.span, `\`${text}\` is no directory`, {
        label: 'the runner of this site works with directories only',
      });
    } else storage.set(name.text as StorageName, { text, span: value.span });
  }
  return storage;
}

const environmentFields = ['runtime', 'setup', 'vars', 'options'] as const;

/** `env NAME { runtime = "...", setup = "..." }`: how a site provides an environment. */
export function linkSiteEnvironment(
  item: Item<'env'>,
  kind: RunnerKind | undefined,
  context: Context,
): SiteEnvironment {
  let runtime: string | undefined;
  const lines = new Map<'setup' | 'vars' | 'options', readonly string[]>();
  const owner = 'a site’s `env`';
  for (const { name, value } of knownFields(
    item.fields,
    environmentFields,
    owner,
    context.report,
  )) {
    const field = name.text as (typeof environmentFields)[number];
    const subject = `\`${field}\``;
    if (field === 'runtime') {
      const values = kind?.runtimes;
      const type: Type = values ? { kind: 'closed', name: '`runtime`', values } : simple('string');
      const text = constantValue(value, context, type, subject);
      if (typeof text === 'string') runtime = text;
      continue;
    }
    const isOne = value.kind === 'string';
    const type = isOne ? simple('string') : listOf(simple('string'));
    const made = constantValue(value, context, type, subject);
    if (typeof made === 'string') lines.set(field, [made]);
    else if (Array.isArray(made)) lines.set(field, made.map(String));
  }
  return { runtime, lines, span: item.name.span };
}

/** `channel "NAME" = ...`: E0915 for a value that leads nowhere. */
export function linkChannel(item: Item<'channel'>, context: Context): Channel | undefined {
  const name = constantText(item.name);
  if (name === undefined || name.trim() === '') {
    context.report.error('E0915', item.name.span, 'the name of a channel is written out');
    return undefined;
  }
  const isList = item.value.kind === 'list';
  const type = isList ? listOf(simple('string')) : simple('string');
  const value = constantValue(item.value, context, type, `channel \`${name}\``);
  if (value === undefined) return undefined;
  const target = channelTarget(Array.isArray(value) ? value.map(String) : String(value));
  if (typeof target === 'string') {
    context.report.error('E0915', item.value.span, `channel \`${name}\` leads nowhere`, {
      label: target,
      hint: `write ${channelForms}`,
    });
    return undefined;
  }
  return { name, span: item.name.span, ...target };
}
