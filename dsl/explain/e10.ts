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
draw the steps, or write all instances as data with \`--format json\`.`,
    wrong: '',
    right: '',
  },
];
