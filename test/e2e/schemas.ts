import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { root } from './braid.ts';

export const folder = join(root, 'docs/schemas');

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Every shipped schema by its name (`plan` of `plan.json`). */
export function shippedSchemas(): ReadonlyMap<string, JsonSchema> {
  const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
  return new Map(
    names.map((name) => [name, JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))]),
  );
}

/**
 * The schema with no room for what it does not describe. The shipped ones leave that room, so that a later
 * release may add a field; a field of this release that is not described is a mistake.
 */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, at]) => [key, closed(at)]));
  const isObject = 'properties' in schema && 'type' in schema && schema.type === 'object';
  return isObject && !('additionalProperties' in schema)
    ? { ...inner, additionalProperties: false }
    : inner;
}

/** Says what is wrong with a document, in words; empty if nothing is. */
export type Validate = (name: string, document: unknown) => string;

export function validator(schemas: ReadonlyMap<string, JsonSchema> = shippedSchemas()): Validate {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: false });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  for (const schema of schemas.values()) ajv.addSchema(closed(schema) as JsonSchema);
  return (name, document) => {
    const check = ajv.getSchema(`${name}.json`);
    if (!check) return `there is no schema ${name}.json`;
    return check(document) ? '' : ajv.errorsText(check.errors);
  };
}
