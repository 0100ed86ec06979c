import { posix } from 'node:path';
import {
  type Diagnostic,
  type FindUsed,
  hasErrors,
  type Module,
  parse,
  type SourceText,
  type Span,
  type UsedModule,
  type UseSyntax,
} from '../../dsl/index.ts';
import type { FileShelf } from '../table/file-shelf.ts';

/** A workflow's text and those of all files that it uses, parsed. */
export interface Modules {
  /** Undefined if the workflow itself cannot be read. */
  readonly module: Module | undefined;
  readonly find: FindUsed;
  /** Where relative paths in a text start; that of the workflow for any text that is none of these. */
  readonly directoryOf: (source: SourceText) => string;
  readonly diagnostics: readonly Diagnostic[];
}

interface Read {
  readonly module: Module;
  readonly sound: boolean;
  readonly path: string;
}

/**
 * Reads a workflow and, in turn, what `use` names: paths relative to the file that says it. Each file is
 * read and parsed once. What cannot be read is told at its `use` (E0508, E0709).
 */
export async function readModules(path: string, shelf: FileShelf): Promise<Modules> {
  const read = new Map<string, Read>();
  const used = new Map<UseSyntax, UsedModule>();
  const directories = new Map<SourceText, string>();
  const diagnostics: Diagnostic[] = [];

  const open = async (file: string, span: Span | undefined): Promise<Read | undefined> => {
    const known = read.get(file);
    if (known !== undefined) return known;
    const { value: source, diagnostics: unread } = await shelf.source(file, span);
    diagnostics.push(...unread);
    if (source === undefined) return undefined;
    const { value: module, diagnostics: found } = parse(source);
    diagnostics.push(...found);
    directories.set(source, posix.dirname(file));
    const made: Read = { module, sound: !hasErrors(found), path: file };
    read.set(file, made);
    for (const use of module.declarations) {
      if (use.kind === 'use') await follow(use, file);
    }
    return made;
  };
  const follow = async (use: UseSyntax, from: string): Promise<void> => {
    const place = placeOf(use, from);
    if ('problem' in place) {
      diagnostics.push(place.problem);
      return;
    }
    const library = await open(place.path, use.path.span);
    if (library === undefined) return;
    const { module, sound } = library;
    const directory = posix.relative(posix.dirname(from), posix.dirname(place.path));
    used.set(use, { module, sound, directory });
  };

  const root = await open(path, undefined);
  const base = posix.dirname(path);
  return {
    module: root?.module,
    find: (use) => used.get(use),
    directoryOf: (source) => directories.get(source) ?? base,
    diagnostics,
  };
}

function placeOf(
  use: UseSyntax,
  from: string,
): { readonly path: string } | { readonly problem: Diagnostic } {
  const [part, ...others] = use.path.parts;
  const { span } = use.path;
  if (part?.kind !== 'text' || others.length > 0) {
    const message = 'a file that is used is named by plain text';
    return { problem: { code: 'E0508', severity: 'error', message, span } };
  }
  return { path: posix.join(posix.dirname(from), part.text) };
}
