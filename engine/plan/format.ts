import type { Bounds } from './plan.ts';

/** "18 900": groups of three digits; "?" where nothing bounds it. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return '?';
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** "540", "600..1 890", "60..?" */
export function formatBounds({ min, max }: Bounds): string {
  return min === max ? formatCount(min) : `${formatCount(min)}..${formatCount(max)}`;
}
