import { DirectedGraph } from 'graphology';
import type { Program, Step } from '../../dsl/index.ts';

/**
 * The graph of steps: nodes are their names, an edge goes from what is waited for to what waits. The
 * edges of `previous` say so, since they are the only ones that may close a cycle.
 */
export type StepGraph = DirectedGraph<{ readonly index: number }, { previous: boolean }>;

export function buildStepGraph(program: Program): StepGraph {
  const graph: StepGraph = new DirectedGraph();
  program.steps.forEach((step, index) => {
    graph.addNode(step.name, { index });
  });
  for (const step of program.steps) {
    for (const { name, previous } of waitsFor(step, program)) {
      if (!graph.hasNode(name)) continue;
      if (!graph.hasDirectedEdge(name, step.name)) graph.addEdge(name, step.name, { previous });
      else if (!previous) graph.setEdgeAttribute(name, step.name, 'previous', false);
    }
  }
  return graph;
}

function waitsFor(step: Step, program: Program): readonly { name: string; previous: boolean }[] {
  const names: { name: string; previous: boolean }[] = [];
  for (const read of step.inputs.flatMap((input) => input.reads)) {
    names.push({ name: read.step, previous: read.kind === 'previous' });
    if (read.via?.kind === 'step') names.push({ name: read.via.step, previous: false });
  }
  for (const { dynamic } of step.generators) {
    if (dynamic) names.push({ name: dynamic.step, previous: false });
  }
  for (const { target } of step.after) {
    if (target !== 'workflow') names.push({ name: target, previous: false });
    else {
      for (const other of program.steps) {
        if (!isClosing(other)) names.push({ name: other.name, previous: false });
      }
    }
  }
  return names;
}

/** A step that waits for the workflow runs after all that do not. */
export function isClosing(step: Step): boolean {
  return step.after.some((a) => a.target === 'workflow');
}

/**
 * Steps in an order in which producers come before consumers; those of a cycle through `previous` stand
 * together, ordered by their other edges. Ties keep the order of declaration.
 */
export function stepOrder(graph: StepGraph): readonly (readonly string[])[] {
  const componentOf = components(graph);
  const members = new Map<number, string[]>();
  graph.forEachNode((name) => {
    const component = componentOf.get(name)!;
    members.set(component, [...(members.get(component) ?? []), name]);
  });
  const between: DirectedGraph = new DirectedGraph();
  for (const component of members.keys()) between.addNode(component);
  graph.forEachDirectedEdge((_edge, _attributes, from, to) => {
    const [left, right] = [componentOf.get(from), componentOf.get(to)];
    if (left !== right) between.mergeEdge(left, right);
  });
  return sortTopologically(between).map((component) => {
    const names = members.get(Number(component))!;
    if (names.length === 1) return names;
    const inside: DirectedGraph = new DirectedGraph();
    for (const name of names) inside.addNode(name);
    graph.forEachDirectedEdge((_edge, { previous }, from, to) => {
      if (!previous && inside.hasNode(from) && inside.hasNode(to)) inside.mergeEdge(from, to);
    });
    return sortTopologically(inside);
  });
}

/** Kahn's algorithm; what stands in a cycle comes last (the checker has refused it). */
function sortTopologically(graph: DirectedGraph): readonly string[] {
  const place = new Map(graph.nodes().map((name, at) => [name, at]));
  const missing = new Map(graph.mapNodes((name) => [name, graph.inDegree(name)] as const));
  const ready = graph.filterNodes((name) => missing.get(name) === 0);
  const sorted: string[] = [];
  for (let name = ready.shift(); name !== undefined; name = ready.shift()) {
    sorted.push(name);
    graph.forEachOutNeighbor(name, (next) => {
      const left = missing.get(next)! - 1;
      missing.set(next, left);
      if (left > 0) return;
      const after = ready.findIndex((other) => place.get(other)! > place.get(next)!);
      ready.splice(after < 0 ? ready.length : after, 0, next);
    });
  }
  const done = new Set(sorted);
  return [...sorted, ...graph.filterNodes((name) => !done.has(name))];
}

/** Strongly connected components (Tarjan), iterative: a workflow may be a chain of thousands of steps. */
function components(graph: StepGraph): ReadonlyMap<string, number> {
  const place = new Map<string, number>();
  const low = new Map<string, number>();
  const componentOf = new Map<string, number>();
  const open: string[] = [];
  let count = 0;
  const visit = (root: string) => {
    const frames: { name: string; next: string[] }[] = [];
    const enter = (name: string) => {
      place.set(name, place.size);
      low.set(name, place.get(name)!);
      open.push(name);
      frames.push({ name, next: graph.outNeighbors(name) });
    };
    enter(root);
    while (frames.length > 0) {
      const { name, next } = frames.at(-1)!;
      const other = next.pop();
      if (other === undefined) {
        frames.pop();
        const above = frames.at(-1)?.name;
        if (above !== undefined) low.set(above, Math.min(low.get(above)!, low.get(name)!));
        if (low.get(name) === place.get(name)) closeComponent(open, name, count++, componentOf);
      } else if (!place.has(other)) enter(other);
      else if (!componentOf.has(other)) low.set(name, Math.min(low.get(name)!, place.get(other)!));
    }
  };
  graph.forEachNode((name) => {
    if (!place.has(name)) visit(name);
  });
  return componentOf;
}

function closeComponent(
  open: string[],
  root: string,
  component: number,
  componentOf: Map<string, number>,
): void {
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    componentOf.set(name, component);
    if (name === root) return;
  }
}
