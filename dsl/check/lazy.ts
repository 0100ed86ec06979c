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
    if (busy) return { type: unknownType, phase: 'plan' };
    busy = true;
    found = find();
    busy = false;
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

/** E0503: values that are defined by themselves. */
export function reportCircles(definitions: readonly Definition[], report: Report): void {
  const byName = new Map(definitions.map((d) => [d.name, d]));
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (definition: Definition): void => {
    const at = path.indexOf(definition.name);
    if (at >= 0) {
      const circle = [...path.slice(at), definition.name].join(' -> ');
      const first = byName.get(path[at] ?? '') ?? definition;
      report.error('E0503', first.span, `\`${first.name}\` is defined by itself: ${circle}`);
      return;
    }
    if (done.has(definition.name)) return;
    done.add(definition.name);
    path.push(definition.name);
    for (const name of freeNames(definition.value)) {
      const next = byName.get(name);
      if (next !== undefined && !definition.blind?.has(name)) visit(next);
    }
    path.pop();
  };
  for (const definition of definitions) visit(definition);
}
