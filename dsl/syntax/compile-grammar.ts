import { createRequire } from 'node:module';

/**
 * The text of `grammar.generated.js` for a grammar: ohm's recipe of it, which loads some thirty times
 * faster than the grammar does. The grammar's own text is left out of the recipe, where only ohm's
 * tracing would use it.
 *
 * Run by `node build/compile-grammar.ts` after a change of `braid.ohm`; a test holds that the
 * generated file is what this function gives.
 */
export function compileGrammar(source: string): string {
  const ohm = createRequire(import.meta.url)('ohm-js') as {
    grammar(source: string): { toRecipe(): string };
  };
  const recipe = JSON.parse(ohm.grammar(source).toRecipe()) as unknown;
  return [
    '// Made from braid.ohm by build/compile-grammar.ts; do not edit.',
    `export default ${JSON.stringify(JSON.stringify(withoutSource(recipe)))};`,
    '',
  ].join('\n');
}

/** `["grammar", {source}, name, super, start, rules]`, each pexpr `[kind, {sourceInterval}, ...]`. */
function withoutSource(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutSource);
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== 'sourceInterval' && key !== 'source')
      .map(([key, value]) => [key, withoutSource(value)]),
  );
}
