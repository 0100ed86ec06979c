import type { ExplainPage } from './page.ts';

/** Scripts: the pages of family E06. */
export const scriptsPages: readonly ExplainPage[] = [
  {
    code: 'E0601',
    title: 'a quantity needs a unit before a program can read it',
    text: `A duration, a size or an angle has no number of its own: \`2 h\` is 7200 to one program and 120 to
another. Say which one it wants: \`@{walltime to s}\`, \`@{memory to MB}\`, \`@{aperture to arcmin}\`.`,
    wrong: `workflow w
param walltime: duration = 2 h
step a {
  script bash """
    run --max @{walltime}
  """
}`,
    right: `workflow w
param walltime: duration = 2 h
step a {
  script bash """
    run --max @{walltime to s}
  """
}`,
  },
  {
    code: 'E0602',
    title: 'a list inside quotes would become one word',
    text: `Without quotes of yours, \`@{xs}\` in bash is one word an element, each quoted by Braid, so that blanks and
stars in file names do no harm. Inside quotes all of them would be one long word; in a here-document, one
line. For one element a line in a file write \`@{filelist(xs)}\`.`,
    wrong: `workflow w
param names: list<string> = ["a", "b c"]
step a {
  script bash """
    run "@{names}"
  """
}`,
    right: `workflow w
param names: list<string> = ["a", "b c"]
step a {
  script bash """
    run @{names}
  """
}`,
  },
  {
    code: 'E0603',
    title: 'a secret would be written to disk',
    text: `A script is a file in the attempt's directory, kept with the run, and an argument can be seen by everyone
on the host. A secret therefore only goes through the environment: \`vars\` gives it a name there.`,
    wrong: `workflow w
secret token
step a {
  script bash """
    upload --token @{token}
  """
}`,
    right: `workflow w
secret token
step a {
  vars { UPLOAD_TOKEN = token }
  script bash """
    upload --token-from-environment UPLOAD_TOKEN
  """
}`,
  },
  {
    code: 'E0604',
    title: 'a value that has no text in a script',
    text: `Numbers, bools, strings and paths have a text; lists of them are several words. A row has none: name its
column. A list of lists has none: give each inner list a step of its own, or write a table. A table is the
path of a CSV file that Braid writes. A marker only says that something happened.`,
    wrong: `workflow w
record Visit key visit { visit: int }
param visits: table<Visit>
step a for each v in visits {
  script bash """
    run @{v}
  """
}`,
    right: `workflow w
record Visit key visit { visit: int }
param visits: table<Visit>
step a for each v in visits {
  script bash """
    run @{v.visit}
  """
}`,
  },
  {
    code: 'E0605',
    title: 'a value where the script replaces nothing',
    text: `In bash a value is a shell variable, and bash replaces none in single quotes, in \`$'...'\` and in a
here-document with a quoted delimiter. Use double quotes; hand values over to awk with \`-v\` and to others as
arguments; write \`<<EOF\` with \`\\$\` for dollars of your own.

In Python a value is a literal, which has no place inside a string: end the string and add \`str(@{x})\`.`,
    wrong: `workflow w
step a for each i in 1..3 {
  script bash """
    awk '{ print $1 * @{i} }' table.txt
  """
}`,
    right: `workflow w
step a for each i in 1..3 {
  script bash """
    awk -v i=@{i} '{ print $1 * i }' table.txt
  """
}`,
  },
  {
    code: 'E0606',
    title: 'an interpreter that gets no values by interpolation',
    text: `Braid knows how to write a value for bash and for Python. For other interpreters it would have to guess,
and a wrong guess makes code of data. Hand values over through \`vars\`, or paste a text that you know to be
harmless with \`@{raw(x)}\`.`,
    wrong: `workflow w
step a for each i in 1..3 {
  script Rscript """
    print(@{i})
  """
}`,
    right: `workflow w
step a for each i in 1..3 {
  vars { INDEX = str(i) }
  script Rscript """
    print(Sys.getenv("INDEX"))
  """
}`,
  },
  {
    code: 'E0607',
    title: '`raw` or `filelist` out of place',
    text: `\`raw(x)\` says how a value enters a script, and \`filelist(xs)\` has Braid write a file for it. Both mean
something only as the whole of \`@{...}\` in a script, not inside a larger expression.`,
    wrong: `workflow w
param names: list<string> = ["a", "b"]
step a {
  script bash """
    run @{"--in=@{filelist(names)}"}
  """
}`,
    right: `workflow w
param names: list<string> = ["a", "b"]
step a {
  script bash """
    run --in=@{filelist(names)}
  """
}`,
  },
];
