/** A kind of run whose journal is kept: its files, and the commands that make it, one after another. */
export interface Kind {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** Arguments of `braid`; `kill` ends the engine when so many payloads have begun. */
  readonly commands: readonly { readonly args: readonly string[]; readonly kill?: number }[];
}

/** Payloads append to `begun`, which says how far a run is. */
const step = (name: string, more: string, script: string) =>
  `step ${name} for each i in 1..4 {\n  out x: file = "x"\n${more}  script bash """\n    echo ${name} >> @{here}/begun\n${script}    echo @{i} > @{x}\n  """\n}\n`;

const workflow = (name: string, body: string) => ({
  'w.braid': `workflow ${name} version "1.0"\nparam here: string\n${body}`,
});

const run = (...more: string[]) => ({ args: ['run', '-j', '2', 'w.braid', ...more] });
const on = (verb: string, ...more: string[]) => ({ args: [verb, 'last', ...more, '--yes'] });

const gather = `step sum {
  in  xs = gather make.x
  out total: int = text("total")
  script bash """
    cat @{xs} | wc -l > total
  """
}
`;

/** At least one journal of each is kept for every release (`make.ts`), and replayed for ever. */
export const kinds: readonly Kind[] = [
  { name: 'success', files: workflow('success', step('make', '', '') + gather), commands: [run()] },
  {
    name: 'retry',
    files: workflow(
      'retry',
      step(
        'make',
        '  tolerate 1\n  retry 1 { on exit(75) }\n',
        '    [ @{i} -ne 2 ] || [ -e ../../2 ] || exit 75\n    [ @{i} -ne 3 ] || exit 3\n',
      ) +
        'step bad {\n  script bash """\n    kill -9 $$\n  """\n}\nstep after_bad {\n  after bad\n  script exec ["true"]\n}\n',
    ),
    commands: [run()],
  },
  {
    name: 'cancel',
    files: workflow('cancel', step('make', '', '    sleep 0.5\n') + gather),
    commands: [{ ...run(), kill: 1 }, on('cancel', 'sum'), on('cancel'), on('resume')],
  },
  {
    name: 'hold',
    files: workflow('hold', step('make', '', '    [ @{i} -ne 1 ] || sleep 0.3\n')),
    commands: [
      { ...run(), kill: 1 },
      on('hold', 'make[i=4]'),
      on('release', 'make[i=4]'),
      on('resume'),
      on('retry', 'make[i=2]', '--with', 'memory = 1 GB, priority = 3'),
    ],
  },
  {
    name: 'fan-out',
    files: workflow(
      'fanout',
      `record Part key part { part: string }
step split for each i in 1..2 {
  out parts: table<Part> = csv("parts.csv")
  script bash """
    echo part > parts.csv
    for n in $(seq @{i}); do echo p$n; done >> parts.csv
  """
}
step work for each i in 1..2, p in split.parts {
  out y: file = "y"
  script bash """
    echo @{p.part} > @{y}
  """
}
step all {
  in  ys = gather work.y over i, part
  script exec ["true"]
}
`,
    ),
    commands: [run()],
  },
  {
    name: 'roll-back',
    files: workflow(
      'rollback',
      `step ingest for each i in 1..2 {
  out done: marker
  script bash """
    echo @{i} >> @{here}/store
  """
  undo bash """
    echo undo @{i} >> @{here}/store
  """
}
step search for each i in 1..2 {
  in  ingested = ingest.done
  out found: file = "found"
  script bash """
    echo @{i} > @{found}
  """
}
`,
    ),
    commands: [run(), on('rollback', 'ingest[i=2]')],
  },
  {
    name: 'reuse',
    files: workflow('reuse', step('make', '', '') + gather),
    commands: [run(), run()],
  },
  {
    name: 'interrupted',
    files: workflow('interrupted', step('make', '', '    sleep 0.2\n') + gather),
    commands: [{ ...run(), kill: 2 }],
  },
  {
    name: 'resumed',
    files: workflow('resumed', step('make', '', '    sleep 0.2\n') + gather),
    commands: [{ ...run(), kill: 3 }, { args: ['resume', 'last', '--yes'] }],
  },
  {
    name: 'environment',
    files: workflow(
      'environment',
      `env tool {
  vars = ["TOOL=7"]
}
env broken {
  cvmfs = "/cvmfs/nowhere"
}
step with {
  env tool
  out n: int = text("n")
  script bash """
    echo $TOOL > n
  """
}
step without {
  env broken
  script exec ["true"]
}
`,
    ),
    commands: [run()],
  },
  {
    name: 'notice',
    files: {
      ...workflow('notice', `${step('make', '', '')}notify "ops" on finished\n`),
      'here.site': 'site here {\n  runner local\n  channel "ops" = ["cat"]\n}\n',
    },
    commands: [run('--site', 'here.site#here')],
  },
  {
    name: 'stub',
    files: workflow('stub', step('make', '', '') + gather),
    commands: [run('--stub')],
  },
];
