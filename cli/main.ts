import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { type ExitCode, outlivesReader, processContext, UsageError } from './context.ts';
import { version } from './version.ts';

/**
 * The command line: options and help of every verb; the verbs themselves are loaded when called.
 * Data goes to stdout, talk to stderr.
 */
const context = processContext();
let exitCode: ExitCode = 0;

/** Runs a verb's module and keeps its exit code. */
function verb<A extends unknown[]>(
  load: () => Promise<(...args: A) => Promise<ExitCode>>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    const run = await load();
    exitCode = await run(...args);
  };
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new InvalidArgumentError('it must be a whole number from 1');
  }
  return number;
}

const program = new Command('braid')
  .description('Workflows for LSST DESC: one text from laptop to grid.')
  .version(version())
  .exitOverride()
  .configureHelp({ showGlobalOptions: false })
  .showHelpAfterError('(try: braid --help)')
  .showSuggestionAfterError(true);

const withParameters = (command: Command) =>
  command
    .option('--set <name=value>', 'give a parameter its value (repeatable)', collect, [])
    .option('--params <file>', 'parameters from a JSON file')
    .option('--only <selector>', 'only these instances and what they need, such as `coadd[band=g]`')
    .option('--sample <dim=n>', 'only the first n keys of a dimension (repeatable)', collect, [])
    .option('--allow-large', 'allow more than 100 000 instances');

const withSite = (command: Command) =>
  command.option('--site <site>', 'a site by name, or FILE.site#NAME (default: none; run: local)');

const withRedis = (command: Command) =>
  command
    .option(
      '--redis <url>',
      'hand attempts to workers over this Redis (default: BRAID_REDIS); `auto` starts one',
    )
    .option('--no-worker', 'with --redis: run no attempts in this process');

const withRuns = (command: Command) =>
  command.option('--dir <dir>', 'the directory that holds .braid/ (default: here)');

const site = program.command('site').description('places that workflows run at');
const siteVerb = (name: string, about: string) =>
  site.command(name).description(about).option('--json', 'machine-readable output');
const SITE = 'a site by name, or FILE.site#NAME';
siteVerb('list', 'the sites that are found, and where').action(
  verb(async () => (await import('./verbs/site.ts')).list.bind(null, context)),
);
siteVerb('show', 'what a site provides and tunes')
  .argument('<site>', SITE)
  .action(verb(async () => (await import('./verbs/site.ts')).show.bind(null, context)));
siteVerb('check', 'whether a site is right, and what of it is here')
  .argument('<site>', SITE)
  .action(verb(async () => (await import('./verbs/site.ts')).check.bind(null, context)));

const withYes = (command: Command) =>
  withRuns(command).option('-y, --yes', 'do not ask').option('--json', 'machine-readable output');

program
  .command('check')
  .description('check workflow and site files; reads no data')
  .argument('<files...>')
  .option('--site <site>', 'and whether they fit this site (repeatable)', collect, [])
  .option('--json', 'machine-readable output')
  .action(verb(async () => (await import('./verbs/check.ts')).check.bind(null, context)));

program
  .command('lock')
  .description('fetch the libraries that a workflow uses from repositories, and write braid.lock')
  .argument('<file>')
  .option('--update', 'look up tags that are locked, too')
  .option('--json', 'machine-readable output')
  .action(verb(async () => (await import('./verbs/lock.ts')).lock.bind(null, context)));

withSite(withRuns(withParameters(program.command('plan'))))
  .description('the dry run: what the text means with its data')
  .argument('<file>')
  .option('--why', 'say for each instance why it would run')
  .option('--against <file|run>', 'what would be done differently from another version or a run')
  .option('--json', 'machine-readable output')
  .action(verb(async () => (await import('./verbs/plan.ts')).plan.bind(null, context)));

withSite(withParameters(program.command('graph')))
  .description('the graph of steps, or of instances')
  .argument('<file>')
  .option('--format <format>', 'svg, dot, mermaid or json', 'svg')
  .option('--instances', 'the graph of instances')
  .option('-o, --output <file>', 'write here instead of stdout')
  .action(verb(async () => (await import('./verbs/graph.ts')).graph.bind(null, context)));

program
  .command('fmt')
  .description('bring workflow and site files into their canonical form')
  .argument('<files...>')
  .option('--check', 'change nothing: name the files that differ from it, and exit 1')
  .option('--json', 'machine-readable output')
  .action(verb(async () => (await import('./verbs/fmt.ts')).fmt.bind(null, context)));

program
  .command('docs')
  .description('a page about a workflow or library, from its text')
  .argument('<file>')
  .option('--json', 'machine-readable output')
  .action(verb(async () => (await import('./verbs/docs.ts')).docs.bind(null, context)));

program
  .command('explain')
  .description('a page about a diagnostic, with an example')
  .argument('<code>')
  .action(verb(async () => (await import('./verbs/explain.ts')).explainCode.bind(null, context)));

withRedis(withSite(withRuns(withParameters(program.command('run')))))
  .description('run a workflow here, or at a site')
  .argument('<file>')
  .option(
    '-j, --jobs <n>',
    'instances at a time (default: the cpus of this machine)',
    positiveInteger,
  )
  .option('--journal <dir>', 'keep the journal in this directory (a local disk)')
  .option('--results <dir>', "where published outputs go (default: the site's place, else results)")
  .option('--stub', 'run no scripts: make up every output from its type')
  .option('--stop', 'start nothing new after the first failure')
  .option('--detach', 'run in the background; follow it with `braid attach`')
  .option('--json', 'events as JSON lines')
  .action(verb(async () => (await import('./verbs/run.ts')).run.bind(null, context)));

withRedis(withYes(program.command('resume')))
  .description('go on with a run whose engine has ended')
  .argument('<run>', 'a run, a unique prefix of one, or `last`')
  .option(
    '--from <file>',
    'from an edited workflow file, in a new run that uses again what is the same',
  )
  .option('--restore', 'first put the backup of a damaged journal in its place')
  .option('-j, --jobs <n>', 'instances at a time', positiveInteger)
  .option('--take-over', 'also from an engine that lives: it leaves when it wakes')
  .option('--results <dir>', "where published outputs go (default: the site's place, else results)")
  .option('--detach', 'run in the background')
  .action(verb(async () => (await import('./verbs/resume.ts')).resume.bind(null, context)));

withRuns(program.command('worker'))
  .description('run the attempts of other engines here: serve a site over Redis')
  .option('--redis <url>', 'redis://, rediss:// or unix:// (default: BRAID_REDIS)')
  .option('--site <site>', `${SITE} (default: local)`)
  .option(
    '-j, --jobs <n>',
    'attempts at a time (default: the cpus of this machine)',
    positiveInteger,
  )
  .option('--rate <n>', 'most submissions a second, of all workers of the site', positiveInteger)
  .option(
    '--lease <seconds>',
    'without a sign of this host for so long, its attempts are taken for lost (default: 60)',
    positiveInteger,
  )
  .action(verb(async () => (await import('./verbs/worker.ts')).worker.bind(null, context)));

program
  .command('watchdog', { hidden: true })
  .argument('<directory>')
  .argument('<lease>')
  .action(verb(async () => (await import('./verbs/watchdog.ts')).watchdog.bind(null, context)));

withRuns(program.command('attach'))
  .description('follow a live run')
  .argument('<run>')
  .option('--json', 'events as JSON lines')
  .action(verb(async () => (await import('./verbs/attach.ts')).attach.bind(null, context)));

for (const [name, about, selector] of [
  ['retry', 'new attempts of failed instances, and unblock what waits for them', '<selector>'],
  [
    'rollback',
    'take back instances and all that came after, by their `undo`, and make them anew',
    '<selector>',
  ],
  ['cancel', 'cancel a run, or some of its instances', '[selector]'],
  ['hold', 'start no new attempts of these instances', '[selector]'],
  ['release', 'undo a hold', '[selector]'],
] as const) {
  const command = withYes(program.command(name)).description(about).argument('<run>');
  command.argument(selector, 'such as `phosim[visit=230]` or `:failed`');
  if (name === 'retry' || name === 'rollback') {
    command.option('--with <resources>', "such as 'memory = 8 GB, time = 2 d'");
    command.option('-j, --jobs <n>', 'instances at a time', positiveInteger);
  }
  command.action(
    verb(async () => (await import('./verbs/intervene.ts')).intervene.bind(null, context, name)),
  );
}

const reading = (name: string, about: string) =>
  withRuns(program.command(name)).description(about).option('--json', 'machine-readable output');

reading('runs', 'the runs of this directory, newest first').action(
  verb(async () => (await import('./verbs/runs.ts')).runs.bind(null, context)),
);
reading('status', 'how a run stands, a line a step')
  .argument('[run]', 'default: last')
  .action(verb(async () => (await import('./verbs/status.ts')).status.bind(null, context)));
reading('events', 'everything that happened in a run')
  .argument('<run>')
  .action(verb(async () => (await import('./verbs/events.ts')).events.bind(null, context)));
reading('why', 'why an instance stands as it does')
  .argument('<run>')
  .argument('<instance>', 'such as `phosim[visit=230, sensor=R22_S11]`')
  .action(verb(async () => (await import('./verbs/why.ts')).why.bind(null, context)));
reading('failures', 'what failed, with the line and the last words of each')
  .argument('<run>')
  .action(verb(async () => (await import('./verbs/failures.ts')).failures.bind(null, context)));
reading('audit', 'whether the journal and what attempts left agree, and keep what is promised')
  .argument('<run>')
  .action(verb(async () => (await import('./verbs/audit.ts')).audit.bind(null, context)));
reading('logs', 'what an instance printed')
  .argument('<run>')
  .argument('<instance>')
  .option('--stderr', 'its errors instead')
  .option('--follow', 'wait for more until it ends')
  .option('--attempt <n>', 'of this attempt (default: the last)', positiveInteger)
  .action(verb(async () => (await import('./verbs/logs.ts')).logs.bind(null, context)));

withRuns(program.command('shell'))
  .description("a shell in an attempt's directory and environment")
  .argument('<run>')
  .argument('<instance>')
  .option('--attempt <n>', 'default: the last', positiveInteger)
  .action(verb(async () => (await import('./verbs/shell.ts')).shell.bind(null, context)));

withYes(program.command('clean'))
  .description('remove runs and what they made')
  .argument('[runs...]')
  .option('--older-than <duration>', 'runs that ended longer ago than this, such as `7 d`')
  .action(verb(async () => (await import('./verbs/clean.ts')).clean.bind(null, context)));

async function main(): Promise<ExitCode> {
  try {
    await program.parseAsync(process.argv);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UsageError) {
      if (error.diagnostics.length > 0) {
        (await import('./report.ts')).showDiagnostics(context, error.diagnostics);
        return 2;
      }
      context.stderr.write(`braid: ${error.message}\n`);
      if (error.hint) context.stderr.write(`  hint: ${error.hint}\n`);
      return 2;
    }
    const { showFault } = await import('./report.ts');
    if (showFault(context, error)) return 1;
    context.stderr.write(
      `braid: this is a bug of ours, please report it with the lines below\n${
        error instanceof Error ? error.stack : String(error)
      }\n`,
    );
    return 3;
  }
}

// A reader that went away (`braid events last | head`) is no error of ours, and does not end a run.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    if (!outlivesReader()) process.exit(exitCode);
  });
}

process.exitCode = await main();
