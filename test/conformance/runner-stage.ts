import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  AttemptFile,
  AttemptId,
  Handle,
  Observation,
  Resources,
  Room,
  Runner,
  Submission,
} from '../../engine/index.ts';

/** What the suite needs of a kind of place. One rig a test. */
export interface RunnerRig {
  /** A directory that attempts can see. */
  readonly directory: string;
  /** A runner as a starting engine makes it; called again, it is that of the next engine. */
  start(): Runner;
  /** Ends what is left, and throws if the runner has left anything it should not. */
  end(): Promise<void>;
}

export interface AttemptSpec {
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly setup?: readonly string[];
  readonly resources?: Partial<Resources>;
  readonly links?: AttemptFile['links'];
  readonly outputs?: AttemptFile['outputs'];
}

const { signal } = new AbortController();
const PATIENCE_MS = 10_000;

/** The world of one test: attempts, a runner and what it has said. */
export class Stage {
  readonly rig: RunnerRig;
  runner: Runner;
  readonly heard: Observation[] = [];
  #made = 0;

  constructor(rig: RunnerRig) {
    this.rig = rig;
    this.runner = rig.start();
    this.#listen();
  }

  /** The engine is gone; another one starts. */
  async restart(): Promise<void> {
    await this.runner.close();
    this.heard.length = 0;
    this.runner = this.rig.start();
    this.#listen();
  }

  submission(specs: readonly AttemptSpec[], form: Submission['form'] = 'single'): Submission {
    const key = `braid-testtestte-${++this.#made}`;
    const items = specs.map((spec, i) => this.#write(key, `${this.#made * 100 + i}.1`, spec));
    const shape = resources(specs[0]?.resources);
    return { key, run: 'testtestte', epoch: 1, site: 'local', shape, form, offer: 1, items };
  }

  async submit(spec: AttemptSpec): Promise<Handle> {
    return this.offer(this.submission([spec]));
  }

  async offer(submission: Submission): Promise<Handle> {
    const [answer] = await this.runner.submit([submission], signal);
    if (answer?.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(answer)}`);
    return { key: answer.key, externalId: answer.externalId, items: submission.items };
  }

  /** How the attempts of `handle` ended, pushed or polled. */
  async ends(handle: Handle): Promise<(Observation & { kind: 'ended' })[]> {
    const ended = await until(async () => {
      const polled = await this.runner.poll([handle]);
      return polled.every((o) => o.kind === 'ended') ? polled : undefined;
    }, `${handle.key} never ended`);
    return ended as (Observation & { kind: 'ended' })[];
  }

  async end(handle: Handle): Promise<Observation & { kind: 'ended' }> {
    const [first] = await this.ends(handle);
    if (!first) throw new Error('it has no attempt');
    return first;
  }

  async kind(handle: Handle): Promise<string | undefined> {
    return (await this.runner.poll([handle]))[0]?.kind;
  }

  async room(): Promise<Room> {
    const room = await this.runner.room();
    if (!room) throw new Error('it says nothing of its room');
    return room;
  }

  async text(handle: Handle, stream: 'out' | 'err' = 'out'): Promise<string> {
    const [item] = handle.items;
    const part = await this.runner.log(handle, item?.attempt ?? '0.0', stream, 0, 1 << 20);
    return Buffer.from(part.bytes).toString('utf8');
  }

  #listen(): void {
    this.runner.observe?.((observations) => this.heard.push(...observations));
  }

  #write(key: string, attempt: AttemptId, spec: AttemptSpec) {
    const directory = join(this.rig.directory, 'step', '0', attempt.split('.')[0] ?? '', '1');
    const file: AttemptFile = {
      format: 1,
      run: 'testtestte',
      attempt,
      submission: key,
      epoch: 1,
      step: 'step',
      instance: `step[i=${attempt}]`,
      command: spec.command,
      environment: spec.environment ?? {},
      setup: spec.setup ?? [],
      resources: resources(spec.resources),
      links: spec.links ?? [],
      outputs: spec.outputs ?? [],
    };
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'attempt.json'), JSON.stringify(file));
    return { attempt, directory };
  }
}

/** A payload that waits until the test says how it ends. */
export class Puppet {
  readonly spec: AttemptSpec;
  readonly #fifo: string;

  /** `before` is shell text that runs first. */
  constructor(stage: Stage, name: string, before = '') {
    this.#fifo = join(stage.rig.directory, name);
    execFileSync('mkfifo', [this.#fifo]);
    const script = `${before}\necho "$$" >pid; read -r code <"$FIFO"; exit "$code"`;
    this.spec = { command: ['sh', '-c', script], environment: { FIFO: this.#fifo } };
  }

  async started(handle: Handle): Promise<number> {
    const path = join(handle.items[0]?.directory ?? '', 'work/pid');
    const text = await until(
      async () => (existsSync(path) && readFileSync(path, 'utf8')) || undefined,
      `${handle.key} never started`,
    );
    return Number(text);
  }

  async exit(code: number): Promise<void> {
    await writeFile(this.#fifo, `${code}\n`);
  }
}

/** Asks until there is an answer; the interval only bounds how often. */
export async function until<T>(ask: () => Promise<T | undefined>, otherwise: string): Promise<T> {
  const startMs = performance.now();
  while (performance.now() - startMs < PATIENCE_MS) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(otherwise);
}

export function lives(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX]/.test(stat);
  } catch {
    return false;
  }
}

function resources(some: Partial<Resources> = {}): Resources {
  return {
    cpus: 1,
    memoryBytes: undefined,
    timeMs: undefined,
    diskBytes: undefined,
    gpus: 0,
    ...some,
  };
}
