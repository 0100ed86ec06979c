import type {
  Answer,
  Clock,
  Close,
  Observation,
  Report,
  Room,
  Runner,
  Submission,
} from '../ports.ts';

/** Where a worker's submissions come from. */
export interface Intake {
  /** Those to be submitted now, which fit into `room`; none where there are none, or none fits. */
  take(room: Room): Promise<readonly Submission[]>;
  /** Their answers have been told. */
  settle?(batch: readonly Submission[]): Promise<void>;
  /** Something is left that had to wait for room. */
  isWaiting(): boolean;
}

export interface StationOptions {
  readonly site: string;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly intake: Intake;
  /** A call that takes longer is given up, and its submissions are in doubt. */
  readonly submitTimeoutMs?: number;
  tell(reports: readonly Report[]): void | Promise<void>;
}

/** The worker of one site: takes what fits, submits it, reports what came of it. */
export interface Station {
  /** Something may have come, or there may be room. */
  wake(): void;
  close(): Promise<void>;
}

const SUBMIT_TIMEOUT_MS = 60_000;
/** What has to wait for room is tried again after so long, and whenever something ends. */
const RETRY_MS = 250;

interface Desk {
  readonly options: StationOptions;
  working: Promise<void> | undefined;
  /** Asked to look again while it was busy. */
  again: boolean;
  timer: Close | undefined;
  /** Attempts that it last wanted ahead. */
  ahead: number | undefined;
  closed: boolean;
}

/**
 * The loop of a worker, in the engine's process or in one of its own. It takes a submission only when its
 * runner has room, makes one bounded call, and reports. It keeps nothing: what is lost with it is found by key.
 */
export function station(options: StationOptions): Station {
  const desk: Desk = {
    options,
    working: undefined,
    again: false,
    timer: undefined,
    ahead: undefined,
    closed: false,
  };
  const stop = options.runner.observe?.((observations) => {
    if (desk.closed) return;
    void options.tell([{ kind: 'observations', observations }]);
    if (observations.some(isEnd)) work(desk);
  });
  return {
    wake: () => work(desk),
    async close() {
      desk.closed = true;
      await desk.timer?.();
      await stop?.();
    },
  };
}

function isEnd({ kind }: Observation): boolean {
  return kind === 'ended';
}

/** Lets it go on; one at a time. */
function work(desk: Desk): void {
  if (desk.closed) return;
  if (desk.working) {
    desk.again = true;
    return;
  }
  desk.working = workOff(desk)
    .catch(() => waitForRoom(desk))
    .finally(() => {
      desk.working = undefined;
      if (desk.again) {
        desk.again = false;
        work(desk);
      }
    });
}

async function workOff(desk: Desk): Promise<void> {
  const { site, runner, intake, tell } = desk.options;
  while (!desk.closed) {
    const room = await runner.room();
    if (!room) break;
    // What is free is the engine's to count; how much goes ahead is the runner's to say.
    if (room.ahead !== (desk.ahead ?? room.ahead)) await tell([{ kind: 'room', site, room }]);
    desk.ahead = room.ahead;
    const batch = await intake.take(room);
    if (batch.length === 0) break;
    const answers = await submit(desk, batch);
    if (desk.closed) return;
    await tell(answers.map((answer) => ({ kind: 'answer', answer })));
    await intake.settle?.(batch);
  }
  if (intake.isWaiting()) waitForRoom(desk);
}

function waitForRoom(desk: Desk): void {
  if (desk.timer || desk.closed) return;
  const { clock } = desk.options;
  desk.timer = clock.wake(clock.runMs() + RETRY_MS, () => {
    desk.timer = undefined;
    work(desk);
  });
}

/** One bounded call; whoever gets no answer is in doubt. */
async function submit(desk: Desk, batch: readonly Submission[]): Promise<readonly Answer[]> {
  const { clock, runner, submitTimeoutMs = SUBMIT_TIMEOUT_MS } = desk.options;
  const abort = new AbortController();
  let stop: Close = () => {};
  const timeout = new Promise<readonly Answer[]>((resolve) => {
    stop = clock.wake(clock.runMs() + submitTimeoutMs, () => {
      abort.abort();
      resolve([]);
    });
  });
  let text = 'the site did not answer';
  const call = runner.submit(batch, abort.signal).catch((error: unknown): readonly Answer[] => {
    text = `the runner failed: ${error instanceof Error ? error.message : String(error)}`;
    return [];
  });
  const answers = await Promise.race([call, timeout]);
  await stop();
  const answered = new Set(answers.map((answer) => answer.key));
  const silent = batch.filter(({ key }) => !answered.has(key));
  return [...answers, ...silent.map(({ key }): Answer => ({ kind: 'unknown', key, text }))];
}
