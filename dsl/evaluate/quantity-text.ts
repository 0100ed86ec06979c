import { quantity, quantityOf, unitOf } from './units.ts';
import type { Quantity } from './value.ts';

/**
 * A quantity written as in a workflow: `4 GB`, `1 d 12 h`, `5%`, `-0.2 arcsec`. A string says what is
 * wrong with it. For JSON, `--set` and cells of tables.
 */
export function parseQuantity(text: string): Quantity | string {
  const trimmed = text.trim();
  const percent = /^([+-]?\d[\d_]*(?:\.\d+)?)\s*%$/.exec(trimmed);
  if (percent) return quantity('percent', number(percent[1] as string) / 100);
  const sign = trimmed.startsWith('-') ? -1 : 1;
  const body = trimmed.replace(/^[+-]\s*/, '');
  const part = /(\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*([A-Za-z]+)\s*/y;
  let total: Quantity | undefined;
  while (part.lastIndex < body.length) {
    const found = part.exec(body);
    if (!found) return total ? 'it is a number and a unit' : 'a number and a unit are needed';
    const unit = unitOf(found[2] as string);
    if (!unit) return `unknown unit \`${found[2]}\``;
    const next = quantityOf(number(found[1] as string), unit);
    if (total && total.dimension !== next.dimension) return 'its units are of different kinds';
    total = quantity(next.dimension, (total?.amount ?? 0) + next.amount);
  }
  return total ? quantity(total.dimension, sign * total.amount) : 'a number and a unit are needed';
}

function number(text: string): number {
  return Number(text.replaceAll('_', ''));
}
