import type { Step } from '../program.ts';
import { type Span, spanText } from '../text/source.ts';
import type { Report } from './report.ts';
import type { ScatterSource } from './scatter.ts';
import type { StepEntry } from './step-names.ts';

/** "`from` waits for `to`". */
interface Edge {
  readonly from: string;
  readonly to: string;
  readonly span: Span;
  /** Dimensions along which the key stays the same. */
  readonly keeps: ReadonlySet<string>;
  /** The dimension along which it goes to the previous key. */
  readonly previous: string | undefined;
}

/**
 * E0501, once for each knot of steps that wait for each other. A knot is allowed if there is a dimension
 * over which every step in it varies, along which every edge keeps the key or goes to the previous one,
 * and if without those edges no knot that is not allowed is left: then keys along that dimension give an
 * order of all instances. (With one dimension for a whole knot rather than for each simple cycle: two
 * cycles through one step, each sound by itself along a dimension of its own, may wait for each other.)
 */
export function checkCycles(
  steps: readonly Step[],
  entries: ReadonlyMap<string, StepEntry>,
  report: Report,
): void {
  const byName = new Map(steps.map((s) => [s.name, s]));
  const edges = edgesOf(steps, byName, entries);
  const order = new Map(steps.map((s, index) => [s.name, index]));
  const names = [...order.keys()];
  for (const knot of knots(names, edges)) {
    const left = unresolved(knot, edges, byName);
    if (left !== undefined) reportCycle(left, order, byName, report);
  }
}

type ByName = ReadonlyMap<string, Step>;

function edgesOf(
  steps: readonly Step[],
  byName: ByName,
  entries: ReadonlyMap<string, StepEntry>,
): Edge[] {
  const dimensionsOf = (name: string): string[] =>
    (byName.get(name)?.dimensions ?? []).map((d) => d.name);
  const edges: Edge[] = [];
  for (const step of steps) {
    const own = new Set(dimensionsOf(step.name));
    const shared = (other: string): Set<string> =>
      new Set(dimensionsOf(other).filter((d) => own.has(d)));
    const add = (to: string, span: Span, keeps: Iterable<string>, previous?: string): void => {
      edges.push({ from: step.name, to, span, keeps: new Set(keeps), previous });
    };
    for (const { reads } of step.inputs) {
      for (const read of reads) {
        const previous = read.kind === 'previous' ? read.over[0] : undefined;
        add(
          read.step,
          read.span,
          read.matched,
          previous !== undefined && own.has(previous) ? previous : undefined,
        );
        if (read.via?.kind === 'step') add(read.via.step, read.span, shared(read.via.step));
      }
    }
    for (const source of entries.get(step.name)?.scatter().sources ?? sourcesOf(step)) {
      add(source.step, source.span, source.matched);
    }
    // What waits for the workflow waits for all steps that do not need it in turn: never a cycle.
    for (const after of step.after) {
      if (after.target !== 'workflow') add(after.target, after.span, shared(after.target));
    }
  }
  return edges;
}

/** What a step inside of a call scatters over, of all that steps make. */
function sourcesOf({ generators }: Step): readonly ScatterSource[] {
  return generators.flatMap(({ dynamic, span }) =>
    dynamic === undefined ? [] : [{ step: dynamic.step, matched: [], span }],
  );
}

/** A knot within `knot` that no dimension orders; undefined if there is none. */
function unresolved(
  knot: ReadonlySet<string>,
  edges: readonly Edge[],
  byName: ByName,
): { readonly knot: ReadonlySet<string>; readonly edges: readonly Edge[] } | undefined {
  const inside = edges.filter((e) => knot.has(e.from) && knot.has(e.to));
  const along = new Set(inside.flatMap((e) => (e.previous === undefined ? [] : [e.previous])));
  for (const dimension of along) {
    const varies = [...knot].every((s) =>
      byName.get(s)?.dimensions.some((d) => d.name === dimension),
    );
    if (!varies) continue;
    if (!inside.every((e) => e.previous === dimension || e.keeps.has(dimension))) continue;
    const rest = inside.filter((e) => e.previous !== dimension);
    for (const smaller of knots([...knot], rest)) {
      const left = unresolved(smaller, rest, byName);
      if (left !== undefined) return left;
    }
    return undefined;
  }
  return { knot, edges: inside };
}

/** Strongly connected parts that hold a cycle (Kosaraju, without recursion). */
function knots(names: readonly string[], edges: readonly Edge[]): Set<string>[] {
  const forward = new Map<string, string[]>();
  const backward = new Map<string, string[]>();
  const push = (map: Map<string, string[]>, key: string, value: string): void => {
    const list = map.get(key);
    if (list) list.push(value);
    else map.set(key, [value]);
  };
  for (const { from, to } of edges) {
    push(forward, from, to);
    push(backward, to, from);
  }
  const finished: string[] = [];
  const seen = new Set<string>();
  for (const name of names) walk(name, forward, seen, (done) => finished.push(done));
  const found: Set<string>[] = [];
  const taken = new Set<string>();
  for (const name of finished.reverse()) {
    const part = new Set<string>();
    walk(name, backward, taken, (done) => part.add(done));
    const loops = part.size > 1 || (forward.get(name) ?? []).includes(name);
    if (part.size > 0 && loops) found.push(part);
  }
  return found;
}

/** Depth first from `start`; `leave` is called when all below a name is done. */
function walk(
  start: string,
  next: ReadonlyMap<string, readonly string[]>,
  seen: Set<string>,
  leave: (name: string) => void,
): void {
  if (seen.has(start)) return;
  seen.add(start);
  const stack = [{ name: start, at: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const child = next.get(top.name)?.[top.at++];
    if (child === undefined) {
      leave(top.name);
      stack.pop();
    } else if (!seen.has(child)) {
      seen.add(child);
      stack.push({ name: child, at: 0 });
    }
  }
}

function reportCycle(
  left: { readonly knot: ReadonlySet<string>; readonly edges: readonly Edge[] },
  order: ReadonlyMap<string, number>,
  byName: ByName,
  report: Report,
): void {
  const byOrder = (a: string, b: string): number => (order.get(a) ?? 0) - (order.get(b) ?? 0);
  const first = [...left.knot].sort(byOrder)[0] ?? '';
  const path = shortestCycle(first, left.edges);
  const last = path.at(-1);
  if (last === undefined) return;
  const names = [...path.map((e) => e.from), first].join(' -> ');
  const previous = path.find((e) => e.previous !== undefined);
  const start = byName.get(first)?.span;
  report.error('E0501', last.span, `steps wait for each other: ${names}`, {
    label: first === last.from ? `\`${first}\` waits for itself here` : undefined,
    labels: start && [{ span: start, text: 'starts here' }],
    notes:
      previous === undefined
        ? []
        : [
            `\`${spanText(previous.span)}\` of the previous \`${previous.previous}\` helps only if every step of the loop varies over \`${previous.previous}\` and reads along the same key`,
          ],
    hint:
      first === last.from
        ? `a step reads itself only by \`previous ${spanText(last.span)} over ...\``
        : 'a workflow has no loops; break one of these inputs',
  });
}

/** Breadth first from `start` back to it. */
function shortestCycle(start: string, edges: readonly Edge[]): Edge[] {
  const cameBy = new Map<string, Edge>();
  const queue = [start];
  for (const name of queue) {
    for (const edge of edges) {
      if (edge.from !== name) continue;
      if (edge.to === start) {
        const path = [edge];
        for (let at = edge.from; at !== start; ) {
          const by = cameBy.get(at);
          if (by === undefined) break;
          path.unshift(by);
          at = by.from;
        }
        return path;
      }
      if (cameBy.has(edge.to)) continue;
      cameBy.set(edge.to, edge);
      queue.push(edge.to);
    }
  }
  return [];
}
