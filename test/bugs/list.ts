import type { Bug } from './bug.ts';
import { ofDoubt } from './doubt.ts';
import { ofOrder } from './order.ts';

/** Known mistakes; each has to be found by its check. */
export const bugs: readonly Bug[] = [...ofDoubt, ...ofOrder];
