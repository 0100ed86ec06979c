import type {
  Channel,
  RunnerKind,
  RunnerKinds,
  Site,
  SiteEnvironment,
  SiteRunner,
  SiteValue,
} from '../site.ts';
import type { Expression, Module, SiteItem, SiteSyntax, SourceSyntax } from '../syntax/tree.ts';
import { capped } from '../text/cap.ts';
import type { Checked } from '../text/diagnostic.ts';
import type { Span } from '../text/source.ts';
import type { Context } from './context.ts';
import { createReport, type Report } from './report.ts';
import { constantValue, createNames, siteContext } from './site-context.ts';
import { linkChannel, linkRunner, linkSiteEnvironment, linkStorage } from './site-items.ts';
import { linkTune } from './tune.ts';
import type { Type } from './type.ts';
import { unknownType } from './type-relation.ts';
import { freeNames } from './walk.ts';

/** The site that needs no file; none in a file may be called so. */
export const builtInSite = 'local';

/**
 * Checks the sites of a file by themselves: their names, the fields of their runners against `kinds`,
 * types and units. Whether they fit a workflow is found where the two meet.
 */
export function linkSites(module: Module, kinds: RunnerKinds): Checked<readonly Site[]> {
  const report = createReport();
  const isNew = createNames(report);
  const sites = module.sites.map((syntax) => {
    const { text, span } = syntax.name;
    isNew(text, span);
    if (text === builtInSite) {
      report.error('E0206', span, `\`${text}\` is built in`, {
        hint: 'give this site another name, such as `laptop`',
      });
    }
    return linkSite(module, syntax, kinds, report);
  });
  return { value: sites, diagnostics: capped(report.diagnostics) };
}

function linkSite(module: Module, syntax: SiteSyntax, kinds: RunnerKinds, report: Report): Site {
  const types = new Map<SourceSyntax, Type>();
  const context = siteContext(report, types);
  const { runner, kind } = runnerOf(syntax, kinds, context);
  const [storage] = once(syntax, 'storage', report);
  return {
    name: syntax.name.text,
    source: module.source,
    span: syntax.name.span,
    runner,
    storage: storage ? linkStorage(storage, kind, context) : new Map(),
    ...linkBindings(syntax, kind, context),
    tunes: itemsOf(syntax, 'tune').map((item) => linkTune(item, kind, context)),
    channels: channelsOf(syntax, context),
    typeOf: (node) => types.get(node) ?? unknownType,
  };
}

function runnerOf(
  syntax: SiteSyntax,
  kinds: RunnerKinds,
  context: Context,
): { runner: SiteRunner; kind: RunnerKind | undefined } {
  const [item] = once(syntax, 'runner', context.report);
  const { text, span } = syntax.name;
  if (item === undefined) {
    context.report.error('E0208', span, `site \`${text}\` has no runner`, {
      hint: `add \`runner KIND\`, where KIND is ${[...kinds.keys()].join(', ')}`,
    });
    return { runner: { kind: '', fields: new Map(), span }, kind: undefined };
  }
  const { of: kind, ...runner } = linkRunner(item, kinds, context);
  return { runner, kind };
}

/** What is given by name: each name once. */
function linkBindings(
  syntax: SiteSyntax,
  kind: RunnerKind | undefined,
  context: Context,
): Pick<Site, 'locations' | 'params' | 'environments'> {
  const { report } = context;
  const locations = new Map<string, SiteValue>();
  const isNewLocation = createNames(report);
  for (const { name, value } of itemsOf(syntax, 'location')) {
    const made = constantValue(value, context);
    if (isNewLocation(name.text, name.span) && made !== undefined) {
      locations.set(name.text, { value: made, span: value.span });
    }
  }
  const params = new Map<string, { expression: Expression; span: Span }>();
  const isNewParam = createNames(report);
  for (const { name, value } of itemsOf(syntax, 'param')) {
    // Its type is the workflow's word; names there are none in either case.
    if (freeNames(value).size > 0) context.infer(value, context);
    else if (isNewParam(name.text, name.span)) {
      params.set(name.text, { expression: value, span: value.span });
    }
  }
  const environments = new Map<string, SiteEnvironment>();
  const isNewEnvironment = createNames(report);
  for (const item of itemsOf(syntax, 'env')) {
    const made = linkSiteEnvironment(item, kind, context);
    if (isNewEnvironment(item.name.text, item.name.span)) environments.set(item.name.text, made);
  }
  return { locations, params, environments };
}

function channelsOf(syntax: SiteSyntax, context: Context): ReadonlyMap<string, Channel> {
  const channels = new Map<string, Channel>();
  const isNew = createNames(context.report);
  for (const item of itemsOf(syntax, 'channel')) {
    const channel = linkChannel(item, context);
    if (channel && isNew(channel.name, channel.span)) channels.set(channel.name, channel);
  }
  return channels;
}

/** Sites of a user's own file for which every site is meant. */
export const everySite = 'any';

/**
 * A user's own file: `site any { channel ... }` for all sites, `site NAME { channel ... }` for one. It may
 * say nothing that changes what runs (E0105), since nobody else has it.
 */
export function linkUserChannels(
  module: Module,
): Checked<ReadonlyMap<string, ReadonlyMap<string, Channel>>> {
  const report = createReport();
  const context = siteContext(report, new Map());
  const isNew = createNames(report);
  const found = new Map<string, ReadonlyMap<string, Channel>>();
  for (const syntax of module.sites) {
    for (const item of syntax.items) {
      if (item.kind === 'channel') continue;
      const span = { ...item.span, end: item.span.start + item.kind.length };
      report.error('E0105', span, `\`${item.kind}\` is not something your own file can contain`, {
        hint: 'it holds `channel "NAME" = ...`; the rest belongs in a site file',
      });
    }
    const channels = channelsOf(syntax, context);
    if (isNew(syntax.name.text, syntax.name.span)) found.set(syntax.name.text, channels);
  }
  return { value: found, diagnostics: capped(report.diagnostics) };
}

function itemsOf<K extends SiteItem['kind']>(
  { items }: SiteSyntax,
  kind: K,
): Extract<SiteItem, { kind: K }>[] {
  return items.filter((item): item is Extract<SiteItem, { kind: K }> => item.kind === kind);
}

/** The items of a kind that a site has once; E0208 for more. */
function once<K extends 'runner' | 'storage'>(syntax: SiteSyntax, kind: K, report: Report) {
  const [first, ...rest] = itemsOf(syntax, kind);
  const others: readonly { readonly span: Span }[] = rest;
  for (const other of others) {
    report.error('E0208', other.span, `site \`${syntax.name.text}\` has \`${kind}\` twice`, {
      labels: [{ span: (first as { span: Span }).span, text: 'the first one' }],
    });
  }
  return first === undefined ? [] : [first];
}
