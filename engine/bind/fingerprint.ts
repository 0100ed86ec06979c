import { formatQuantity, type Key, keyText, type Program, type Value } from '../../dsl/index.ts';
import type { Component } from './binding.ts';
import { digestOf, type Encode } from './identity.ts';
import type { InstanceScope } from './instance-scope.ts';
import type { BoundValue, StepMeaning } from './meaning.ts';
import { compute, Unsettled } from './unsettled.ts';

/**
 * The fingerprint of the instance that the scope has entered, its inputs read (LANGUAGE.md section 11):
 * a hash of what it means and of nothing else. Not in it: resources, retry and other care, names of
 * steps and inputs, layout. Throws `Invalid`, or the `Unsettled` that it hinges on.
 */
export function fingerprintOf(meaning: StepMeaning, scope: InstanceScope, encode: Encode): string {
  let text = meaning.fixed;
  for (const { dimension, column } of meaning.keys) {
    text += `|${dimension}=${encode(keyAt(scope, column))}`;
  }
  text += '|holes';
  for (const hole of meaning.holes) text += encoded(hole, scope, encode);
  text += '|paths';
  for (const path of meaning.paths) text += encoded(path, scope, encode);
  text += '|vars';
  for (const each of meaning.vars) text += `${each.name}=${encoded(each, scope, encode)}`;
  // Sorted: neither the names nor the order of `in` lines count.
  text += `|inputs${inputTexts(scope, encode).sort().join('')}`;
  return digestOf(text);
}

/** The same by name, for people. */
export function componentsOf(
  meaning: StepMeaning,
  scope: InstanceScope,
  encode: Encode,
  program: Program,
): readonly Component[] {
  const components: Component[] = [];
  const add = (name: string, text: string, shown = '') =>
    components.push({ name, digest: digestOf(text).slice(0, 16), text: shown });
  add('language', meaning.language, meaning.language);
  add('script', meaning.script);
  add('environment', meaning.environment);
  add(
    'outputs',
    meaning.outputTypes + meaning.paths.map((path) => encoded(path, scope, encode)).join(''),
  );
  add(
    'key',
    meaning.keys.map((k) => k.dimension + encode(keyAt(scope, k.column))).join('|'),
    meaning.keys.map((k) => `${k.dimension}=${keyText(keyAt(scope, k.column))}`).join(', '),
  );
  for (const each of meaning.vars) {
    const value = compute(each.expression, scope);
    add(`vars ${each.name}`, encode(value), shortText(value));
  }
  const { step } = scope.frame.planned;
  step.inputs.forEach(({ name }, index) => {
    const value = settled(scope.inputs[index]);
    add(`input ${name}`, encode(value), shortText(value));
  });
  const params = new Set(program.params.map(({ name }) => name));
  const seen = new Set<string>();
  for (const hole of meaning.holes) {
    if (hole.isPlain || seen.has(hole.name)) continue;
    seen.add(hole.name);
    const value = compute(hole.expression, scope);
    const kind = params.has(hole.name) ? 'parameter' : 'value';
    add(`${kind} ${hole.name}`, encode(value), shortText(value));
  }
  return components;
}

// --- Internal helpers ---

function keyAt(scope: InstanceScope, column: number): Key {
  const keys = scope.frame.planned.keys[column];
  return keys?.values[keys.codes[scope.ordinal] ?? 0] as Key;
}

function encoded(bound: BoundValue, scope: InstanceScope, encode: Encode): string {
  return bound.constant ?? encode(compute(bound.expression, scope));
}

function inputTexts(scope: InstanceScope, encode: Encode): string[] {
  return scope.inputs.map((value) => encode(settled(value)));
}

function settled(value: Value | Unsettled | undefined): Value {
  if (value instanceof Unsettled) throw value;
  return value ?? null;
}

const SHOWN = 60;

/** A value in a few words; empty where its text would say nothing to people. */
export function shortText(value: Value): string {
  if (value === null) return 'none';
  if (typeof value !== 'object') return keyText(value).slice(0, SHOWN);
  if (Array.isArray(value)) {
    const texts = value.slice(0, 8).map(shortText);
    const all = `[${texts.join(', ')}${value.length > 8 ? ', ...' : ''}]`;
    return texts.includes('') || all.length > SHOWN ? `${value.length} elements` : all;
  }
  return 'kind' in value && value.kind === 'quantity' ? formatQuantity(value) : '';
}
