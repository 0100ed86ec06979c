import type { RunnerKind } from '../../engine/index.ts';

/** `runner panda { }`: a queue of a PanDA server. Credentials are never in a site file. */
export const PANDA_KIND: RunnerKind = {
  fields: {
    queue: {
      type: 'string',
      about: 'the queue, such as `BNL-LSST`',
      isRequired: true,
      isBatch: true,
    },
    cloud: { type: 'string', about: 'the cloud that the queue belongs to' },
    vo: { type: 'string', about: 'the virtual organisation' },
    workingGroup: { type: 'string', about: 'the group that is charged', isBatch: true },
    server: { type: 'string', about: 'address of the server' },
    monitor: { type: 'string', about: 'address of the monitor, for links' },
    cache: { type: 'string', about: 'address that takes the files of a task' },
    maxQueued: { type: 'int', about: 'jobs that stand in the queue at most' },
    maxCores: { type: 'int', about: 'of one job', maximumOf: 'cpus' },
    maxMemory: { type: 'size', about: 'of one job', maximumOf: 'memory' },
    maxTime: { type: 'duration', about: 'of one job', maximumOf: 'time' },
    maxDisk: { type: 'size', about: 'of one job', maximumOf: 'disk' },
    poll: { type: 'duration', about: 'between two looks at the server' },
  },
  runtimes: ['apptainer', 'cvmfs', 'none'],
  storage: 'directories and addresses',
  isBuilt: false,
};
