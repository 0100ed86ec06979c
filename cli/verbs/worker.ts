import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { hasErrors } from '../../dsl/index.ts';
import { systemClock } from '../../engine/index.ts';
import { checkMachine } from '../../runners/index.ts';
import { hostSite, linkRedis } from '../compose/dispatch.ts';
import { LEASE_MS, LOCAL_SITE, localCapacity } from '../compose/launch.ts';
import { secretNamed, secretPlaces } from '../compose/secrets.ts';
import { type Context, type ExitCode, UsageError, workDirectory } from '../context.ts';
import { showDiagnostics } from '../report.ts';
import { siteOf } from './site.ts';

interface WorkerVerbOptions {
  readonly redis?: string;
  /** Default: the built-in one. */
  readonly site?: string;
  readonly jobs?: number;
  readonly dir?: string;
  readonly lease?: number;
  readonly rate?: number;
}

/** `braid worker`: serves a site with the lanes of this machine, for the runs of a work directory. */
export async function worker(context: Context, options: WorkerVerbOptions): Promise<ExitCode> {
  const url = options.redis ?? process.env.BRAID_REDIS;
  if (url === undefined) {
    throw new UsageError('a worker needs a Redis', 'give `--redis URL`, or set BRAID_REDIS');
  }
  const capacity = await capacityOf(context, options);
  if (!capacity) return 1;
  const problems = await checkMachine();
  showDiagnostics(context, problems);
  if (problems.length > 0) return 1;
  const say = (line: string) => void context.stderr.write(`${line}\n`);
  const clock = systemClock();
  const result = await linkRedis(url, clock, say);
  if (result.kind === 'refused') {
    showDiagnostics(context, [result.diagnostic]);
    return 1;
  }
  const home = join(workDirectory(context, options.dir), '.braid');
  mkdirSync(home, { recursive: true });
  const { site, ...local } = capacity;
  const places = secretPlaces();
  const hosting = await hostSite({
    link: result.redis.link,
    site,
    home,
    clock,
    leaseMs: options.lease === undefined ? LEASE_MS : options.lease * 1000,
    ...(options.rate === undefined ? {} : { rate: { max: options.rate, perMs: 1000 } }),
    local: { ...local, secret: (name) => secretNamed(name, places), progress: say },
    log: say,
  });
  say(`serving ${site} on ${hostname()} for ${home}`);
  const isNow = await interrupted(say);
  hosting.drain();
  while (hosting.held() > 0 && !isNow()) await new Promise((resolve) => setTimeout(resolve, 100));
  await hosting.close();
  await result.redis.close();
  return 0;
}

/** Resolves at the first interrupt; what it gives says whether there was a second. */
async function interrupted(say: (line: string) => void): Promise<() => boolean> {
  let count = 0;
  return new Promise((resolve) => {
    const handler = () => {
      count += 1;
      if (count === 1) say('taking nothing new; waiting for what is running (again to leave it)');
      resolve(() => count > 1);
    };
    process.on('SIGINT', handler);
    process.on('SIGTERM', handler);
  });
}

/** What the site gives out here; undefined, and said why, where there is no such site. */
async function capacityOf(context: Context, { site = LOCAL_SITE, jobs }: WorkerVerbOptions) {
  const { value, diagnostics } = await siteOf(context, site);
  showDiagnostics(context, diagnostics);
  if (!value || hasErrors(diagnostics)) return undefined;
  const { runner } = value.site;
  if (!value.choice.kinds.get(runner.kind)?.isBuilt) {
    const hint = 'workers serve sites of kind `local`';
    throw new UsageError(`\`${value.site.name}\` is a site of kind \`${runner.kind}\``, hint);
  }
  return { site: value.site.name, ...localCapacity(value, jobs) };
}
