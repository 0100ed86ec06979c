import type { ExplainPage } from './page.ts';

const scattered = `workflow w
step phosim for each visit in [230, 250], sensor in ["R22_S11", "R22_S12"] {
  out image: file = "e.fits"
  script bash """
    phosim @{visit} @{sensor} @{image}
  """
}`;

function reading(head: string, source: string): string {
  return `${scattered}
step calibrate${head} {
  in  images = ${source}
  script bash """
    calibrate @{images}
  """
}`;
}

const perVisit = ' for each visit in [230, 250]';

/** Dimensions: the pages of family E03. */
export const dimensionsPages: readonly ExplainPage[] = [
  {
    code: 'E0301',
    title: 'what is read varies over more than the reader does',
    text: `Dimensions match by name. A step that varies over (visit) and reads what is made for each (visit,
sensor) would get many values where one is meant. Say that they are to be collected: \`gather p.x over sensor\`
gives one list for each visit, ordered by key. Or vary over the dimension, too: \`for each visit in ..., sensor
in ...\`. Or pick one: \`p[sensor = "R22_S11"].x\`.`,
    wrong: reading(perVisit, 'phosim.image'),
    right: reading(perVisit, 'gather phosim.image over sensor'),
  },
  {
    code: 'E0302',
    title: 'the step does not vary over this dimension',
    text: `\`over\`, \`by\`, \`per\` and \`p[d = e]\` name dimensions of a step: the names after \`for each\`, or the key
columns of the table there.`,
    wrong: reading(perVisit, 'gather phosim.image over sensors'),
    right: reading(perVisit, 'gather phosim.image over sensor'),
  },
  {
    code: 'E0303',
    title: 'gathered over what?',
    text: `\`gather\` collapses the dimensions that the producer has and the reader lacks; \`over\` names exactly
these, and may be left out if it is one. A dimension of both is matched, not gathered; to see all of its keys
nevertheless, give it another name in the gather: \`gather p[visit = other].x over other\`.`,
    wrong: reading('', 'gather phosim.image'),
    right: reading('', 'gather phosim.image over visit, sensor'),
  },
  {
    code: 'E0304',
    title: 'this is not something that a step makes, or not known when planning',
    text: `\`gather\`, \`previous\` and selections work on \`step.output\`. A selection stands before the dot,
\`coadd[band = "i"].image\`, and its value must be known when planning: a constant, a param, a \`let\` or a scatter
name, but not an \`in\`, since the graph would then depend on what a step has made.`,
    wrong: reading('', 'phosim.image[visit = 230, sensor = "R22_S11"]'),
    right: reading('', 'phosim[visit = 230, sensor = "R22_S11"].image'),
  },
  {
    code: 'E0305',
    title: 'one dimension with two kinds of key',
    text: `A dimension's name means one thing in a file, since dimensions match by name. Where the keys of one
step are numbers and those of the other strings, no instance would ever find its partner.`,
    wrong: `workflow w
step first for each patch in [1, 2] {
  script bash """
    first @{patch}
  """
}
step second for each patch in ["one", "two"] {
  script bash """
    second @{patch}
  """
}`,
    right: `workflow w
step first for each patch in [1, 2] {
  script bash """
    first @{patch}
  """
}
step second for each region in ["one", "two"] {
  script bash """
    second @{region}
  """
}`,
  },
  {
    code: 'E0306',
    title: 'which of the tables?',
    text: `A step that is itself scattered makes one table (or list, or number) per instance. To scatter over it,
the dimensions of that step must be bound further left in the same \`for each\`, so that it is known whose table
is meant. The same holds for \`via step.table\`: the reader must vary over the table's dimensions.`,
    wrong: `workflow w
step trim for each visit in [230, 250] {
  out sensors: list<string> = lines("sensors.txt") expect 1..189
  script bash """
    trim @{visit} > sensors.txt
  """
}
step imsim for each sensor in trim.sensors {
  script bash """
    imsim @{sensor}
  """
}`,
    right: `workflow w
step trim for each visit in [230, 250] {
  out sensors: list<string> = lines("sensors.txt") expect 1..189
  script bash """
    trim @{visit} > sensors.txt
  """
}
step imsim for each visit in [230, 250], sensor in trim.sensors {
  script bash """
    imsim @{visit} @{sensor}
  """
}`,
  },
  {
    code: 'E0307',
    title: 'there is no previous key before the keys are known',
    text: `\`previous p.x over d\` needs the keys of \`d\` in their order when the run is planned. The keys of a
dimension that comes from a step's output are known only when that step has ended.`,
    wrong: `workflow w
step split {
  out parts: list<string> = lines("parts.txt")
  script bash """
    split > parts.txt
  """
}
step add for each part in split.parts {
  in  before = previous add.sum over part ?? 0
  out sum: int = text("sum.txt")
  script bash """
    add @{part} @{before} > sum.txt
  """
}`,
    right: `workflow w
param parts: list<string> = ["a", "b"]
step add for each part in parts {
  in  before = previous add.sum over part ?? 0
  out sum: int = text("sum.txt")
  script bash """
    add @{part} @{before} > sum.txt
  """
}`,
  },
  {
    code: 'E0308',
    title: 'the table says nothing about what is gathered',
    text: `\`gather p.x over visit via T\` takes those visits that a row of T puts together with the reader's key.
So T needs a column of that name: \`visit\`, and one for a dimension of the reader, for example \`band\`.`,
    wrong: `workflow w
record Depth { band: string, depth: float }
param depths: table<Depth> = csv("depths.csv")
step calibrate for each visit in [230, 250] {
  out calexp: file = "c.fits"
  script bash """
    calibrate @{visit} > @{calexp}
  """
}
step coadd for each band in ["g", "r"] {
  in  calexps = gather calibrate.calexp over visit via depths
  script bash """
    coadd @{band} @{calexps}
  """
}`,
    right: `workflow w
record Visit key visit { visit: int, band: string }
param visits: table<Visit> = csv("visits.csv")
step calibrate for each visit in [230, 250] {
  out calexp: file = "c.fits"
  script bash """
    calibrate @{visit} > @{calexp}
  """
}
step coadd for each band in ["g", "r"] {
  in  calexps = gather calibrate.calexp over visit via visits
  script bash """
    coadd @{band} @{calexps}
  """
}`,
  },
  {
    code: 'E0309',
    title: 'two instances with one key',
    text: `Each element of a list that is scattered over is the key of an instance, so no two may be equal. In a
table it is the key columns together that must differ from row to row.`,
    wrong: `workflow w
step a for each band in ["g", "r", "g"] {
  script bash """
    work @{band}
  """
}`,
    right: `workflow w
step a for each band in ["g", "r", "i"] {
  script bash """
    work @{band}
  """
}`,
  },
  {
    code: 'E0310',
    title: 'such a value cannot be a key',
    text: `Keys are int, float, bool, string or a closed string: things that have one short text and an order.
Elements of a list of anything else are keyed by their position, from 0.`,
    wrong: `workflow w
record Cut key limit { limit: duration }`,
    right: `workflow w
record Cut key minutes { minutes: int }`,
  },
  {
    code: 'E0315',
    title: 'a row is called as one of its columns',
    text: `In \`for each v in visits\` the key columns become names of the step, beside the row \`v\`. If the row had
the name of a column, that name would mean two things. Call the row otherwise, or take the column alone in
parentheses.`,
    wrong: `workflow w
record Visit key visit { visit: int, band: string }
param visits: table<Visit> = csv("visits.csv")
step a for each visit in visits {
  script bash """
    work @{visit.band}
  """
}`,
    right: `workflow w
record Visit key visit { visit: int, band: string }
param visits: table<Visit> = csv("visits.csv")
step a for each v in visits {
  script bash """
    work @{v.band} @{visit}
  """
}`,
  },
  {
    code: 'E0311',
    title: 'an instance that is read does not exist',
    text: `Reads match by key: the instance with \`visit=270\` reads the one of the other step with the same visit,
and the other step has none. The message names the first such reader and what the other step does have.
Braid never drops such a reader silently.

Let both steps vary over the same keys, leave the odd ones out with \`where\`, or say what to use instead:
\`image.image ?? other\`.`,
    wrong: `workflow w
step simulate for each visit in [230, 250] {
  out image: file = "i.fits"
  script bash """
    simulate @{visit} > @{image}
  """
}
step measure for each visit in [230, 250, 270] {
  in  image = simulate.image
  script bash """
    measure @{image}
  """
}`,
    right: `workflow w
step simulate for each visit in [230, 250] {
  out image: file = "i.fits"
  script bash """
    simulate @{visit} > @{image}
  """
}
step measure for each visit in [230, 250] {
  in  image = simulate.image
  script bash """
    measure @{image}
  """
}`,
  },
  {
    code: 'E0312',
    title: 'a gather has no members',
    text: `For the instance that the message names, no instance of the other step agrees on the keys that both
have, is named by the \`via\` table and fulfils the \`where\`. Most often the condition is too tight or a table
lacks rows.

If an empty list is meant to be possible, write \`gather ... ?? []\`, or a \`when\` that looks at the list:
\`when len(images) > 0\`.`,
    wrong: `workflow w
step simulate for each visit in [230, 250] {
  out image: file = "i.fits"
  script bash """
    simulate @{visit} > @{image}
  """
}
step coadd {
  in  images = gather simulate.image over visit where visit > 300
  script bash """
    coadd @{images}
  """
}`,
    right: `workflow w
step simulate for each visit in [230, 250] {
  out image: file = "i.fits"
  script bash """
    simulate @{visit} > @{image}
  """
}
step coadd {
  in  images = gather simulate.image over visit where visit > 200
  script bash """
    coadd @{images}
  """
}`,
  },
  {
    code: 'E0313',
    title: 'two files would be published in one place',
    text: `A published file is laid out as the place that \`publish\` names, then \`dimension=key\` for each dimension
that was gathered over, then the name of the file; with a key in it, \`publish "sums/@{visit}.fits"\`, it is the
whole path, and must name all keys that tell the files apart. Two files came to the same path there, or one
inside of the other. The first is published; the second stays with the run and is not copied over it.`,
    wrong: `workflow w
step fit {
  out table: file = "fit.txt"
  script bash """
    fit > @{table}
  """
}
step refit {
  out table: file = "fit.txt"
  script bash """
    fit --again > @{table}
  """
}
output first: file = fit.table publish "fits"
output second: file = refit.table publish "fits"`,
    right: `workflow w
step fit {
  out table: file = "fit.txt"
  script bash """
    fit > @{table}
  """
}
step refit {
  out table: file = "fit.txt"
  script bash """
    fit --again > @{table}
  """
}
output first: file = fit.table publish "fits/first"
output second: file = refit.table publish "fits/second"`,
  },
  {
    code: 'E0314',
    title: 'a library gives one value a call',
    text: `What a call gives, \`objects.catalog\`, has the call's dimensions and no others: the dimensions of the
steps inside stay inside. So an \`output\` of a library gathers what varies there, as in
\`output tables: list<file> = gather measure.table over band\`, or lets a step merge it. It is also what one step
makes (or such a gather), so that every value has a step that made it: what is computed from several is
computed in a step.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0316',
    title: 'a dimension of a call is a name inside of its library',
    text: `The steps inside of a call vary over the call's dimensions and then over their own, so a dimension of
the call cannot be called like something that a step of the library names itself. Rename the one in
\`for each\` (\`for each cell in cells\`), or the name in the library. All other names of the two files are apart.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0317',
    title: 'a library asks for this before the call can give it',
    text: `A param of a library may be given by what steps make, or by the key of the call's instance; then it
is known only there. Some things are asked earlier: the keys of \`for each\`, a selection \`p[d = e]\`, a table of
\`via\`, \`limit\`, \`bundle\`, \`tolerate\`, an environment. One case is made for this: a list of files that the call
gathers may be scattered over as it is, \`for each image in images\`, with one instance for each member. How many
there are must be known when planning, so this does not go where the members are made by a step that itself fans
out at run time, or chosen by what steps make. Let a step of your own file gather them and leave one list (\`out
images: list<file> = files("image_*")\`); the call may give that.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0318',
    title: 'what some step of a call did is not waited for',
    text: `\`after objects finished\` waits for all steps inside of a call, and \`succeeded\` wants each of them to
have succeeded: a call is as its worst step. That some of them failed, or that any instance of them ended, is
known of single steps only. A step of the library that follows the one that matters can say it (\`after merge
failed\`), and \`after workflow failed\` in the workflow itself tells of any failure. In a called file
\`workflow\` is that call's instance.`,
    wrong: '',
    right: '',
  },
];
