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
import { createPlacing, type Learning, plainText } from './place.ts';

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
}

/**
 * Reads a workflow and, in turn, what `use` names. Each file is read and parsed once; nothing is fetched.
 * What cannot be had is told at its `use` (E0508, E0509, E0709). `learning` is for the verb that writes the
 * lock.
 */
export async function readModules(
  path: string,
  shelf: FileShelf,
  learning?: Learning,
): Promise<Modules> {
  const read = new Map<string, Read>();
  const used = new Map<UseSyntax, UsedModule>();
  const directories = new Map<SourceText, string>();
  const diagnostics: Diagnostic[] = [];
  const base = posix.dirname(path);
  const placeOf = createPlacing(base, shelf, learning);

  const open = async (file: string, span: Span | undefined): Promise<Read | undefined> => {
    const known = read.get(file);
    if (known !== undefined) return known;
    const { value: source, diagnostics: unread } = await shelf.source(file, span);
    diagnostics.push(...unread);
    if (source === undefined) return undefined;
    const { value: module, diagnostics: found } = parse(source);
    diagnostics.push(...found);
    directories.set(source, posix.dirname(file));
    const made: Read = { module, sound: !hasErrors(found) };
    read.set(file, made);
    for (const use of module.declarations) {
      if (use.kind === 'use') await follow(use, file);
    }
    return made;
  };
  const follow = async (use: UseSyntax, from: string): Promise<void> => {
    const place = await placeOf(use, from);
    if (place === undefined) return;
    if ('problem' in place) {
      diagnostics.push(place.problem);
      return;
    }
    const library = await open(place.path, use.path.span);
    if (library === undefined) return;
    if (!place.isRemote) diagnostics.push(...otherVersion(use, library.module));
    const directory = posix.relative(posix.dirname(from), posix.dirname(place.path));
    used.set(use, { ...library, directory });
  };

  const root = await open(path, undefined);
  return {
    module: root?.module,
    find: (use) => used.get(use),
    directoryOf: (source) => directories.get(source) ?? base,
    diagnostics,
  };
}

/** E0508: a file beside this one that says another version than is asked for. */
function otherVersion({ version, path }: UseSyntax, { header }: Module): readonly Diagnostic[] {
  const asked = version && plainText(version);
  const own = header?.version && plainText(header.version);
  if (version === undefined || asked === own) return [];
  return [
    {
      code: 'E0508',
      severity: 'error',
      message: `\`${plainText(path)}\` is ${own === undefined ? 'of no version' : `version ${own}`}, not ${asked}`,
      span: version.span,
      labels: header && [{ span: header.span, text: 'the file says so' }],
    },
  ];
}
