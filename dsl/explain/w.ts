import type { ExplainPage } from './page.ts';

/** Practice (warnings): the pages of the families W01 and W08. */
export const practicePages: readonly ExplainPage[] = [
  {
    code: 'W0110',
    title: 'a dollar sign or plain braces where `@{...}` is meant',
    text: `\`$\` has no meaning in the strings of Braid: \`"x_\${visit}"\` is a name with a dollar sign in it,
and \`"x_{visit}"\` one with braces. The value of \`visit\` is \`@{visit}\`.`,
    wrong: `workflow w
step a for each visit in [230, 250] {
  out x: file = "x_\${visit}.txt"
  script bash """
    work @{visit} > @{x}
  """
}`,
    right: `workflow w
step a for each visit in [230, 250] {
  out x: file = "x_@{visit}.txt"
  script bash """
    work @{visit} > @{x}
  """
}`,
  },
  {
    code: 'W0801',
    title: 'a step that changes a store and cannot be taken back',
    text: `A \`store\` (a Butler repository, a database) is not tracked by content. A step that works on one and
makes no output has nothing by which a second run could tell that it is done, and a rollback leaves its
changes. \`undo\` says how to take them back. Better still, steps make files and one step ingests them.`,
    wrong: `workflow w
location repo: store
step ingest {
  script bash """
    ingest @{repo}
  """
}`,
    right: `workflow w
location repo: store
step ingest {
  script bash """
    ingest @{repo}
  """
  undo bash """
    remove @{repo}
  """
}`,
  },
  {
    code: 'W0803',
    title: 'the name of a record or type in lower case',
    text: `Records and closed types are written in PascalCase, steps and values in camelCase or as the columns of
their tables are, so that a reader sees in \`table<Visit>\` which is which.`,
    wrong: `workflow w
record visit_row key visit { visit: int }`,
    right: `workflow w
record VisitRow key visit { visit: int }`,
  },
  {
    code: 'W0604',
    title: 'a name of the workflow as a shell variable that nothing sets',
    text: `\`$visit\` is bash's own and is looked up in the shell; the value of Braid's \`visit\` is \`@{visit}\`. The
script never sets such a variable, so that \`set -u\` would end it there.`,
    wrong: `workflow w
step a for each visit in [230, 250] {
  script bash """
    run --visit $visit
  """
}`,
    right: `workflow w
step a for each visit in [230, 250] {
  script bash """
    run --visit @{visit}
  """
}`,
  },
  {
    code: 'W0805',
    title: 'a second interpreter reads a value as code',
    text: `A value reaches bash as a variable and is never code there. What bash then hands to a second interpreter,
as text with the value in it, is read once more: by \`eval\`, \`bash -c "..."\`, \`ssh host ...\`, a here-document
for one of them, or \`$(( ))\`, which computes \`a[$(command)]\`. Hand the value over as an argument instead.
Numbers, bools and closed strings are no code and are not warned of.`,
    wrong: `workflow w
param target: string = "M 31"
step a {
  script bash """
    bash -c "point @{target}"
  """
}`,
    right: `workflow w
param target: string = "M 31"
step a {
  script bash """
    bash -c 'point "$1"' _ @{target}
  """
}`,
  },
  {
    code: 'W0808',
    title: '`raw` pastes a text into a script',
    text: `\`@{raw(x)}\` puts the text of \`x\` into the script as it is: blanks split words and whatever looks like a
command is one. It is meant for interpreters that Braid cannot quote for. In bash and Python \`@{x}\` does it
safely.`,
    wrong: `workflow w
param options: string = "--fast"
step a {
  script bash """
    run @{raw(options)}
  """
}`,
    right: `workflow w
param options: list<string> = ["--fast"]
step a {
  script bash """
    run @{options}
  """
}`,
  },
  {
    code: 'W0806',
    title: 'a very long list of files on a command line',
    text: `A system takes only so many bytes of arguments (often 2 MB), and one path has about a hundred. From two thousand
files on, \`@{xs}\` comes near that. \`@{filelist(xs)}\` is the path of a file that has the paths of all, one a line.
Python scripts have a list in either case.`,
    wrong: `workflow w
step make for each i in 1..2000 {
  out x: file = "x.txt"
  script bash """
    make @{i} > @{x}
  """
}
step sum {
  in  xs = gather make.x
  script bash """
    sum @{xs}
  """
}`,
    right: `workflow w
step make for each i in 1..2000 {
  out x: file = "x.txt"
  script bash """
    make @{i} > @{x}
  """
}
step sum {
  in  xs = gather make.x
  script bash """
    sum --list @{filelist(xs)}
  """
}`,
  },
  {
    code: 'W0809',
    title: 'a step has no instances',
    text: `Its \`for each\` goes over something that is empty, or its \`where\` leaves nothing of it. The step then does
nothing, which is right for a table that may be empty, and a slip for one that should have rows: a wrong file, a
parameter in another unit, a range whose end is before its beginning.`,
    wrong: `workflow w
step simulate for each visit in [230, 250] where visit > 300 {
  out image: file = "i.fits"
  script bash """
    simulate @{visit} > @{image}
  """
}`,
    right: `workflow w
step simulate for each visit in [230, 250] where visit > 200 {
  out image: file = "i.fits"
  script bash """
    simulate @{visit} > @{image}
  """
}`,
  },
  {
    code: 'W0807',
    title: 'rows of a `via` table name no instance',
    text: `A gather through a table connects the instances that one row names. Some rows name instances that are
not planned, on one side or the other, and connect nothing. That is often meant: the table is of a whole survey
and the run of a part. If it is not, the keys of the table and of the step are not those that you think.`,
    wrong: `workflow w
# overlaps.csv has rows for the visits 230 and 250
record Overlap key patch, visit { patch: int, visit: int }
param overlaps: table<Overlap> = csv("overlaps.csv")
step warp for each visit in [230] {
  out warp: file = "w.fits"
  script bash """
    warp @{visit} > @{warp}
  """
}
step coadd for each (patch) in overlaps {
  in  warps = gather warp.warp over visit via overlaps
  script bash """
    coadd @{warps}
  """
}`,
    right: `workflow w
# overlaps.csv has rows for the visits 230 and 250
record Overlap key patch, visit { patch: int, visit: int }
param overlaps: table<Overlap> = csv("overlaps.csv")
step warp for each visit in [230, 250] {
  out warp: file = "w.fits"
  script bash """
    warp @{visit} > @{warp}
  """
}
step coadd for each (patch) in overlaps {
  in  warps = gather warp.warp over visit via overlaps
  script bash """
    coadd @{warps}
  """
}`,
  },
  {
    code: 'W0821',
    title: 'a channel that leads nowhere',
    text: `\`notify\` names a channel; where it leads is said by the site or by the user's own file
(\`~/.config/braid/config.site\`): a web address, a mail address or a command. Without that the run goes on and
nobody is told; the journal says so. A channel that fails never fails a run.`,
    wrong: '',
    right: '',
  },
];
