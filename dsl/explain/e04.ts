import type { ExplainPage } from './page.ts';

/** Types: the pages of family E04. */
export const typesPages: readonly ExplainPage[] = [
  {
    code: 'E0401',
    title: 'a value of another type is needed here',
    text: `An int may stand for a float and a closed string for a string; nothing else converts by itself. A
quantity carries its unit (\`4 GB\`, \`30 min\`), a plain number is none.`,
    wrong: `workflow w
step a {
  resources { cpus = "4", time = 4 GB }
  script bash """
    work
  """
}`,
    right: `workflow w
step a {
  resources { cpus = 4, time = 4 h }
  script bash """
    work
  """
}`,
  },
  {
    code: 'E0402',
    title: 'not one of the strings of a closed type',
    text: `\`type Band = "g" | "r"\` lists all strings that a Band can be, so that \`"R"\` for \`"r"\` is found before
anything runs, and not as a band without visits. A string that is only known later is not a Band: declare
it as one where it comes in (a param, a column, an \`out\`).`,
    wrong: `workflow w
type Band = "g" | "r" | "i"
param bands: list<Band> = ["g", "R"]`,
    right: `workflow w
type Band = "g" | "r" | "i"
param bands: list<Band> = ["g", "r"]`,
  },
  {
    code: 'E0403',
    title: 'a value may be absent where it is needed',
    text: `What a step with \`when\` makes is absent where it was skipped; \`previous\` has nothing before the first
key; a \`T?\` may be \`none\`. Three ways out: a fallback, \`in x = a.out ?? b.out\`; a \`when x != none\`, which
skips the reader, too; or a gather, which leaves absent ones out.`,
    wrong: `workflow w
param deep: bool = true
step extend {
  out longer: file = "l.h5"
  when deep
  script bash """
    resume @{longer}
  """
}
step plot {
  in  chain = extend.longer
  script bash """
    corner @{chain}
  """
}`,
    right: `workflow w
param deep: bool = true
step extend {
  out longer: file = "l.h5"
  when deep
  script bash """
    resume @{longer}
  """
}
step plot {
  in  chain = extend.longer
  when chain != none
  script bash """
    corner @{chain}
  """
}`,
  },
  {
    code: 'E0404',
    title: 'a word that is not known in this place',
    text: `Resources are cpus, memory, time, disk and gpus; a clause of \`retry\` may set these and \`wait\` and
\`attempts\`. Causes are oom, timeout, exit, signal, lost, preempted, missing, invalid, infrastructure and
any. An environment has image, cvmfs, python, pip, vars and setup; a policy failure and expect. Queues, accounts and partitions
belong to a site file, not to the workflow.`,
    wrong: `workflow w
step a {
  resources { memroy = 4 GB }
  script bash """
    work
  """
}`,
    right: `workflow w
step a {
  resources { memory = 4 GB }
  script bash """
    work
  """
}`,
  },
  {
    code: 'E0405',
    title: 'an operator that does not fit its operands',
    text: `Quantities of one kind add, subtract and compare; a quantity times a number is a quantity, and a
quantity over one of its kind is a float. Only values of one type can be equal.`,
    wrong: `workflow w
param base: size = 4 GB
let more = base + 2`,
    right: `workflow w
param base: size = 4 GB
let more = base + 2 GB`,
  },
  {
    code: 'E0407',
    title: 'arguments that a function cannot take',
    text: `Each builtin function says how many arguments it takes and of which types; see the hint of the
message.`,
    wrong: `workflow w
let seeds = linspace(0.0, 1.0)`,
    right: `workflow w
let seeds = linspace(0.0, 1.0, 5)`,
  },
  {
    code: 'E0409',
    title: 'there is nothing to go over',
    text: `\`for each x in\` and \`[... for x in ...]\` go over a list, a range, a closed type or a table. Columns in
parentheses need a table.`,
    wrong: `workflow w
param n: int = 8
step a for each i in n {
  script bash """
    work @{i}
  """
}`,
    right: `workflow w
param n: int = 8
step a for each i in 1..n {
  script bash """
    work @{i}
  """
}`,
  },
  {
    code: 'E0411',
    title: 'an output without the place it comes from',
    text: `A file or directory is made at a path in the scratch directory: \`out x: file = "name.fits"\`. Any other
value is read from a file that the script writes: \`json("d.json").rhat\`, \`text("n.txt")\`, \`csv("rows.csv")\`,
\`files("part_*")\`. A marker has neither.`,
    wrong: `workflow w
step fit {
  out rhat: float = "rhat.txt"
  script bash """
    fit > rhat.txt
  """
}`,
    right: `workflow w
step fit {
  out rhat: float = text("rhat.txt")
  script bash """
    fit > rhat.txt
  """
}`,
  },
  {
    code: 'E0412',
    title: 'a value without fields or elements',
    text: `Rows of tables have fields, lists have elements (\`xs[0]\` is the first). A column of a whole table is
\`[row.band for row in visits]\`.`,
    wrong: `workflow w
record Visit key visit { visit: int, band: string }
param visits: table<Visit> = csv("visits.csv")
let bands = visits.band`,
    right: `workflow w
record Visit key visit { visit: int, band: string }
param visits: table<Visit> = csv("visits.csv")
let bands = [row.band for row in visits]`,
  },
  {
    code: 'E0414',
    title: 'a parameter does not fulfil its condition',
    text: `\`param n: int = 4 where n > 0\` promises that every value of \`n\` is above 0, wherever it comes from: the
default, a file of \`--params\`, or \`--set\`. The value that holds in the end broke the promise. Give another
value, or loosen the condition if it is too strict.`,
    wrong: `workflow w
param visits: int = 0 where visits > 0
step a {
  script bash """
    work @{visits}
  """
}`,
    right: `workflow w
param visits: int = 10 where visits > 0
step a {
  script bash """
    work @{visits}
  """
}`,
  },
];
