import { hasErrors } from '../dsl/index.ts';
import { diskFiles } from '../engine/files.ts';
import { load } from '../engine/load.ts';
import { makePlan } from '../engine/plan/make-plan.ts';

/** Plans one workflow in a process of its own and prints what it took, as JSON. */
const [path = ''] = process.argv.slice(2);
const started = performance.now();
const loaded = await load(path, { files: diskFiles() });
const loadedAt = performance.now();
const planned = makePlan(loaded.value, { allowLarge: true });
const plannedAt = performance.now();
const problems = [...loaded.diagnostics, ...planned.diagnostics];
if (hasErrors(problems)) throw new Error(problems.map((d) => d.message).join('\n'));
const result = {
  instances: planned.value.instances.min,
  edges: planned.value.edges.min,
  loadMs: loadedAt - started,
  planMs: plannedAt - loadedAt,
  // The whole process: node's own start, reading the sources and all.
  wallMs: performance.now(),
  cpuMs: (process.cpuUsage().user + process.cpuUsage().system) / 1000,
  peakMb: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
