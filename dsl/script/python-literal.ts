import type { Type } from '../check/type.ts';
import { present } from '../check/type-relation.ts';
import { isFileValue, isList, isObject, isQuantityValue, isRow } from '../evaluate/text.ts';
import type { Value } from '../evaluate/value.ts';
import { elementOf } from './hole-value.ts';

/**
 * A value as a literal of Python, on one line, as `repr` writes it; files are strings, absent values
 * `None`. `alone` puts a negative number in parentheses, so that `@{x} ** 2` means what it says.
 * Source: The Python Language Reference, 2.4.
 */
export function pythonLiteral(value: Value, type: Type | undefined, alone: boolean): string {
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'string':
      return pythonString(value);
    case 'number': {
      const text = pythonNumber(value, type && present(type).kind === 'float');
      return alone && text.startsWith('-') ? `(${text})` : text;
    }
  }
  if (value === null) return 'None';
  if (isList(value)) {
    const element = elementOf(type);
    return `[${value.map((each) => pythonLiteral(each, element, false)).join(', ')}]`;
  }
  if (isFileValue(value)) return pythonString(value.path);
  if (isQuantityValue(value)) return pythonNumber(value.amount, true);
  const names = isObject(value) ? [...value.fields.keys()] : rowNames(value);
  const items = names.map((name) => {
    const each = isObject(value) ? (value.fields.get(name) ?? null) : cell(value, name);
    return `${pythonString(name)}: ${pythonLiteral(each, undefined, false)}`;
  });
  return `{${items.join(', ')}}`;
}

function rowNames(value: Value): string[] {
  return isRow(value) ? [...value.table.record.fields.keys()] : [];
}

function cell(value: Value, name: string): Value {
  return isRow(value) ? value.table.cell(value.index, name) : null;
}

/** A float keeps its point (`1.0`); `inf` and `nan` have no literal. */
function pythonNumber(value: number, isFloat: boolean | undefined): string {
  if (Number.isNaN(value)) return "float('nan')";
  if (!Number.isFinite(value)) return value > 0 ? "float('inf')" : "float('-inf')";
  if (Object.is(value, -0)) return isFloat ? '-0.0' : '0';
  const text = String(value);
  if (!isFloat) return Number.isInteger(value) ? BigInt(value).toString() : text;
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** In single quotes, or in double ones if that saves escapes; what cannot be seen is escaped. */
function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let inside = '';
  for (const character of text) {
    const known = escapes[character];
    if (known !== undefined) inside += known;
    else if (character === quote) inside += `\\${quote}`;
    else if (character !== ' ' && /[\p{C}\p{Z}]/u.test(character)) inside += escaped(character);
    else inside += character;
  }
  return quote + inside + quote;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
