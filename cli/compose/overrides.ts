import { parseQuantity, type Quantity } from '../../dsl/index.ts';
import type { Resources } from '../../engine/index.ts';
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

/** `--with 'memory = 8 GB, time = 2 d'` as resources; wrong text is wrong usage. */
export function parseOverrides(text: string): Partial<Resources> {
  const overrides: Partial<Record<keyof Resources, number>> = {};
  for (const part of text.split(/[,;\n]/)) {
    if (part.trim() === '') continue;
    const [, name = '', value = ''] = /^\s*([a-z]+)\s*=\s*(.+?)\s*$/.exec(part) ?? [];
    if (!Object.hasOwn(known, name)) {
      throw new UsageError(
        `\`${part.trim()}\` sets no resource`,
        `write one of ${Object.keys(known).join(', ')}, as in \`--with 'memory = 8 GB, time = 2 d'\``,
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
    const number = Number(text);
    if (Number.isInteger(number) && number >= 0) return number;
    throw new UsageError(`\`${name} = ${text}\`: it must be a whole number`);
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
