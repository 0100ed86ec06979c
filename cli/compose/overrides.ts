import { parseQuantity, type Quantity } from '../../dsl/index.ts';
import type { Overrides, Resources } from '../../engine/index.ts';
import { UsageError } from '../context.ts';

const known = {
  cpus: { field: 'cpus', dimension: undefined },
  gpus: { field: 'gpus', dimension: undefined },
  memory: { field: 'memoryBytes', dimension: 'size' },
  disk: { field: 'diskBytes', dimension: 'size' },
  time: { field: 'timeMs', dimension: 'duration' },
} as const satisfies Record<
  string,
  { field: keyof Resources; dimension: Quantity['dimension'] | undefined }
>;

/** `--with 'memory = 8 GB, time = 2 d, priority = 10'`; wrong text is wrong usage. */
export function parseOverrides(text: string): Overrides {
  const overrides: { -readonly [K in keyof Overrides]: number } = {};
  for (const part of text.split(/[,;\n]/)) {
    if (part.trim() === '') continue;
    const [, name = '', value = ''] = /^\s*([a-z]+)\s*=\s*(.+?)\s*$/.exec(part) ?? [];
    if (name === 'priority') {
      overrides.priority = wholeNumber(name, value);
      continue;
    }
    if (!Object.hasOwn(known, name)) {
      throw new UsageError(
        `\`${part.trim()}\` sets no resource`,
        `write one of ${[...Object.keys(known), 'priority'].join(', ')}, as in \`--with 'memory = 8 GB, time = 2 d'\``,
      );
    }
    const { field, dimension } = known[name as keyof typeof known];
    overrides[field] = amountOf(name, value, dimension);
  }
  return overrides;
}

function amountOf(
  name: string,
  text: string,
  dimension: Quantity['dimension'] | undefined,
): number {
  if (dimension === undefined) {
    const number = wholeNumber(name, text);
    if (number >= 0) return number;
    throw new UsageError(`\`${name} = ${text}\`: it cannot be negative`);
  }
  const quantity = parseQuantity(text);
  if (typeof quantity === 'string') throw new UsageError(`\`${name} = ${text}\`: ${quantity}`);
  if (quantity.dimension !== dimension) {
    throw new UsageError(
      `\`${name}\` is a ${dimension}, and \`${text}\` is a ${quantity.dimension}`,
    );
  }
  if (quantity.amount < 0) throw new UsageError(`\`${name} = ${text}\`: it cannot be negative`);
  return dimension === 'duration' ? quantity.amount * 1000 : quantity.amount;
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number)) return number;
  throw new UsageError(`\`${name} = ${text}\`: it must be a whole number`);
}
