/** The words of the language, by what they may begin. Highlighters and completion read these too. */

export const declarationWords = [
  'workflow',
  'use',
  'type',
  'record',
  'param',
  'secret',
  'location',
  'let',
  'env',
  'defaults',
  'policy',
  'notify',
  'step',
  'call',
  'output',
] as const;

export const siteDeclarationWords = ['site'] as const;

/** Words that cannot be names. Everything else (`resources`, `retry`, `image`) can. */
export const reservedWords: ReadonlySet<string> = new Set([
  'workflow',
  'use',
  'type',
  'record',
  'param',
  'secret',
  'location',
  'let',
  'step',
  'call',
  'output',
  'for',
  'each',
  'in',
  'out',
  'where',
  'when',
  'after',
  'gather',
  'over',
  'via',
  'if',
  'then',
  'else',
  'and',
  'or',
  'not',
  'to',
  'true',
  'false',
  'none',
  'script',
]);

/** A block whose lines begin with a word of their own. */
export type BlockKind = 'step' | 'call' | 'defaults' | 'tune' | 'site';

/** What the lines of each block may begin with; a call has arguments (`NAME = ...`) besides. */
export const itemWords: Readonly<Record<BlockKind, readonly string[]>> = {
  step: [
    'in',
    'out',
    'let',
    'when',
    'after',
    'env',
    'vars',
    'resources',
    'retry',
    'tolerate',
    'limit',
    'bundle',
    'priority',
    'pin',
    'register',
    'script',
    'undo',
  ],
  call: ['when', 'after', 'tolerate', 'limit', 'priority'],
  defaults: ['resources', 'retry', 'env', 'vars', 'tolerate', 'priority'],
  tune: ['resources', 'retry', 'limit', 'bundle', 'priority', 'batch'],
  site: ['runner', 'storage', 'location', 'env', 'tune', 'param', 'channel'],
};

/** How a block is called in messages: "a step", "`defaults`". */
export const blockTitles: Readonly<Record<BlockKind, string>> = {
  step: 'a step',
  call: 'a call',
  defaults: '`defaults`',
  tune: '`tune`',
  site: 'a site',
};

/** How an instance may end, as `after` and `notify` name it. */
export const endStates = ['succeeded', 'failed', 'finished', 'skipped', 'blocked'] as const;

/**
 * Words that other systems have for what Braid calls otherwise. The value is a hint that can be
 * typed in.
 */
export const foreignWords: ReadonlyMap<string, string> = new Map(
  Object.entries({
    input: '`in NAME = STEP.OUTPUT`',
    inputs: '`in NAME = STEP.OUTPUT`, one line for each',
    outputs: '`out NAME: TYPE = "file"`, one line for each',
    result: '`out NAME: TYPE = "file"`',
    needs: '`in NAME = STEP.OUTPUT` for data, `after STEP` for pure ordering',
    depends: '`in NAME = STEP.OUTPUT` for data, `after STEP` for pure ordering',
    depends_on: '`in NAME = STEP.OUTPUT` for data, `after STEP` for pure ordering',
    requires: '`in NAME = STEP.OUTPUT` for data, `after STEP` for pure ordering',
    before: '`after STEP`, written in the step that waits',
    command: '`script bash """ ... """`',
    cmd: '`script bash """ ... """`',
    run: '`script bash """ ... """`',
    shell: '`script bash """ ... """`',
    exec: '`script exec ["program", ...]`',
    bash: '`script bash """ ... """`',
    python: '`script python """ ... """`',
    cpus: '`resources { cpus = 4 }`',
    memory: '`resources { memory = 4 GB }`',
    time: '`resources { time = 2 h }`',
    disk: '`resources { disk = 20 GB }`',
    gpus: '`resources { gpus = 1 }`',
    container: '`env NAME`, and `env NAME { image = "..." }` at the left margin',
    image: '`env NAME`, and `env NAME { image = "..." }` at the left margin',
    conda: '`env NAME`, and `env NAME { setup = "..." }` at the left margin',
    environment: '`env NAME`',
    foreach: '`for each NAME in LIST`, on the line of the step',
    for: '`for each NAME in LIST`, on the line of the step',
    scatter: '`for each NAME in LIST`, on the line of the step',
    if: '`when CONDITION`',
    retries: '`retry 3`',
    maxRetries: '`retry 3`',
    var: '`let NAME = VALUE`, or `vars { NAME = VALUE }` for the environment',
    task: '`step NAME { ... }`',
    process: '`step NAME { ... }`',
    rule: '`step NAME { ... }`',
    job: '`step NAME { ... }`',
    import: '`use "file.braid" as NAME`',
    include: '`use "file.braid" as NAME`',
    const: '`let NAME = VALUE`',
    def: '`let NAME = VALUE`; there are no user functions',
    enum: '`type NAME = "a" | "b"`',
    struct: '`record NAME { FIELD: TYPE }`',
    parameter: '`param NAME: TYPE = DEFAULT`',
  }),
);
