import type { RecordType, SimpleKind, Type } from './type.ts';

export const unknownType: Type = { kind: 'unknown' };
export const noneType: Type = { kind: 'none' };

export function simple(kind: SimpleKind): Type {
  return { kind };
}

export function listOf(element: Type): Type {
  return { kind: 'list', element };
}

/** `T?`; an optional stays as it is. */
export function optional(type: Type): Type {
  if (type.kind === 'optional' || type.kind === 'unknown') return type;
  return type.kind === 'none' ? type : { kind: 'optional', of: type };
}

/** `T` of `T?`; any other type itself. */
export function present(type: Type): Type {
  return type.kind === 'optional' ? type.of : type;
}

/** True if a value of the type may be `none`. */
export function mayBeNone(type: Type): boolean {
  return type.kind === 'optional' || type.kind === 'none';
}

/** True where nothing can be said: after an error, and for `json` until it meets a declared type. */
export function isOpen(type: Type): boolean {
  return type.kind === 'unknown' || type.kind === 'json';
}

export function isNumber(type: Type): boolean {
  return type.kind === 'int' || type.kind === 'float';
}

export function isQuantity(type: Type): boolean {
  return type.kind === 'duration' || type.kind === 'size' || type.kind === 'angle';
}

/** What can identify an instance: int, float, bool, string, a closed string. */
export function isKeyType(type: Type): boolean {
  return ['int', 'float', 'bool', 'string', 'closed', 'unknown'].includes(type.kind);
}

/** As written in a workflow: `list<file<fits>>`, `Band`, `float?`. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case 'file':
      return type.tag === undefined ? 'file' : `file<${type.tag}>`;
    case 'closed':
      return type.name;
    case 'record':
      return type.record.name;
    case 'list':
      return `list<${typeText(type.element)}>`;
    case 'table':
      return `table<${type.record.name}>`;
    case 'optional':
      return `${typeText(type.of)}?`;
    default:
      return type.kind;
  }
}

/** With its article: "an int", "a table<Visit>". */
export function aType(type: Type): string {
  if (type.kind === 'none') return '`none`';
  const text = typeText(type);
  return `${/^[aeiou]/i.test(text) ? 'an' : 'a'} ${text}`;
}

export function sameType(a: Type, b: Type): boolean {
  if (a.kind === 'unknown' || b.kind === 'unknown') return true;
  if (a.kind === 'closed' && b.kind === 'closed') {
    // Two files may each have a type of this name.
    return a === b || (a.name === b.name && a.values.join('"') === b.values.join('"'));
  }
  return typeText(a) === typeText(b);
}

/** May a value of type `from` stand where `to` is wanted? `int` widens to `float`, closed to string. */
export function assignable(from: Type, to: Type): boolean {
  if (isOpen(from) || isOpen(to)) return true;
  if (to.kind === 'optional') return from.kind === 'none' || assignable(present(from), to.of);
  if (from.kind === 'optional') return false;
  switch (to.kind) {
    case 'float':
      return isNumber(from);
    case 'string':
      return from.kind === 'string' || from.kind === 'closed';
    case 'file':
      return from.kind === 'file' && (to.tag === undefined || from.tag === to.tag);
    case 'list':
      if (from.kind === 'table')
        return assignable({ kind: 'record', record: from.record }, to.element);
      return from.kind === 'list' && assignable(from.element, to.element);
    case 'table':
      if (from.kind === 'list') {
        return assignable(from.element, { kind: 'record', record: to.record });
      }
      return from.kind === 'table' && hasFields(from.record, to.record);
    case 'record':
      return from.kind === 'record' && hasFields(from.record, to.record);
    default:
      return sameType(from, to);
  }
}

function hasFields(record: RecordType, wanted: RecordType): boolean {
  if (record === wanted) return true;
  for (const [name, type] of wanted.fields) {
    const found = record.fields.get(name);
    if (found === undefined || !assignable(found, type)) return false;
  }
  return true;
}

/** The narrowest type that holds both; undefined if there is none. */
export function commonType(a: Type, b: Type): Type | undefined {
  if (a.kind === 'unknown') return b;
  if (b.kind === 'unknown') return a;
  if (a.kind === 'none') return optional(b);
  if (b.kind === 'none') return optional(a);
  if (a.kind === 'optional' || b.kind === 'optional') {
    const inner = commonType(present(a), present(b));
    return inner === undefined ? undefined : optional(inner);
  }
  if (a.kind === 'json') return a;
  if (b.kind === 'json') return b;
  if (assignable(a, b)) return b;
  if (assignable(b, a)) return a;
  if (a.kind === 'closed' && b.kind === 'closed') return simple('string');
  if (a.kind === 'file' && b.kind === 'file') return { kind: 'file', tag: undefined };
  if (a.kind === 'list' && b.kind === 'list') {
    const element = commonType(a.element, b.element);
    return element === undefined ? undefined : listOf(element);
  }
  return undefined;
}

/** What one takes from it in `for each x in ...`; undefined if it has no elements. */
export function elementType(type: Type): Type | undefined {
  switch (type.kind) {
    case 'list':
      return type.element;
    case 'table':
      return { kind: 'record', record: type.record };
    case 'unknown':
    case 'json':
      return type;
    default:
      return undefined;
  }
}

/** The record whose rows a value has: of a table, or of a list of records, which is one. */
export function rowsOf(type: Type): RecordType | undefined {
  if (type.kind === 'table') return type.record;
  return type.kind === 'list' && type.element.kind === 'record' ? type.element.record : undefined;
}
