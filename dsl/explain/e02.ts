import type { ExplainPage } from './page.ts';

/** Names: the pages of family E02. */
export const namesPages: readonly ExplainPage[] = [
  {
    code: 'E0201',
    title: 'a name that stands for no value here',
    text: `An expression may use the params, locations, lets and closed types of the file and, inside a step,
its scatter names, then its \`in\`s, \`out\`s and \`let\`s. The columns of a row belong to the row: with
\`for each v in visits\`, the band is \`v.band\`; only the key columns are names of their own.`,
    wrong: `workflow w
param count: int = 3
let twice = 2 * coutn`,
    right: `workflow w
param count: int = 3
let twice = 2 * count`,
  },
  {
    code: 'E0202',
    title: 'there is no step of this name',
    text: `What stands before the dot in \`in x = step.output\`, and behind \`after\`, is the name of a step or a
call of the same file. Lines have no order: the step may also be declared further down.`,
    wrong: `workflow w
step raytrace {
  out image: file = "e.fits"
  script bash """
    raytrace > @{image}
  """
}
step measure {
  in  image = raytrce.image
  script bash """
    measure @{image}
  """
}`,
    right: `workflow w
step raytrace {
  out image: file = "e.fits"
  script bash """
    raytrace > @{image}
  """
}
step measure {
  in  image = raytrace.image
  script bash """
    measure @{image}
  """
}`,
  },
  {
    code: 'E0203',
    title: 'the step has no output of this name',
    text: `A step gives what its \`out\` lines declare, and its dimensions (\`gather p.visit over visit\` is the
list of keys). Nothing else of a step can be read from outside.`,
    wrong: `workflow w
step measure {
  out cat: file = "c.fits"
  script bash """
    measure > @{cat}
  """
}
step load {
  in  cats = measure.cats
  script bash """
    load @{cats}
  """
}`,
    right: `workflow w
step measure {
  out cat: file = "c.fits"
  script bash """
    measure > @{cat}
  """
}
step load {
  in  cat = measure.cat
  script bash """
    load @{cat}
  """
}`,
  },
  {
    code: 'E0204',
    title: 'the record has no column of this name',
    text: `The columns of a table are those that its record declares. A column that is only in the file is not
read: add it to the record with its type.`,
    wrong: `workflow w
record Visit key visit { visit: int, band: string }
param visits: table<Visit> = csv("visits.csv")
step a for each v in visits {
  script bash """
    echo @{v.bnad}
  """
}`,
    right: `workflow w
record Visit key visit { visit: int, band: string }
param visits: table<Visit> = csv("visits.csv")
step a for each v in visits {
  script bash """
    echo @{v.band}
  """
}`,
  },
  {
    code: 'E0205',
    title: 'there is no such type',
    text: `The types are int, float, bool, string, duration, size, angle, file, file<format>, dir, path,
list<T>, table<Record>, the records and closed strings of the file, and T? for what may be absent.

There is no date: dates are ISO strings, whose order is that of time.`,
    wrong: `workflow w
param seeds: list = [1, 2]`,
    right: `workflow w
param seeds: list<int> = [1, 2]`,
  },
  {
    code: 'E0206',
    title: 'a name is declared twice',
    text: `Params, locations, secrets, lets, steps, calls, imports, types and records share one set of names.
Outputs of the workflow and environments have sets of their own. Inside a step all names differ, too,
and each dimension is introduced once.`,
    wrong: `workflow w
param size: int = 1
param size: int = 2`,
    right: `workflow w
param size: int = 1
param width: int = 2`,
  },
  {
    code: 'E0207',
    title: 'a name of a step hides one of the file',
    text: `Inside a step no name may be that of a param, location, secret or let, so that a name means the same
wherever it is read. It may equal a step's name: a step is only named before a dot or behind \`after\`.`,
    wrong: `workflow w
param name: string = "x"
step greet for each name in ["Rubin", "Fermi"] {
  script bash """
    echo @{name}
  """
}`,
    right: `workflow w
param greeting: string = "x"
step greet for each name in ["Rubin", "Fermi"] {
  script bash """
    echo @{greeting} @{name}
  """
}`,
  },
  {
    code: 'E0208',
    title: 'a line that a step has exactly once',
    text: `A step has one \`script\`, and at most one each of \`when\`, \`env\`, \`resources\`, \`retry\`, \`tolerate\`,
\`bundle\`, \`priority\`, \`pin\` and \`undo\`. A file has at most one \`defaults\`; a step's \`resources\` and
\`vars\` go over it field by field, the other lines replace it.`,
    wrong: `workflow w
step a {
  resources { cpus = 2 }
  resources { memory = 4 GB }
  script bash """
    work
  """
}`,
    right: `workflow w
step a {
  resources { cpus = 2, memory = 4 GB }
  script bash """
    work
  """
}`,
  },
  {
    code: 'E0209',
    title: 'there is no environment or import of this name',
    text: `\`env stack\` in a step needs an \`env stack { ... }\` in the same file; \`call lib as x\` needs a
\`use "..." as lib\`. A library does not see the environments of the file that calls it.`,
    wrong: `workflow w
env stack { image = "lsst/scipipe:w_2024_38" }
step a {
  env stak
  script bash """
    work
  """
}`,
    right: `workflow w
env stack { image = "lsst/scipipe:w_2024_38" }
step a {
  env stack
  script bash """
    work
  """
}`,
  },
  {
    code: 'E0210',
    title: 'there is no such function',
    text: `The functions are built in: len min max sum sorted ceil floor round abs mod linspace logspace join
chunks filelist str stem basename matches raw, and the readers csv jsonl json text lines files. A workflow
cannot define its own: what computes is a script.`,
    wrong: `workflow w
param sigma8: list<float> = linspce(0.7, 0.9, 5)`,
    right: `workflow w
param sigma8: list<float> = linspace(0.7, 0.9, 5)`,
  },
  {
    code: 'E0211',
    title: 'an output has no value before its script has ended',
    text: `The path of an \`out x: file\` is known to the script and to \`vars\`, because the script must know where
to write. What is read from a file at the end (numbers, tables, lists of files) is known to other steps only.`,
    wrong: `workflow w
step fit {
  out rhat: float = json("d.json").rhat
  script bash """
    fit --rhat @{rhat}
  """
}`,
    right: `workflow w
step fit {
  out rhat: float = json("d.json").rhat
  script bash """
    fit --diagnostics d.json
  """
}`,
  },
  {
    code: 'E0212',
    title: 'this edition of the language is not known',
    text: `\`workflow w language 1\` says which edition of the language a file is written in. A later edition may
change what a text means, so one that is not known is refused instead of being read as another.`,
    wrong: `workflow w language 7`,
    right: `workflow w language 1`,
  },
  {
    code: 'E0213',
    title: 'a step cannot reach into another one from here',
    text: `Only \`in\` (with its \`via\` and \`where\`), \`for each\`, the arguments of a call and \`output\` may read
\`step.output\`. So the \`in\` lines of a step are all that it takes from others, and they are the graph.`,
    wrong: `workflow w
step raytrace {
  out image: file = "e.fits"
  script bash """
    raytrace > @{image}
  """
}
step measure {
  script bash """
    measure @{raytrace.image}
  """
}`,
    right: `workflow w
step raytrace {
  out image: file = "e.fits"
  script bash """
    raytrace > @{image}
  """
}
step measure {
  in  image = raytrace.image
  script bash """
    measure @{image}
  """
}`,
  },
  {
    code: 'E0214',
    title: 'the arguments of a call do not fit its library',
    text: `A library's \`param\`s are its inputs. A call gives each of them by name, in its block; one without a
default must be given, and there is nothing else to give. The file of the library says what it has; \`braid docs\`
prints it.`,
    wrong: '',
    right: '',
  },
];
