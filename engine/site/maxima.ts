import { formatQuantity, quantity, type Span, type Value } from '../../dsl/index.ts';
import { amountOf } from '../bind/resources.ts';
import type { BoundSite } from './bound-site.ts';

export type ResourceName = 'cpus' | 'memory' | 'time' | 'disk' | 'gpus';

/** The most of a resource that one instance may have: bytes, seconds, or a count. */
export interface Maximum {
  readonly amount: number;
  /** Where the site says it; undefined where the machine does. */
  readonly span: Span | undefined;
}

/** What a site gives one instance at most; resources that it does not bound are left out. */
export function maximaOf({ site, kind }: BoundSite): ReadonlyMap<ResourceName, Maximum> {
  const maxima = new Map<ResourceName, Maximum>();
  if (kind?.capacity) {
    maxima.set('cpus', { amount: kind.capacity.cpus, span: undefined });
    maxima.set('memory', { amount: kind.capacity.memoryBytes, span: undefined });
  }
  for (const [name, { maximumOf }] of Object.entries(kind?.fields ?? {})) {
    const given = site.runner.fields.get(name);
    const amount = given && amountOf(given.value);
    if (maximumOf === undefined || amount === undefined) continue;
    maxima.set(maximumOf, { amount, span: given?.span });
  }
  return maxima;
}

/** "256 GB", "2 d", "8 cpus". */
export function amountText(name: ResourceName, amount: number): string {
  if (name === 'cpus' || name === 'gpus')
    return `${amount} ${amount === 1 ? name.slice(0, -1) : name}`;
  return formatQuantity(quantity(name === 'time' ? 'duration' : 'size', amount));
}

/** A field of a site's runner: bytes, seconds, or a count; undefined if it is not given. */
export function runnerAmount({ site }: Pick<BoundSite, 'site'>, field: string): number | undefined {
  const value: Value | undefined = site.runner.fields.get(field)?.value;
  return value === undefined ? undefined : amountOf(value);
}
