/** The runners' floor: one folder a kind of place, and the wrapper that all of them share. */
export { runnerKinds } from './kinds.ts';
export { hasLiveLanes } from './local/adopt.ts';
export { publish } from './local/publish.ts';
export { type LocalOptions, localRunner } from './local/runner.ts';
