import type { RunnerKinds } from '../engine/index.ts';
import { LOCAL_KIND } from './local/fields.ts';
import { PANDA_KIND } from './panda/fields.ts';
import { SLURM_KIND } from './slurm/fields.ts';

/** Every kind of runner that a site file may name, with what it may say of it. */
export const runnerKinds: RunnerKinds = new Map([
  ['local', LOCAL_KIND],
  ['slurm', SLURM_KIND],
  ['panda', PANDA_KIND],
]);
