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
];
