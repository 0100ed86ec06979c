import type { Phase } from '../program.ts';
import type { SourceSyntax } from '../syntax/tree.ts';
import type { Span } from '../text/source.ts';
import type { Binding, FileNames, Scope } from './context.ts';
import { lookUp } from './context.ts';
import type { Report } from './report.ts';
import type { Type } from './type.ts';
import { unknownType } from './type-relation.ts';
import { freeNames } from './walk.ts';

export interface Found {
  readonly type: Type;
  readonly phase: Phase;
  readonly whyAbsent?: string | undefined;
}

/** Values defined by values defined by values ...: who computes them goes as deep (E0115). */
const definitionNestingMax = 200;

/** How many bindings are being found, each asked for by the one before. */
let depth = 0;

/**
 * A binding whose type is found when first asked for, since lines have no order. While it is being
 * found it is `unknown`: such a circle is reported by `reportCircles`.
 */
export function lazyBinding(
  name: string,
  kind: Binding['kind'],
  span: Span,
  find: () => Found,
): Binding {
  let found: Found | undefined;
  let busy = false;
  const get = (): Found => {
    if (found !== undefined) return found;
    if (busy || depth > definitionNestingMax) return { type: unknownType, phase: 'plan' };
    busy = true;
    depth++;
    try {
      found = find();
    } finally {
      depth--;
      busy = false;
    }
    return found;
  };
  return {
    name,
    kind,
    span,
    get type() {
      return get().type;
    },
    get phase() {
      return get().phase;
    },
    get whyAbsent() {
      return get().whyAbsent;
    },
  };
}

/** `run` if the expression touches a value that steps make: a name of that phase, or a step itself. */
export function phaseOf(node: SourceSyntax, scope: Scope, file: FileNames): Phase {
  for (const name of freeNames(node)) {
    const binding = lookUp(scope, name);
    if (binding === undefined ? file.steps.has(name) : binding.phase === 'run') return 'run';
  }
  return 'plan';
}

export interface Definition {
  readonly name: string;
  readonly span: Span;
  readonly value: SourceSyntax;
  /** Names that mean something else there; an `in` does not see other `in`s. */
  readonly blind?: ReadonlySet<string>;
}

interface Visit {
  readonly definition: Definition;
  readonly names: Iterator<string>;
  /** The longest chain of definitions found behind this one. */
  behind: number;
}

/** E0503: values that are defined by themselves. E0115: by too long a chain of others. */
export function reportCircles(definitions: readonly Definition[], report: Report): void {
  const byName = new Map(definitions.map((d) => [d.name, d]));
  const lengths = new Map<string, number>();
  const path: Visit[] = [];
  const places = new Map<string, number>();
  let isTooDeep = false;
  const enter = (definition: Definition): void => {
    places.set(definition.name, path.length);
    path.push({ definition, names: freeNames(definition.value).values(), behind: 0 });
  };
  const leave = ({ definition, behind }: Visit): void => {
    path.pop();
    places.delete(definition.name);
    lengths.set(definition.name, behind + 1);
    const outer = path.at(-1);
    if (outer) outer.behind = Math.max(outer.behind, behind + 1);
    if (behind < definitionNestingMax || isTooDeep) return;
    isTooDeep = true;
    reportTooDeep(definition, report);
  };
  for (const definition of definitions) {
    if (!lengths.has(definition.name)) enter(definition);
    for (let visit = path.at(-1); visit; visit = path.at(-1)) {
      const { done, value: name } = visit.names.next();
      const next = done || visit.definition.blind?.has(name) ? undefined : byName.get(name);
      if (done) leave(visit);
      else if (next && places.has(name)) reportCircle(path.slice(places.get(name)), report);
      else if (next && lengths.has(name)) {
        visit.behind = Math.max(visit.behind, lengths.get(name) ?? 0);
      } else if (next) enter(next);
    }
  }
}

function reportCircle(circle: readonly Visit[], report: Report): void {
  const [first] = circle;
  if (!first) return;
  const { name, span } = first.definition;
  const names = circle.map(({ definition }) => definition.name);
  const shown = names.length > 12 ? [...names.slice(0, 10), '...'] : names;
  const text = [...shown, name].join(' -> ');
  report.error('E0503', span, `\`${name}\` is defined by itself: ${text}`);
}

function reportTooDeep({ name, span }: Definition, report: Report): void {
  const message = `\`${name}\` is defined by more than ${definitionNestingMax} others in a row`;
  report.error('E0115', span, message, { hint: 'keep long series in a list or a table' });
}
