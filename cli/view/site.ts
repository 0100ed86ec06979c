import {
  type Channel,
  formatQuantity,
  type RunnerKind,
  type Site,
  type SiteValue,
  spanText,
  type Tune,
  type Value,
} from '../../dsl/index.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** What a site says, as `braid site show --json` prints it. Expressions are as they are written. */
export function siteDocument(site: Site, kind: RunnerKind | undefined): Record<string, Json> {
  return {
    name: site.name,
    file: site.source.text === '' ? null : site.source.name,
    runner: {
      kind: site.runner.kind,
      built: kind?.isBuilt ?? false,
      fields: valuesOf(site.runner.fields),
    },
    storage: Object.fromEntries([...site.storage].map(([name, { text }]) => [name, text])),
    locations: valuesOf(site.locations),
    params: Object.fromEntries(
      [...site.params].map(([name, { expression }]) => [name, spanText(expression.span)]),
    ),
    environments: Object.fromEntries(
      [...site.environments].map(([name, { runtime, lines }]) => [
        name,
        { runtime: runtime ?? null, ...Object.fromEntries(lines) },
      ]),
    ),
    tunes: site.tunes.map(tuneDocument),
    channels: Object.fromEntries(
      [...site.channels.values()].map((channel) => [channel.name, channelText(channel)]),
    ),
  };
}

function tuneDocument(tune: Tune): Json {
  const { patterns, resources, retry, limit, bundle, priority, batch } = tune;
  return {
    patterns: patterns.map(({ text }) => text),
    ...(resources.size > 0 ? { resources: textsOf(resources) } : {}),
    ...(retry ? { retry: spanText(retry.attempts.span) } : {}),
    ...(limit
      ? { limit: { count: spanText(limit.count.span), per: limit.per.map((n) => n.text) } }
      : {}),
    ...(bundle
      ? { bundle: { count: spanText(bundle.count.span), by: bundle.by.map((n) => n.text) } }
      : {}),
    ...(priority ? { priority: spanText(priority.span) } : {}),
    ...(batch.size > 0 ? { batch: valuesOf(batch) } : {}),
  };
}

function textsOf(expressions: Tune['resources']): Record<string, string> {
  return Object.fromEntries([...expressions].map(([name, { span }]) => [name, spanText(span)]));
}

export function valuesOf(values: ReadonlyMap<string, SiteValue>): Record<string, Json> {
  return Object.fromEntries([...values].map(([name, { value }]) => [name, jsonOf(value)]));
}

function jsonOf(value: Value): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly Value[]).map(jsonOf);
  if ('kind' in value && value.kind === 'quantity') return formatQuantity(value);
  if ('kind' in value && value.kind === 'file') return value.path;
  return null;
}

/** Where a channel leads, without what may be secret in an address. */
export function channelText(channel: Channel): string {
  switch (channel.kind) {
    case 'command':
      return `command ${channel.command[0] === '/bin/sh' ? channel.command[2] : channel.command.join(' ')}`;
    case 'webhook':
      return `webhook ${new URL(channel.url).origin}`;
    case 'mail':
      return `mail ${channel.address}`;
  }
}

/** The document for people: a line each. */
export function siteText(document: Record<string, Json>): string {
  const { name, file, runner, ...rest } = document as Record<string, Json> & {
    runner: { kind: string; fields: Record<string, Json> };
  };
  const lines = [`site ${String(name)}${file === null ? ' (built in)' : `  ${String(file)}`}`];
  lines.push(`  runner ${runner.kind}`, ...fieldLines(runner.fields, '    '));
  for (const [title, block] of Object.entries(rest)) {
    if (title === 'tunes') lines.push(...tuneLines(block as readonly Json[]));
    else if (Object.keys(block as object).length > 0) {
      lines.push(`  ${title}`, ...fieldLines(block as Record<string, Json>, '    '));
    }
  }
  return lines.join('\n');
}

function tuneLines(tunes: readonly Json[]): string[] {
  return tunes.flatMap((tune) => {
    const { patterns, ...what } = tune as { patterns: readonly string[] };
    return [`  tune ${patterns.join(', ')}`, ...fieldLines(what, '    ')];
  });
}

function fieldLines(fields: Readonly<Record<string, Json>>, indent: string): string[] {
  const width = Math.max(0, ...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${indent}${name.padEnd(width)}  ${text}`;
  });
}
