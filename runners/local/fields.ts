import type { RunnerKind } from '../../engine/index.ts';
import { machineCapacity } from './capacity.ts';

/** `runner local { }`: this machine, or a part of it. */
export const LOCAL_KIND: RunnerKind = {
  fields: {
    cores: {
      type: 'int',
      about: 'cpus to give out at once; default: those of the machine',
      maximumOf: 'cpus',
    },
    memory: {
      type: 'size',
      about: 'memory to give out; default: that of the machine',
      maximumOf: 'memory',
    },
    grace: {
      type: 'duration',
      about: 'between asking a payload to end and killing it; default 10 s',
    },
  },
  runtimes: ['none'],
  storage: 'directories',
  isBuilt: true,
  capacity: machineCapacity(),
};
