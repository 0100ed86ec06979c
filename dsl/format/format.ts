import { parse, parseSite } from '../syntax/parse.ts';
import type { Module } from '../syntax/tree.ts';
import { type Checked, hasErrors } from '../text/diagnostic.ts';
import type { SourceText } from '../text/source.ts';
import { createCursor } from './cursor.ts';
import { declarationMaker, headerMaker, siteMaker } from './format-declaration.ts';
import { print } from './layout.ts';
import { commentsOf, lexemesOf } from './lexeme.ts';
import { formatFile, type MemberMaker } from './members.ts';
import { sameTree } from './same-tree.ts';

/**
 * The canonical form of a `.braid` or `.site` file (what its name says, else a workflow): the same
 * program with the same comments. A file with errors is told and has none. Throws if the result would
 * not be the same program, which is an error of this formatter.
 */
export function format(source: SourceText): Checked<string | undefined> {
  const parseFile = source.name.endsWith('.site') ? parseSite : parse;
  const { value: module, diagnostics } = parseFile(source);
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics };
  const text = formatModule(module);
  const again = { name: source.name, text };
  const formatted = parseFile(again);
  const isSame =
    !hasErrors(formatted.diagnostics) &&
    sameTree(module, formatted.value) &&
    sameTree(commentsOf(source, module.form), commentsOf(again, module.form));
  if (!isSame) throw new Error(`${source.name}: formatting would change what this file means`);
  return { value: text, diagnostics };
}

/** The text of a tree without errors, with the comments of its source. */
export function formatModule(module: Module): string {
  const cursor = createCursor(module.source, lexemesOf(module.source, module.form));
  const makers: MemberMaker[] = [
    ...(module.header ? [headerMaker(cursor, module.header)] : []),
    ...module.declarations.map((declaration) => declarationMaker(cursor, declaration)),
    ...module.sites.map((site) => siteMaker(cursor, site)),
  ];
  return print(formatFile(cursor, makers));
}
