import type { ExplainPage } from './page.ts';

/** Wrong usage of commands: the pages of family E10. */
export const usagePages: readonly ExplainPage[] = [
  {
    code: 'E1001',
    title: 'a file named on the command line cannot be read',
    text: `The path starts from the directory in which the command is given. Either there is no such file, or it is a
directory, may not be read by you, or is not text in UTF-8.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E1002',
    title: 'a parameter without a value, or a value without a parameter',
    text: `A \`param\` without a default needs a value for every plan and run: \`--set name=value\`, or a file of
\`--params\` with one JSON object, \`{"name": value}\`. The other way round, each name that is given there must be a
\`param\` of the workflow; the message lists those that it has.

Lists are \`--set 'names=["a", "b"]'\`, tables \`--set 'visits=csv("visits.csv")'\`.`,
    wrong: `workflow w
param release: string
step a {
  script bash """
    work @{release}
  """
}`,
    right: `workflow w
param release: string = "w_2018_07"
step a {
  script bash """
    work @{release}
  """
}`,
  },
  {
    code: 'E1003',
    title: 'a selector that cannot be read',
    text: `A selector names instances on the command line, and an instance is printed in the same form:

    phosim                                all instances of a step
    phosim[visit=230]                     those with this key
    phosim[visit=230, sensor=R22_S11]     one instance
    objects[tract=1].measure[coadd=3]     one instance inside a call
    :failed                               by state
    visit=230 & :failed                   both
    band in (g, r) | coadd                one or the other

A shell reads brackets, blanks and \`&\` itself: put the selector into quotes.`,
    wrong: 'phosim[visit=230',
    right: 'phosim[visit=230]',
  },
  {
    code: 'E1004',
    title: 'too many instances for a picture',
    text: `A picture of some thousand boxes shows nothing and takes minutes to lay out. Leave out \`--instances\` to
draw the steps, or write all instances with \`--format dot\` (Graphviz lays out some thousand boxes with \`sfdp\`) or
as data with \`--format json\`.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E1005',
    title: 'a selector with a step that is not there',
    text: `The first word of \`phosim[visit=230]\` is a step of the workflow (\`*\` stands for any characters:
\`*.measure\`); the steps inside a call are named with it, \`objects.measure\`. A dimension is always followed by
\`=\` or \`in (...)\`. \`braid plan FILE\` lists steps and dimensions.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E1006',
    title: 'a dimension that these steps do not have',
    text: `What stands in the brackets of a step has to be one of its dimensions, and what stands alone
(\`visit=230\`, \`--sample visit=2\`) one of any step. A step that gathers over \`visit\` no longer has it: each of its
instances is of all visits.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E1007',
    title: 'a key that a dimension does not have',
    text: `The keys of a dimension are what the plan has found in lists and tables, thinned out by \`where\`; the
message lists the first ones. Keys are written as instances are printed: \`visit=230\`, and strings in quotes only
where they hold other characters than letters, digits and \`_.+-\`. In a run of a slice only its keys are there.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E1008',
    title: 'a slice without instances, or that cannot be made',
    text: `\`--only\` and \`--sample\` take a part of a plan. \`--sample visit=2\` keeps the first two keys of a dimension in
every step that has it. \`--only coadd[band=g]\` keeps these instances and everything they need; \`--only visit=230\`, without
a step, keeps the instances of that visit and, of what they gather, only what fits it too. Instances that have nothing
left to read are left out with a note.

States (\`:failed\`) are of a run, not of a plan: \`braid retry RUN :failed\`. Keys that a step makes at run time cannot be named
either: name those that it fans out from.`,
    wrong: '',
    right: '',
  },
];
