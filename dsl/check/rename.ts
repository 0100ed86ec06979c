import type { Read } from '../program.ts';
import type { Expression, SourceSyntax } from '../syntax/tree.ts';

/** What names become in a copy; undefined: they stay. */
export interface Renaming {
  readonly value: (name: string) => string | undefined;
  readonly step: (name: string) => string | undefined;
  /** Told of every expression that was copied, so that its type can follow. */
  readonly copied: (from: SourceSyntax, to: SourceSyntax) => void;
}

/**
 * Copies plain data with the expressions in it under other names, so that the steps of a library can stand
 * in the Program of the file that calls it. One node gives one copy, however often it is met: reads find
 * their nodes by identity. Spans stay, and with them what people are shown. Types are not copied.
 */
export interface Copier {
  /** `local`: names that are bound there and stay. */
  copy<T>(value: T, local: ReadonlySet<string>): T;
}

/** Never copied: places and types, which are the same things wherever they stand. */
const shared = new Set(['span', 'type', 'elementType', 'record', 'types']);

export function createCopier(names: Renaming): Copier {
  const known = new Map<object, unknown>();

  const copy = (value: unknown, local: ReadonlySet<string>): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const met = known.get(value);
    if (met !== undefined) return met;
    const each = (inside: unknown): unknown => copy(inside, local);
    if (Array.isArray(value)) return keep(value, value.map(each));
    if (value instanceof Map) {
      return keep(value, new Map([...value].map(([name, v]) => [name, each(v)])));
    }
    if (value instanceof Set || isSource(value)) return value;
    const node = isExpression(value) ? value : undefined;
    const made = keep(value, node === undefined ? fields(value, local) : expression(node, local));
    if (node !== undefined) names.copied(node, made as SourceSyntax);
    return made;
  };

  const keep = <T>(from: object, to: T): T => {
    known.set(from, to);
    return to;
  };

  const fields = (value: object, local: ReadonlySet<string>): object => {
    const made: Record<string, unknown> = {};
    // Reads know which names a gather binds, also where its text leaves them out: they come first.
    if ('reads' in value) copy(value.reads, local);
    const inside = isRead(value) ? new Set([...local, ...boundBy(value)]) : local;
    for (const [name, field] of Object.entries(value)) {
      const bound = name === 'where' || name === 'selectors' ? inside : local;
      made[name] = shared.has(name) ? field : copy(field, bound);
    }
    return made;
  };

  const expression = (node: SourceSyntax, local: ReadonlySet<string>): object => {
    switch (node.kind) {
      case 'name':
        return valueNamed(names, node, local);
      case 'field': {
        const made = fields(node, local) as { object: Expression };
        made.object = stepNamed(names, node.object, made.object, local);
        return made;
      }
      case 'call': {
        const args = copy(node.arguments, local);
        const callee = node.callee.kind === 'name' ? node.callee : copy(node.callee, local);
        return { ...node, callee, arguments: args };
      }
      case 'comprehension': {
        const bound = node.binder.kind === 'single' ? [node.binder.name] : node.binder.names;
        const inside = new Set([...local, ...bound.map((n) => n.text)]);
        const [item, where] = [copy(node.item, inside), copy(node.where, inside)];
        return { ...node, item, where, source: copy(node.source, local) };
      }
      case 'gather': {
        const inside = new Set([...local, ...(node.over ?? []).map((n) => n.text)]);
        copy(node.expression, inside);
        copy(node.where, inside);
        return fields(node, local);
      }
      default:
        return fields(node, local);
    }
  };

  return { copy: <T>(value: T, local: ReadonlySet<string>): T => copy(value, local) as T };
}

function valueNamed(
  names: Renaming,
  node: Extract<Expression, { kind: 'name' }>,
  local: ReadonlySet<string>,
): Expression {
  const { text, span } = node.name;
  const name = local.has(text) ? undefined : names.value(text);
  return name === undefined ? { ...node } : { ...node, name: { text: name, span } };
}

/** `step.x` and `step[d = e].x`: a local name of the step's own name may hide it. */
function stepNamed(
  names: Renaming,
  from: Expression,
  made: Expression,
  local: ReadonlySet<string>,
): Expression {
  if (from.kind === 'select') {
    const inner = made as Extract<Expression, { kind: 'select' }>;
    return { ...inner, object: stepNamed(names, from.object, inner.object, local) };
  }
  if (from.kind !== 'name' || local.has(from.name.text)) return made;
  const step = names.step(from.name.text);
  return step === undefined ? made : { ...from, name: { ...from.name, text: step } };
}

function isSource(value: object): boolean {
  return 'text' in value && 'name' in value && typeof value.name === 'string';
}

function isRead(value: object): value is Read {
  return 'node' in value && 'matched' in value;
}

/** Names that a read gives the keys of its members. */
function boundBy(read: Read): readonly string[] {
  return [...read.over, ...read.selectors.flatMap((s) => (s.bound === undefined ? [] : [s.bound]))];
}

function isExpression(value: object): value is SourceSyntax {
  const hasKind = 'kind' in value && 'span' in value && expressionKinds.has(String(value.kind));
  return hasKind && !isRead(value);
}

const expressionKinds: ReadonlySet<string> = new Set<SourceSyntax['kind']>([
  'number',
  'percent',
  'quantity',
  'boolean',
  'none',
  'string',
  'name',
  'list',
  'map',
  'comprehension',
  'if',
  'coalesce',
  'binary',
  'unary',
  'range',
  'convert',
  'field',
  'select',
  'index',
  'call',
  'gather',
  'previous',
]);
