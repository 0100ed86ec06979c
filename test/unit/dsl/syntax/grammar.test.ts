import { expect, test } from 'vitest';
import { compileGrammar } from '../../../../dsl/syntax/compile-grammar.ts';
import { read } from './corpus.ts';

test('the generated grammar is what braid.ohm gives (else: node build/compile-grammar.ts)', () => {
  expect(read('dsl/syntax/grammar.generated.js')).toBe(
    compileGrammar(read('dsl/syntax/braid.ohm')),
  );
});
