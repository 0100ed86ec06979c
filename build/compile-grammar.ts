import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileGrammar } from '../dsl/syntax/compile-grammar.ts';

/** Writes the precompiled grammar beside its source; run after a change of `dsl/syntax/braid.ohm`. */
const folder = join(import.meta.dirname, '../dsl/syntax');
const source = readFileSync(join(folder, 'braid.ohm'), 'utf8');
writeFileSync(join(folder, 'grammar.generated.js'), compileGrammar(source));
