import type { Quantity } from './value.ts';

/** What a unit measures; a percent has no unit name, it is written `5%`. */
export type UnitDimension = 'duration' | 'size' | 'angle';

/** `amount in canonical units = value × numerator / denominator`; both are exact. */
export interface Unit {
  readonly name: string;
  readonly dimension: UnitDimension;
  readonly numerator: number;
  readonly denominator: number;
}

function unit(dimension: UnitDimension, name: string, numerator: number, denominator = 1): Unit {
  return { name, dimension, numerator, denominator };
}

/**
 * The units of the language. Case counts, since `mb` and `MB` differ by more than taste elsewhere.
 * Decimal sizes are powers of 1000, binary ones (IEC 60027-2) of 1024. A day has 24 hours.
 */
export const units: readonly Unit[] = [
  unit('duration', 'ms', 1, 1000),
  unit('duration', 's', 1),
  unit('duration', 'min', 60),
  unit('duration', 'h', 3600),
  unit('duration', 'd', 86_400),
  unit('duration', 'wk', 604_800),
  unit('size', 'B', 1),
  unit('size', 'kB', 1e3),
  unit('size', 'MB', 1e6),
  unit('size', 'GB', 1e9),
  unit('size', 'TB', 1e12),
  unit('size', 'PB', 1e15),
  unit('size', 'KiB', 2 ** 10),
  unit('size', 'MiB', 2 ** 20),
  unit('size', 'GiB', 2 ** 30),
  unit('size', 'TiB', 2 ** 40),
  unit('size', 'PiB', 2 ** 50),
  unit('angle', 'deg', 1),
  unit('angle', 'arcmin', 1, 60),
  unit('angle', 'arcsec', 1, 3600),
  unit('angle', 'mas', 1, 3_600_000),
  unit('angle', 'rad', 180, Math.PI),
];

const byName = new Map(units.map((each) => [each.name, each]));
const byLowerCase = new Map(units.map((each) => [each.name.toLowerCase(), each]));

/** Words that people write for a unit; `m` is one of them, because it could be minutes or months. */
const otherWords: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sec: 's',
    secs: 's',
    second: 's',
    seconds: 's',
    m: 'min',
    mins: 'min',
    minute: 'min',
    minutes: 'min',
    hr: 'h',
    hrs: 'h',
    hour: 'h',
    hours: 'h',
    day: 'd',
    days: 'd',
    w: 'wk',
    week: 'wk',
    weeks: 'wk',
    byte: 'B',
    bytes: 'B',
    k: 'kB',
    M: 'MB',
    mega: 'MB',
    g: 'GB',
    giga: 'GB',
    t: 'TB',
    p: 'PB',
    ki: 'KiB',
    mi: 'MiB',
    gi: 'GiB',
    ti: 'TiB',
    degree: 'deg',
    degrees: 'deg',
    amin: 'arcmin',
    asec: 'arcsec',
    radian: 'rad',
    radians: 'rad',
  }),
);

/** The unit of this name, exactly as written; undefined if there is none (`m`, `gb`). */
export function unitOf(name: string): Unit | undefined {
  return byName.get(name);
}

/** The unit that was probably meant by a name that is none: `gb` → `GB`, `m` → `min`. */
export function suggestUnit(name: string): Unit | undefined {
  const exact = otherWords.get(name);
  const lower = name.toLowerCase();
  const word = exact ?? byLowerCase.get(lower)?.name ?? otherWords.get(lower);
  return word === undefined ? undefined : byName.get(word);
}

/** Names of the units of one kind, in the order of their table; for hints. */
export function unitNames(dimension: UnitDimension): readonly string[] {
  return units.filter((each) => each.dimension === dimension).map((each) => each.name);
}

/** `value unit` as a quantity in canonical units. */
export function quantityOf(value: number, of: Unit): Quantity {
  return quantity(of.dimension, tidy((value * of.numerator) / of.denominator));
}

/** A quantity from an amount in canonical units (seconds, bytes, degrees, share). */
export function quantity(dimension: Quantity['dimension'], amount: number): Quantity {
  return { kind: 'quantity', dimension, amount };
}

/** The number of `to`s in a quantity of the same dimension; undefined if the dimension differs. */
export function convert(from: Quantity, to: Unit): number | undefined {
  if (from.dimension !== to.dimension) return undefined;
  return tidy((from.amount * to.denominator) / to.numerator);
}

/**
 * A number without the last digit's noise of a conversion (0.1 h is 360 s, not 360.00000000000006).
 * Integers are left alone: bytes need all of their digits.
 */
export function tidy(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(15));
}

/**
 * A quantity for people, which parses back as the same quantity: `4 GB`, `1 d 12 h`, `2.5 arcmin`,
 * `5%`.
 */
export function formatQuantity(value: Quantity): string {
  if (value.amount < 0) return `-${formatQuantity(quantity(value.dimension, -value.amount))}`;
  switch (value.dimension) {
    case 'duration':
      return formatDuration(value.amount);
    case 'size':
      return inUnit(value, shortestUnit(value.amount));
    case 'angle':
      return inUnit(value, angleUnit(value.amount));
    case 'percent':
      return `${tidy(value.amount * 100)}%`;
  }
}

const sizeLadder = units.filter((each) => each.dimension === 'size');
const angleLadder = ['deg', 'arcmin', 'arcsec', 'mas'].map((name) => byName.get(name) as Unit);

/** The unit in which an amount of bytes is shortest; of two equally short ones the larger. */
function shortestUnit(amount: number): string {
  let best = 'B';
  let width = Number.POSITIVE_INFINITY;
  for (const each of sizeLadder) {
    const value = tidy((amount * each.denominator) / each.numerator);
    // Past 15 digits the division is no longer exact.
    if (quantityOf(value, each).amount !== amount) continue;
    const binary = each.name.includes('i') ? 1 : 0;
    const length = value < 1 && each.name !== 'B' ? 99 : String(value).length + binary;
    if (length <= width && !(length === width && binary === 1)) [best, width] = [each.name, length];
  }
  return best;
}

/** The largest unit of which there is at least one, so that its number stays short. */
function angleUnit(amount: number): string {
  if (amount === 0) return 'deg';
  const fits = angleLadder.find((each) => {
    const value = tidy(amount * each.denominator);
    return value >= 1 && String(value).length <= 8;
  });
  return (fits ?? angleLadder.find((each) => amount * each.denominator >= 1))?.name ?? 'mas';
}

function inUnit(value: Quantity, name: string): string {
  return `${convert(value, unitOf(name) as Unit)} ${name}`;
}

function formatDuration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return `${tidy(seconds * 1000)} ms`;
  if (!Number.isFinite(seconds) || seconds > 1e12) return `${seconds} s`;
  const parts: string[] = [];
  let rest = seconds;
  for (const [name, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${name}`);
    rest = tidy(rest - count * size);
  }
  if (rest > 0 || parts.length === 0) parts.push(`${rest} s`);
  return parts.join(' ');
}
