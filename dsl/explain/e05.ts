import type { ExplainPage } from './page.ts';

/** The graph: the pages of family E05. */
export const graphPages: readonly ExplainPage[] = [
  {
    code: 'E0501',
    title: 'steps that wait for each other',
    text: `Each step of a circle waits for the one before it, so none could ever start. The message lists the
circle and points at the last read in it; break one of its inputs.

A loop along a dimension is allowed, because it is no circle of instances: every step in it varies over that
dimension, every read in it keeps the key or is \`previous ... over\` that dimension, and at least one is.`,
    wrong: `workflow w
step a {
  in  seed = b.out1
  out out1: file = "a"
  script bash """
    cp @{seed} @{out1}
  """
}
step b {
  in  seed = a.out1
  out out1: file = "b"
  script bash """
    cp @{seed} @{out1}
  """
}`,
    right: `workflow w
param start: string = "0"
step a {
  out out1: file = "a"
  script bash """
    echo @{start} > @{out1}
  """
}
step b {
  in  seed = a.out1
  out out1: file = "b"
  script bash """
    cp @{seed} @{out1}
  """
}`,
  },
  {
    code: 'E0502',
    title: 'a workflow that uses itself',
    text: `A file may use others as sub-workflows, but never itself, not even by way of another file: how often
it would run could not be told. Iteration along a known dimension is \`previous\`.`,
    wrong: `workflow w
use "w.braid" as again`,
    right: `workflow w
let count = 1`,
  },
  {
    code: 'E0503',
    title: 'a value that is defined by itself',
    text: `Lines have no order, so a \`let\` or a default may use names from further down; but following them must
come to an end.`,
    wrong: `workflow w
let a = b + 1
let b = a + 1`,
    right: `workflow w
let a = 1
let b = a + 1`,
  },
  {
    code: 'E0506',
    title: 'the plan is too large',
    text: `More than 100 000 instances are refused unless \`--allow-large\` says that they are meant: a missing
\`where\` or a product of two long lists is a more common reason than a survey of that size. The label names the
factors. Some sizes are refused in any case.

When two lists are scattered over, every pair is an instance. If only some pairs belong together, put them into
a table and write \`for each (visit, sensor) in pairs\`.`,
    wrong: `workflow w
step simulate for each visit in 1..2000, sensor in 1..189 {
  script bash """
    simulate @{visit} @{sensor}
  """
}`,
    right: `workflow w
step simulate for each visit in 1..20, sensor in 1..189 {
  script bash """
    simulate @{visit} @{sensor}
  """
}`,
  },
  {
    code: 'E0508',
    title: 'a library is not there as it is asked for',
    text: `\`use "lib/x.braid" as x\` names a file by a path that is relative to the file which says it, in plain
text without \`@{...}\`. With a \`version\` the file must say the same one.

\`use "github.com/org/repo/x.braid" version "1.4" as x\` names a file of a repository at a tag, \`1.4\` or
\`v1.4\`. Which commit that is, is looked up once, by \`braid lock FILE\`; it writes \`braid.lock\` beside the
workflow and keeps the files below \`.braid/libraries\` there. Checking, planning and running ask no network: what
is not in the lock is refused.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0509',
    title: 'a locked library cannot be had',
    text: `\`braid.lock\` says which commit of a repository a workflow uses and the digest of each file. Either the
file is not kept on this machine yet (after a fresh checkout: \`braid lock FILE\` fetches it, at the same commit), or
it is not the one that was locked, or git cannot reach the repository or its tag; the message says which. To fetch
kept files again, remove \`.braid/libraries\` beside the workflow first. \`braid lock --update FILE\` looks the tags
up anew.`,
    wrong: '',
    right: '',
  },
];
