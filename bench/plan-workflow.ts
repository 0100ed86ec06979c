/** Workflows of any size for measuring the planner, with the tables that they read. */
export interface GeneratedWorkflow {
  readonly name: string;
  readonly instances: number;
  readonly edges: number;
  readonly files: Readonly<Record<string, string>>;
}

const script = '  script bash """\n    touch @{x}\n  """\n';

/** Layers of `width` instances, each of which reads three of the layer before, as a table says. */
export function layered(layers: number, width: number): GeneratedWorkflow {
  const nodes = ['node', ...Array.from({ length: width }, (_, i) => String(i + 1))];
  const links = ['node,from'];
  for (let i = 0; i < width; i++) {
    for (let k = 0; k < 3; k++) links.push(`${i + 1},${((i + k * 7) % width) + 1}`);
  }
  const steps = Array.from({ length: layers }, (_, layer) => {
    const input =
      layer === 0
        ? ''
        : `  in before = gather layer${layer - 1}[node = from].x over from via links\n`;
    return `step layer${layer} for each n in nodes {\n${input}  out x: file = "x"\n${script}}\n`;
  });
  const text = [
    'workflow layered',
    'record Node key node { node: int }',
    'record Link key node, from { node: int, from: int }',
    'param nodes: table<Node> = csv("nodes.csv")',
    'param links: table<Link> = csv("links.csv")',
    ...steps,
  ];
  return {
    name: 'layered',
    instances: layers * width,
    edges: (layers - 1) * width * 3,
    files: {
      'workflow.braid': `${text.join('\n')}`,
      'nodes.csv': `${nodes.join('\n')}\n`,
      'links.csv': `${links.join('\n')}\n`,
    },
  };
}

/** Two steps, every instance a row of one table, every edge a row of another. */
export function tabular(count: number, partners: number): GeneratedWorkflow {
  const half = count / 2;
  const nodes = ['node,band,weight'];
  const links = ['node,from'];
  for (let i = 0; i < half; i++) {
    nodes.push(`${i + 1},${'ugrizy'[i % 6]},${i * 0.25}`);
    for (let k = 0; k < partners; k++) links.push(`${i + 1},${((i * 3 + k * 7919) % half) + 1}`);
  }
  const text = `workflow tabular
type Band = "u" | "g" | "r" | "i" | "z" | "y"
record Node key node { node: int, band: Band, weight: float }
record Link key node, from { node: int, from: int }
param nodes: table<Node> = csv("nodes.csv")
param links: table<Link> = csv("links.csv")
step make for each n in nodes {
  out x: file = "x"
${script}}
step consume for each n in nodes {
  in parts = gather make[node = from].x over from via links
  out x: file = "x"
${script}}
`;
  return {
    name: 'tabular',
    instances: count,
    edges: half * partners,
    files: {
      'workflow.braid': text,
      'nodes.csv': `${nodes.join('\n')}\n`,
      'links.csv': `${links.join('\n')}\n`,
    },
  };
}

/** A chain: each instance reads the one before. */
export function chained(count: number): GeneratedWorkflow {
  const text = `workflow chained
step work for each i in 1..${count} {
  in before = previous work.x over i ?? none
  out x: file = "x"
${script}}
`;
  return { name: 'chain', instances: count, edges: count - 1, files: { 'workflow.braid': text } };
}

/** Two steps over the natural join of two tables, gathered through the joined table. */
export function joined(count: number): GeneratedWorkflow {
  const groups = Math.ceil(count / 20);
  const items = ['item,grp'];
  for (let i = 0; i < count; i++) items.push(`${i + 1},g${i % groups}`);
  const sets = ['grp,place'];
  for (let g = 0; g < groups; g++) sets.push(`g${g},${g % 50}`);
  const text = `workflow joined
record Item key item { item: int, grp: string }
record Grp key grp { grp: string, place: int }
param items: table<Item> = csv("items.csv")
param grps: table<Grp> = csv("grps.csv")
let all = join(items, grps)
step make for each (item) in all {
  out x: file = "x"
${script}}
step consume for each (place, grp) in all {
  in parts = gather make.x over item via all
  out x: file = "x"
${script}}
`;
  return {
    name: 'join',
    instances: count + groups,
    edges: count,
    files: {
      'workflow.braid': text,
      'items.csv': `${items.join('\n')}\n`,
      'grps.csv': `${sets.join('\n')}\n`,
    },
  };
}

/** Everything reads everything. */
export function allToAll(count: number): GeneratedWorkflow {
  const text = `workflow all_to_all
step make for each i in 1..${count} {
  out x: file = "x"
${script}}
step consume for each j in 1..${count} {
  in parts = gather make.x over i
  out x: file = "x"
${script}}
`;
  return {
    name: 'all to all',
    instances: count * 2,
    edges: count * count,
    files: { 'workflow.braid': text },
  };
}

/**
 * The Twinkles production (`workflows/examples/02-twinkles.braid`) with as many visits, and sensors of which
 * some are selected by a `where`.
 */
export function twinkles(visits: number, sensors: number, selected: number): GeneratedWorkflow {
  const bands = 'ugrizy';
  const rows = Array.from({ length: visits }, (_, i) => `${i + 1},${bands[i % 6]},${i * 7 + 1}`);
  const names = Array.from({ length: sensors }, (_, i) => `S${String(i).padStart(3, '0')}`);
  const perSensor = visits * selected;
  const text = `workflow twinkles
type Band = "u" | "g" | "r" | "i" | "z" | "y"
record Visit key visit { visit: int, band: Band, seed: int }
param visits: table<Visit> = csv("visits.csv")
param sensors: list<string> = lines("sensors.txt")
param selected: list<string> = [${names.slice(0, selected).map((name) => `"${name}"`)}]
step instanceCatalog for each v in visits {
  out x: file = "catalog_@{v.visit}.txt"
${script}}
step phosim for each v in visits, sensor in sensors where sensor in selected {
  in  catalog = instanceCatalog.x
  out x: file = "image_@{v.visit}_@{sensor}.fits"
  resources { time = 50 h }
${script}}
step calibrate for each v in visits {
  in  images = gather phosim.x over sensor
  out x: dir = "calexp"
${script}}
step skyMap {
  in  calexps = gather calibrate.x over visit
  out x: dir = "skymap"
${script}}
step coadd for each (band) in visits {
  in  skymap  = skyMap.x
  in  calexps = gather calibrate.x over visit via visits
  out x: dir = "coadd"
${script}}
step reference {
  in  coadds = gather coadd.x over band
  out x: dir = "multiband"
${script}}
step forced for each v in visits {
  in  catalog = reference.x
  in  calexp = calibrate.x
  out x: file = "forced_@{v.visit}.fits"
${script}}
step report {
  after workflow finished
  out x: file = "report.html"
${script}}
`;
  return {
    name: `twinkles ${visits}x${sensors}/${selected}`,
    instances: visits * 3 + perSensor + bands.length + 3,
    edges: perSensor * 2 + visits * 4 + bands.length * 2,
    files: {
      'workflow.braid': text,
      'visits.csv': `visit,band,seed\n${rows.join('\n')}\n`,
      'sensors.txt': `${names.join('\n')}\n`,
    },
  };
}

/** The same graph as `layered`, for make: one rule an instance. */
export function makefile(layers: number, width: number): string {
  const rules: string[] = [];
  const last = Array.from({ length: width }, (_, i) => `l${layers - 1}_${i}`);
  rules.push(`all: ${last.join(' ')}`);
  for (let layer = 0; layer < layers; layer++) {
    for (let i = 0; i < width; i++) {
      const from = layer === 0 ? [] : [0, 7, 14].map((k) => `l${layer - 1}_${(i + k) % width}`);
      rules.push(`l${layer}_${i}: ${from.join(' ')}\n\ttouch $@`);
    }
  }
  return `${rules.join('\n')}\n`;
}
