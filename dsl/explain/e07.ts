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
  {
    code: 'E0701',
    title: 'a file does not hold what its type says',
    text: `Every cell of a table is read as the type that the record declares for its column, and every row must
have as many cells as the first line has names. The message shows the line and column in the file; the first
problems are shown one by one, further ones are counted. Columns that the record does not declare are ignored.

JSON files and lists of lines are held to the declared type in the same way. Correct the file, or the type.`,
    wrong: `workflow w
# visits.csv:
#   visit,band
#   230,g
record Visit key visit { visit: int, band: float }
param visits: table<Visit> = csv("visits.csv")
step a for each v in visits {
  script bash """
    work @{v.band}
  """
}`,
    right: `workflow w
# visits.csv:
#   visit,band
#   230,g
record Visit key visit { visit: int, band: string }
param visits: table<Visit> = csv("visits.csv")
step a for each v in visits {
  script bash """
    work @{v.band}
  """
}`,
  },
  {
    code: 'E0702',
    title: 'a step has made a table that does not fit its record',
    text: `The table that the script wrote has been read when the script had ended: a cell is not of its column's
type, a column is missing, or two rows have the same key. The instance fails with the cause \`invalid\`, although
its script succeeded, so that nothing goes on with a wrong list. The message shows the row in the file.`,
    wrong: `workflow w
record Sensor key sensor { sensor: string, sources: int }
step trim {
  out sensors: table<Sensor> = csv("sensors.csv")
  script bash """
    echo sensor,nsources > sensors.csv
    echo R22_S11,412 >> sensors.csv
  """
}`,
    right: `workflow w
record Sensor key sensor { sensor: string, sources: int }
step trim {
  out sensors: table<Sensor> = csv("sensors.csv")
  script bash """
    echo sensor,sources > sensors.csv
    echo R22_S11,412 >> sensors.csv
  """
}`,
  },
  {
    code: 'E0704',
    title: 'a partner that fan-out at run time did not make',
    text: `A step reads, element by element, one that fans out over what a run makes, and there is no instance with
the same keys: its manifest has no such row. When planning this would be E0311. The reader fails with the
cause \`invalid\`; \`??\` gives a value for what is not there, \`where\` leaves such readers out.`,
    wrong: `workflow w
param sensors: list<string> = ["R22_S11", "R22_S12"]
record Sensor key sensor { sensor: string }
step trim {
  out found: table<Sensor> = csv("found.csv")
  script bash """
    printf 'sensor\\nR22_S11\\n' > found.csv
  """
}
step simulate for each s in trim.found {
  out n: int = text("n")
  script bash """
    echo 3 > n
  """
}
step report for each sensor in sensors {
  in n = simulate.n
  script bash """
    echo @{n}
  """
}`,
    right: `workflow w
param sensors: list<string> = ["R22_S11", "R22_S12"]
record Sensor key sensor { sensor: string }
step trim {
  out found: table<Sensor> = csv("found.csv")
  script bash """
    printf 'sensor\\nR22_S11\\n' > found.csv
  """
}
step simulate for each s in trim.found {
  out n: int = text("n")
  script bash """
    echo 3 > n
  """
}
step report for each sensor in sensors {
  in n = simulate.n ?? 0
  script bash """
    echo @{n}
  """
}`,
  },
  {
    code: 'E0703',
    title: 'a step has left a value that does not fit its type',
    text: `The file was there when the script had ended, but what is in it is not of the type that \`out\` declares.
The instance fails with the cause \`invalid\`. A common reason is a program that prints more than the bare number.`,
    wrong: `workflow w
step count {
  out n: int = text("n.txt")
  script bash """
    wc -l /etc/hosts > n.txt
  """
}`,
    right: `workflow w
step count {
  out n: int = text("n.txt")
  script bash """
    wc -l < /etc/hosts > n.txt
  """
}`,
  },
  {
    code: 'E0709',
    title: 'a file that the workflow reads cannot be read',
    text: `\`csv\`, \`jsonl\`, \`json\`, \`text\` and \`lines\` read their file when the workflow is planned. A path
starts from the directory of the workflow file, one in \`--set\` from where the command is given. The file must be
there, be readable, and be text in UTF-8.

The name of the file must be known before there are instances: it may use params and lets, but not the keys of a
step.`,
    wrong: `workflow w
param names: list<string> = lines("nmaes.txt")
step a for each name in names {
  script bash """
    work @{name}
  """
}`,
    right: `workflow w
param names: list<string> = lines("names.txt")
step a for each name in names {
  script bash """
    work @{name}
  """
}`,
  },
  {
    code: 'E0711',
    title: 'a path that leads out of its place',
    text: `An output is made in the scratch directory of its instance, and what a workflow publishes lies below the
place for results. A path there is relative and does not climb with \`..\`: two instances could otherwise write the
same file, and Braid could not tell who made it. Within the scratch directory, directories of your own are fine.`,
    wrong: `workflow w
param place: string = "../tables"
step a {
  out table: file = "@{place}/table.txt"
  script bash """
    work > @{table}
  """
}`,
    right: `workflow w
param place: string = "tables"
step a {
  out table: file = "@{place}/table.txt"
  script bash """
    work > @{table}
  """
}`,
  },
  {
    code: 'E0712',
    title: 'a step has not made the file of a value',
    text: `\`out n: int = text("n.txt")\` takes the value of \`n\` from the file \`n.txt\` when the script has ended, and
there was none. The script has to make it in the directory in which it starts. The instance fails with the cause
\`missing\`. An output that may be missing has a type with a question mark, \`int?\`, and is then absent.`,
    wrong: `workflow w
step count {
  out n: int = text("n.txt")
  script bash """
    echo 12 > count.txt
  """
}`,
    right: `workflow w
step count {
  out n: int = text("count.txt")
  script bash """
    echo 12 > count.txt
  """
}`,
  },
  {
    code: 'E0713',
    title: 'the file of a script cannot be read',
    text: `\`script bash file "bin/simulate.sh"\` runs a file beside the workflow. Its path starts from the directory
of the workflow file. Its text is part of what an instance means: when it changes, the instances run again.`,
    wrong: `workflow w
step simulate {
  script bash file "bin/simulat.sh"
}`,
    right: `workflow w
step simulate {
  script bash file "bin/simulate.sh"
}`,
  },
  {
    code: 'E0714',
    title: 'not as many as a step expects',
    text: `\`expect 60..189\` at an \`out\` is an estimate for the plan and a tripwire when the step has run: outside of
it the run says so and goes on. With \`policy { expect = "strict" }\` the instance fails instead, with the cause
\`invalid\`, so that \`retry\` applies and nothing fans out over a list that is too short.`,
    wrong: `workflow w
record Sensor key sensor { sensor: string }
policy { expect = "strict" }
step trim {
  out sensors: table<Sensor> = csv("sensors.csv") expect 2..9
  script bash """
    printf 'sensor\\nR22_S11\\n' > sensors.csv
  """
}`,
    right: `workflow w
record Sensor key sensor { sensor: string }
policy { expect = "warn" }
step trim {
  out sensors: table<Sensor> = csv("sensors.csv") expect 2..9
  script bash """
    printf 'sensor\\nR22_S11\\n' > sensors.csv
  """
}`,
  },
];
