/** The runners' floor: one folder a kind of place, and the wrapper that all of them share. */
export { runnerKinds } from './kinds.ts';
export { hasLiveLanes } from './local/adopt.ts';
export { checkMachine } from './local/machine.ts';
export { publish } from './local/publish.ts';
export { localRemains, type RemainsOptions } from './local/remains.ts';
export { type LocalOptions, type LocalRunner, localRunner } from './local/runner.ts';
export { type WatchdogOptions, watchHost } from './local/watchdog.ts';
export {
  makeWorkerHome,
  sweepHomes,
  takeOrphans,
  type WorkerHome,
  workerHomes,
} from './local/worker-home.ts';
