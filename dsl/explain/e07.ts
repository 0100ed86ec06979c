import type { ExplainPage } from './page.ts';

/** Data met at run time: the pages of family E07. */
export const dataPages: readonly ExplainPage[] = [
  {
    code: 'E0705',
    title: 'arithmetic without a result',
    text: `A division by zero, a number beyond 10^308, or an int beyond 9007199254740991 (2^53 - 1), above which not
every int can be kept exactly. An expression never gives infinity or "not a number" by computing.`,
    wrong: `workflow w
param parts: int = 0
let share = 1 / parts
step a {
  script bash """
    run @{share}
  """
}`,
    right: `workflow w
param parts: int = 4 where parts > 0
let share = 1 / parts
step a {
  script bash """
    run @{share}
  """
}`,
  },
  {
    code: 'E0706',
    title: 'there is no such element, field or value',
    text: `An element past the end of a list, the least of an empty list, a field that a JSON file does not have, or
arithmetic with an absent value. Elements count from 0. \`x ?? y\` gives a value for what is absent, a missing
field of JSON included: \`json("fit.json").chi2 ?? 0.0\`.`,
    wrong: `workflow w
param bands: list<string> = ["g"]
let second = bands[1]
step a {
  script bash """
    run @{second}
  """
}`,
    right: `workflow w
param bands: list<string> = ["g", "r"]
let second = bands[1]
step a {
  script bash """
    run @{second}
  """
}`,
  },
  {
    code: 'E0707',
    title: 'an expression that takes too long',
    text: `Evaluation always ends: after a million steps (an operation, an element of a list). Long data belong in a
table, which is read in columns, and long computations in a step.`,
    wrong: `workflow w
let n = len(1..2000000)`,
    right: `workflow w
let n = 2000000`,
  },
  {
    code: 'E0708',
    title: 'a value of another kind than the operation needs',
    text: `The checker finds this for every value whose type is declared or inferred. What remains is JSON: the
fields of \`json("x.json")\` have the kind that the file gives them. Declare the type where the value comes in,
as in \`out rhat: float = json("diag.json").rhat\`, and it is checked there.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0710',
    title: 'an argument that a builtin cannot work with',
    text: `The arguments have the right types but no result follows from these values: chunks of 0 elements, a
range that goes by 0, a pattern of \`matches\` that cannot be read. Patterns know characters, \`.\`, \`[a-z]\`,
\`\\d \\w \\s\`, \`( )\`, \`|\` and \`? * + {m,n}\`; the whole text must match, so that \`^\` and \`$\` are not needed.`,
    wrong: `workflow w
param release: string = "w_2018_07" where matches(release, "w_[0-9")`,
    right: `workflow w
param release: string = "w_2018_07" where matches(release, "w_[0-9_]+")`,
  },
];
