import type { RunnerKind } from '../../engine/index.ts';

/** `runner slurm { }`: a cluster under Slurm. What is a word of `sbatch` has its name there. */
export const SLURM_KIND: RunnerKind = {
  fields: {
    account: { type: 'string', about: 'who is charged', isBatch: true },
    partition: { type: 'string', about: 'one partition, or several with commas', isBatch: true },
    qos: { type: 'string', about: 'the quality of service', isBatch: true },
    constraint: { type: 'string', about: 'features that a node must have', isBatch: true },
    reservation: { type: 'string', about: 'a reservation', isBatch: true },
    licenses: { type: 'strings', about: 'licences, such as file systems', isBatch: true },
    exclude: { type: 'string', about: 'nodes to leave out', isBatch: true },
    exclusive: { type: 'bool', about: 'a node for each job', isBatch: true },
    options: { type: 'strings', about: 'further options of sbatch, word by word', isBatch: true },
    host: { type: 'string', about: 'where the commands are given, by ssh; default: here' },
    maxQueued: { type: 'int', about: 'jobs that stand in the queue at most' },
    maxCores: { type: 'int', about: 'of one job', maximumOf: 'cpus' },
    maxMemory: { type: 'size', about: 'of one job', maximumOf: 'memory' },
    maxTime: { type: 'duration', about: 'of one job', maximumOf: 'time' },
    maxDisk: { type: 'size', about: 'of one job', maximumOf: 'disk' },
    maxGpus: { type: 'int', about: 'of one job', maximumOf: 'gpus' },
    poll: { type: 'duration', about: 'between two looks at the queue' },
  },
  runtimes: ['apptainer', 'cvmfs', 'docker', 'none', 'podman-hpc', 'shifter'],
  storage: 'directories',
  isBuilt: false,
};
