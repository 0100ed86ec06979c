import { capped } from '../text/cap.ts';
import type { Checked, Diagnostic, Fix } from '../text/diagnostic.ts';
import { insertBefore } from '../text/fix.ts';
import { type SourceText, spanText } from '../text/source.ts';
import { match, type StartRule } from './grammar.ts';
import { declarationCharactersMax, fileCharactersMax } from './limits.ts';
import type { Masked } from './masked.ts';
import { type Node, rootOf } from './node.ts';
import { problem, spanOf } from './problem.ts';
import { readDeclaration, readHeader, readSite } from './read-declaration.ts';
import { readExpression } from './read-expression.ts';
import { type Reader, reservedOnce } from './reader.ts';
import { type Region, scan } from './scan.ts';
import { tellSituation } from './situation.ts';
import type {
  BrokenDeclaration,
  Declaration,
  Expression,
  Header,
  Module,
  SiteSyntax,
} from './tree.ts';
import { unknownDeclaration } from './unknown-declaration.ts';
import { declarationWords, reservedWords, siteDeclarationWords } from './words.ts';

/**
 * The syntax tree of a `.braid` file. Never throws on a text: each declaration is parsed alone, those
 * with errors are told and listed in `broken`, the others are in the tree.
 */
export function parse(source: SourceText): Checked<Module> {
  const header: Header[] = [];
  const declarations: Declaration[] = [];
  const { broken, diagnostics } = parseRegions(source, declarationWords, (region, reader) => {
    if (region.keyword === 'workflow') {
      const read = parseMasked(reader, 'OneHeader', readHeader);
      if (read) header.push(read);
      return read !== undefined;
    }
    const read = parseMasked(reader, 'OneDecl', readDeclaration);
    if (read) declarations.push(read);
    return read !== undefined;
  });
  const isHeaded = header.length > 0 || broken.some(({ keyword }) => keyword === 'workflow');
  if (!isHeaded && diagnostics.every(({ code }) => code !== 'E0113')) {
    diagnostics.unshift(missingHeader(source, declarations));
  }
  for (const again of header.slice(1)) diagnostics.push(secondHeader(again, header[0] as Header));
  const late = lateHeader(header[0], declarations);
  if (late) diagnostics.push(late);
  const value: Module = {
    source,
    form: 'workflow',
    header: header[0],
    declarations,
    sites: [],
    broken,
  };
  return { value, diagnostics: capped(reservedOnce(diagnostics)) };
}

/** The syntax tree of a `.site` file, which holds one or more `site NAME { ... }`. */
export function parseSite(source: SourceText): Checked<Module> {
  const sites: SiteSyntax[] = [];
  const { broken, diagnostics } = parseRegions(source, siteDeclarationWords, (_region, reader) => {
    const read = parseMasked(reader, 'OneSite', readSite);
    if (read) sites.push(read);
    return read !== undefined;
  });
  const value: Module = {
    source,
    form: 'site',
    header: undefined,
    declarations: [],
    sites,
    broken,
  };
  return { value, diagnostics: capped(reservedOnce(diagnostics)) };
}

/**
 * The one expression that a text is from `start` on: what a command line gives, behind its `--set name=`.
 * Never throws on a text; without an expression something is told.
 */
export function parseExpression(
  source: SourceText,
  start: number,
): Checked<Expression | undefined> {
  const [region, more] = scan(source, declarationWords, start);
  const end = spanOf(source, source.text.length, source.text.length);
  if (region === undefined) {
    return { value: undefined, diagnostics: [problem('E0103', end, 'a value is missing')] };
  }
  const diagnostics: Diagnostic[] = [...region.faults];
  if (more !== undefined) {
    const rest = spanOf(source, more.start, source.text.length);
    diagnostics.push(problem('E0100', rest, 'this is more than one expression'));
  }
  if (!region.balanced || diagnostics.length > 0) return { value: undefined, diagnostics };
  const value = parseMasked(createReader(region.masked, diagnostics), 'OneExp', (reader, node) =>
    readExpression(reader, node.child(0)),
  );
  return { value, diagnostics };
}

/** Cuts the file and has each declaration parsed; `parseOne` says whether there is a tree of it. */
function parseRegions(
  source: SourceText,
  keywords: readonly string[],
  parseOne: (region: Region, reader: Reader) => boolean,
): { broken: BrokenDeclaration[]; diagnostics: Diagnostic[] } {
  const broken: BrokenDeclaration[] = [];
  if (source.text.length > fileCharactersMax) {
    return { broken, diagnostics: [fileTooLong(source)] };
  }
  const diagnostics: Diagnostic[] = [];
  for (const region of scan(source, keywords)) {
    const told: Diagnostic[] = [];
    const reader = createReader(region.masked, told);
    let parsed = false;
    if (!keywords.includes(region.keyword)) {
      if (region.faults.length === 0) told.push(unknownDeclaration(region, keywords));
    } else if (region.masked.text.length > declarationCharactersMax) {
      told.push(declarationTooLong(region));
    } else if (region.balanced) {
      parsed = parseOne(region, reader);
    }
    // What follows from an unclosed string is no news.
    diagnostics.push(...region.faults, ...(parsed || region.faults.length === 0 ? told : []));
    if (!parsed) broken.push(brokenDeclaration(region));
  }
  return { broken, diagnostics };
}

function createReader(masked: Masked, diagnostics: Diagnostic[], depth = 0): Reader {
  return {
    masked,
    diagnostics,
    depth,
    interpolated: (inner) =>
      parseMasked(createReader(inner, diagnostics, depth + 1), 'OneExp', (reader, node) =>
        readExpression(reader, node.child(0)),
      ),
  };
}

/** Matches and reads a masked text; undefined, and the error told, if it does not match. */
function parseMasked<T>(
  reader: Reader,
  start: StartRule,
  read: (reader: Reader, node: Node) => T,
): T | undefined {
  const { masked, diagnostics } = reader;
  const result = match(masked.text, start);
  if (result?.succeeded()) return read(reader, rootOf(result));
  diagnostics.push(tellSituation(masked, start, result));
  return undefined;
}

/** The names of a declaration that cannot be read are known, so that no error follows from them. */
function brokenDeclaration(region: Region): BrokenDeclaration {
  const { keyword, masked } = region;
  const last = masked.ends.at(-1) ?? region.start;
  const span = spanOf(masked.source, region.start, last);
  const isAliased = keyword === 'use' || keyword === 'call';
  const pattern = isAliased
    ? /^[^\n{]*?[ "]as ([\p{L}_][\p{L}\p{N}_]*)/u
    : /^\w+ ([\p{L}_][\p{L}\p{N}_]*)/u;
  const name = pattern.exec(masked.text)?.[1];
  return { keyword, name, span };
}

function missingHeader(source: SourceText, declarations: readonly Declaration[]): Diagnostic {
  const start = declarations[0]?.span.start ?? 0;
  return problem('E0111', spanOf(source, start, start), 'this file does not say its name', {
    hint: 'begin it with `workflow NAME`',
    fixes: [insertBefore(spanOf(source, 0, 0), `workflow ${nameOfFile(source)}\n`)],
  });
}

/** What a file would be called in its header: `my-run.braid` is `my_run`. */
function nameOfFile(source: SourceText): string {
  const base =
    source.name
      .split('/')
      .at(-1)
      ?.replace(/\.\w+$/, '') ?? '';
  const name = base.replace(/[^\p{L}\p{N}_]+/gu, '_').replace(/^(?=\p{N}|$)/u, 'w');
  return reservedWords.has(name) ? `${name}_` : name;
}

function secondHeader(again: Header, first: Header): Diagnostic {
  return problem('E0111', again.span, 'a file is one workflow, and this is a second header', {
    labels: [{ span: first.span, text: 'the first is here' }],
    hint: 'put it in a file of its own, and `use "FILE.braid" as NAME` and `call` it',
  });
}

/** Who reads a file looks for its name at the top. */
function lateHeader(
  header: Header | undefined,
  declarations: readonly Declaration[],
): Diagnostic | undefined {
  const first = declarations.find(({ span }) => header && span.start < header.span.start);
  if (!header || !first) return undefined;
  return problem('E0111', header.span, 'the header comes after other declarations', {
    labels: [{ span: { ...first.span, end: first.span.start }, text: 'it belongs above this' }],
    hint: `move \`workflow ${header.name.text}\` to the top of the file`,
    fixes: [toTheTop(header)],
  });
}

function toTheTop({ name, span }: Header): Fix {
  const top = spanOf(span.source, 0, 0);
  const edits = [
    { span: top, text: `${spanText(span)}\n` },
    { span, text: '' },
  ];
  return { title: `move \`workflow ${name.text}\` to the top`, edits };
}

function fileTooLong(source: SourceText): Diagnostic {
  const message = `this file has more than ${fileCharactersMax.toLocaleString('en')} characters`;
  return problem('E0113', spanOf(source, 0, 0), message, {
    hint: 'keep long data in tables: `param rows: table<Row> = csv("rows.csv")`',
  });
}

function declarationTooLong(region: Region): Diagnostic {
  const max = declarationCharactersMax.toLocaleString('en');
  const { source } = region.masked;
  const span = spanOf(source, region.start, region.start + region.keyword.length);
  const message = `this declaration has more than ${max} characters beside its scripts`;
  return problem('E0114', span, message, {
    hint: 'keep long lists in files: `lines("names.txt")`, `csv("rows.csv")`',
  });
}
