/**
 * Workflows whose payloads count themselves: each appends `STEP[KEY] ATTEMPT PID LANE` to a file in one write, so
 * that what was executed is known from outside, whatever an engine believes.
 */
export interface Shape {
  readonly name: string;
  readonly text: string;
  /** A site of its own, if it wants one: `here`, with a channel that appends to `told`. */
  readonly site?: string;
  /** How often each instance is executed where no lane dies, by its name in the count. */
  readonly executions: ReadonlyMap<string, number>;
  /** Published files, by path below `results/`. */
  readonly results: Readonly<Record<string, string>>;
}

const COUNTED = `printf '%s %s %s %s\\n' "$BRAID_STEP[$BRAID_KEY]" "$BRAID_ATTEMPT" "$$" "$PPID" >> @{count}
    sleep @{nap}`;

const PARAMETERS = `param count: string
param nap: string = "0.02"`;

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function lines(texts: readonly (string | number)[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

/** Independent instances, a reader for each, and a gather of all; each tenth fails once and is tried again. */
function wide(width: number): Shape {
  const numbers = range(1, width);
  return {
    name: 'wide',
    text: `workflow wide
${PARAMETERS}

step make for each i in 1..${width} {
  out x: file = "x"
  retry 2 {
    on exit(75)
    on lost
  }
  script bash """
    ${COUNTED}
    if [ $((@{i} % 10)) = 0 ] && [ "$BRAID_ATTEMPT" = 1 ]; then exit 75; fi
    echo @{i} > @{x}
  """
}

step copy for each i in 1..${width} {
  in  x = make.x
  out y: file = "y"
  script bash """
    ${COUNTED}
    cp @{x} @{y}
  """
}

step all {
  in  ys = gather copy.y over i
  out z: file = "all.txt"
  script bash """
    ${COUNTED}
    cat @{ys} > @{z}
  """
}

output all: file = all.z publish "wide"
`,
    executions: new Map([
      ...numbers.map((i) => [`make[i=${i}]`, i % 10 === 0 ? 2 : 1] as const),
      ...numbers.map((i) => [`copy[i=${i}]`, 1] as const),
      ['all[]', 1],
    ]),
    results: { 'wide/all.txt': lines(numbers) },
  };
}

/** Layers: manifests, what they fan out into in bundles, sums of each and of all; an environment and a notice. */
function layered(groups: number, members: (group: number) => number): Shape {
  const all = range(1, groups);
  const pieces = all.flatMap((g) => range(1, members(g)).map((p) => [g, p] as const));
  const least = Math.min(...all.map(members));
  const most = Math.max(...all.map(members));
  return {
    name: 'layered',
    site: 'here',
    text: `workflow layered
${PARAMETERS}
record Piece key piece { piece: int }

env tools {
  vars = ["GREETING=hello"]
}
defaults {
  env tools
  retry 2 { on lost }
}

step cut for each g in 1..${groups} {
  out pieces: table<Piece> = csv("pieces.csv") expect ${least}..${most}
  script bash """
    ${COUNTED}
    { echo piece; seq $(( @{g} % 3 + ${least} )); } > pieces.csv
  """
}

step work for each g in 1..${groups}, p in cut.pieces {
  out y: file = "y"
  bundle 4 by g
  script bash """
    ${COUNTED}
    echo "$GREETING @{g} @{p.piece}" > @{y}
  """
}

step sum for each g in 1..${groups} {
  in  ys = gather work.y over piece
  out s: int = text("s")
  script bash """
    ${COUNTED}
    cat @{ys} | wc -l > s
  """
}

step total {
  in  counts = gather sum.s over g
  in  ys     = gather work.y over g, piece
  out t: file = "total.txt"
  script bash """
    ${COUNTED}
    { echo @{counts}; cat @{ys}; } > @{t}
  """
}

output total: file = total.t publish "layered"
notify "log" on finished
`,
    executions: new Map([
      ...all.map((g) => [`cut[g=${g}]`, 1] as const),
      ...pieces.map(([g, p]) => [`work[g=${g}, piece=${p}]`, 1] as const),
      ...all.map((g) => [`sum[g=${g}]`, 1] as const),
      ['total[]', 1],
    ]),
    results: {
      'layered/total.txt': lines([
        all.map(members).join(' '),
        ...pieces.map(([g, p]) => `hello ${g} ${p}`),
      ]),
    },
  };
}

/** Chains through `previous`, and one reader of their ends. */
function chain(chains: number, length: number): Shape {
  const cs = range(1, chains);
  const ts = range(1, length);
  return {
    name: 'chain',
    text: `workflow chain
${PARAMETERS}

defaults {
  retry 2 { on lost }
}

step begin for each c in 1..${chains} {
  out state: file = "state"
  script bash """
    ${COUNTED}
    echo begin @{c} > @{state}
  """
}

step go for each c in 1..${chains}, t in 1..${length} {
  in  before = previous go.state over t ?? begin.state
  out state: file = "state"
  script bash """
    ${COUNTED}
    { cat @{before}; echo @{t}; } > @{state}
  """
}

step ends for each c in 1..${chains} {
  in  last = previous go.state over t ?? begin.state
  out e: file = "end.txt"
  script bash """
    ${COUNTED}
    cp @{last} @{e}
  """
}

output ends: list<file> = gather ends.e over c publish "chain"
`,
    executions: new Map([
      ...cs.map((c) => [`begin[c=${c}]`, 1] as const),
      ...cs.flatMap((c) => ts.map((t) => [`go[c=${c}, t=${t}]`, 1] as const)),
      ...cs.map((c) => [`ends[c=${c}]`, 1] as const),
    ]),
    results: Object.fromEntries(
      cs.map((c) => [`chain/c=${c}/end.txt`, lines([`begin ${c}`, ...ts])]),
    ),
  };
}

/** Between 60 and 200 instances at `scale` 1. */
export function shapes(scale = 1): readonly Shape[] {
  return [
    wide(Math.max(10, Math.round(60 * scale))),
    layered(Math.max(3, Math.round(9 * scale)), (g) => (g % 3) + 6),
    chain(4, Math.max(4, Math.round(20 * scale))),
  ];
}

/** Two that would stay for long, one after the other. */
export function staying(): Shape {
  return {
    name: 'staying',
    text: `workflow staying
${PARAMETERS}

step stay for each i in 1..2 {
  limit 1
  script bash """
    ${COUNTED}
  """
}
`,
    executions: new Map([['stay[i=2]', 1]]),
    results: {},
  };
}

/** One that can be undone, its reader, and one that waits for the file `COUNT.gate`, so that the run does. */
export function undoable(): Shape {
  return {
    name: 'undoable',
    text: `workflow undoable
${PARAMETERS}

step first {
  out x: file = "x"
  script bash """
    ${COUNTED}
    echo made > @{x}
  """
  undo bash """
    sleep @{nap}
  """
}

step second {
  in  x = first.x
  out y: file = "y.txt"
  script bash """
    ${COUNTED}
    cp @{x} @{y}
  """
}

step wait {
  script bash """
    ${COUNTED}
    until [ -e @{count}.gate ]; do sleep @{nap}; done
  """
}

output y: file = second.y publish "undoable"
`,
    executions: new Map([
      ['first[]', 1],
      ['second[]', 1],
      ['wait[]', 1],
    ]),
    results: { 'undoable/y.txt': 'made\n' },
  };
}

/** Two that wait for the file `COUNT.gate`, and are tried again only where their lane is lost. */
export function gated(): Shape {
  return {
    name: 'gated',
    text: `workflow gated
${PARAMETERS}

step wait for each i in 1..2 {
  retry 1 { on lost }
  script bash """
    ${COUNTED}
    until [ -e @{count}.gate ]; do sleep @{nap}; done
  """
}
`,
    executions: new Map([
      ['wait[i=1]', 1],
      ['wait[i=2]', 1],
    ]),
    results: {},
  };
}
