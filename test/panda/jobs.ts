/** What a job without data management needs to be told; positions of the values are the server's (JobSpec). */
export interface JobText {
  readonly name: string;
  readonly transformation: string;
  readonly parameters: string;
  readonly queue: string;
  readonly label: 'user' | 'managed';
  /** Of the whole job, in MB. */
  readonly memoryMb?: number;
  readonly walltimeSeconds?: number;
  readonly cores?: number;
  /** Output files in the job's directory. */
  readonly outputs?: readonly string[];
}

const JOB_VALUES = 126;
const FILE_VALUES = 22;
const position = {
  jobDefinitionID: 1,
  transformation: 9,
  prodSourceLabel: 12,
  assignedPriority: 14,
  currentPriority: 15,
  attemptNr: 16,
  maxAttempt: 17,
  jobName: 19,
  minRamCount: 25,
  minRamUnit: 26,
  computingSite: 47,
  jobParameters: 49,
  destinationDBlock: 53,
  destinationSE: 54,
  VO: 69,
  processingType: 72,
  coreCount: 80,
  maxWalltime: 101,
} as const;

/** The argument `jobs` of `job/submit`. */
export function jobsText(jobs: readonly JobText[]): string {
  return JSON.stringify(jobs.map(stateOf));
}

function stateOf(job: JobText): readonly unknown[] {
  const values: unknown[] = Array(JOB_VALUES).fill('NULL');
  const given: Readonly<Partial<Record<keyof typeof position, unknown>>> = {
    jobDefinitionID: 1,
    transformation: job.transformation,
    prodSourceLabel: job.label,
    assignedPriority: 900,
    currentPriority: 900,
    attemptNr: 0,
    maxAttempt: 1,
    jobName: job.name,
    minRamCount: job.memoryMb ?? 0,
    minRamUnit: 'MB',
    computingSite: job.queue,
    jobParameters: job.parameters,
    destinationDBlock: `panda.${job.name}`,
    destinationSE: 'local',
    VO: 'wlcg',
    processingType: 'braid',
    coreCount: job.cores ?? 1,
    maxWalltime: job.walltimeSeconds ?? 0,
  };
  for (const [name, value] of Object.entries(given))
    values[position[name as keyof typeof position]] = value;
  const files = [
    fileState(job, `${job.name}.log.tgz`, 'log'),
    ...(job.outputs ?? []).map((lfn) => fileState(job, lfn, 'output')),
  ];
  return [...values, files];
}

function fileState(job: JobText, lfn: string, type: string): readonly unknown[] {
  const values: unknown[] = Array(FILE_VALUES).fill('NULL');
  const dataset = `panda.${job.name}`;
  const at = { 3: lfn, 4: type, 5: dataset, 6: 'unknown', 11: dataset, 13: 'local' };
  for (const [index, value] of Object.entries(at)) values[Number(index)] = value;
  return [...values, null];
}
