import type { Program, Step } from '../program.ts';
import type { Module, SourceSyntax, UseSyntax } from '../syntax/tree.ts';
import { capped } from '../text/cap.ts';
import { type Checked, type Diagnostic, hasErrors } from '../text/diagnostic.ts';
import { checkUse, linkCall, reportUsesItself } from './call.ts';
import type { Context, FileNames } from './context.ts';
import { checkCycles } from './cycle.ts';
import { linkDefaults } from './defaults.ts';
import { checkDimensions } from './dimensions.ts';
import { linkEnvironments } from './environments.ts';
import { declarationsOf, declareNames, fileScope, type Globals, linkGlobals } from './globals.ts';
import { infer } from './infer.ts';
import { type Instantiated, instantiate } from './instantiate.ts';
import { linkNotifications } from './notify.ts';
import { linkWorkflowOutput } from './outputs.ts';
import { linkPolicy } from './policy.ts';
import { checkPractice } from './practice.ts';
import { createReport, type Report } from './report.ts';
import { linkStep } from './step.ts';
import { declareStep, type StepEntry } from './step-names.ts';
import type { Type } from './type.ts';
import { sameType, unknownType } from './type-relation.ts';

/** A file that another one uses. */
export interface UsedModule {
  readonly module: Module;
  /** It could be parsed without errors, which have been told. */
  readonly sound: boolean;
  /** Where its relative paths start, from the directory of the file that uses it; empty: the same. */
  readonly directory: string;
}

/** The file that a `use` of `from` names; undefined if it cannot be had, which has been told. */
export type FindUsed = (use: UseSyntax, from: Module) => UsedModule | undefined;

/**
 * Checks a workflow and the files that it uses: names (E02), dimensions (E03), types (E04), the graph (E05),
 * scripts (E06) and practice (W08). Every error is said once, where it is made: nothing follows from broken
 * declarations or from an error. In the Program the steps inside of calls stand with the others. Without
 * `find` the files of `use` are not read: for who asks about this text alone, and never plans it.
 */
export function link(module: Module, find?: FindUsed): Checked<Program> {
  const session: Session = { find, linked: new Map(), open: [], diagnostics: [] };
  const { program, report } = linkModule(module, session, false);
  return { value: program, diagnostics: [...capped(report.diagnostics), ...session.diagnostics] };
}

interface Session {
  readonly find: FindUsed | undefined;
  readonly linked: Map<Module, Linked>;
  /** The files on the way from the first one to this one. */
  readonly open: Module[];
  /** Of the files that are used. */
  readonly diagnostics: Diagnostic[];
}

interface Linked {
  readonly program: Program;
  readonly report: Report;
}

function linkModule(module: Module, session: Session, isLibrary: boolean): Linked {
  const report = createReport();
  const file = declareNames(module, report);
  const types = new Map<SourceSyntax, Type>();
  const context = rootContext(file, report, types);
  session.open.push(module);
  for (const use of declarationsOf(module, 'use')) linkUse(use, module, context, session);
  session.open.pop();
  const globals = linkGlobals(module, context);
  const environments = linkEnvironments(module, context);
  const policy = linkPolicy(module, context);
  const notifications = linkNotifications(module, context);
  const entries = declareSteps(module, context);
  checkDimensions([...entries.values()], report);
  const defaults = linkDefaults(module, context);
  const own: Step[] = [];
  const called: Instantiated[] = [];
  const steps: Step[] = [];
  for (const entry of entries.values()) {
    if (entry.syntax.kind === 'call') {
      const call = linkCall(entry.syntax, entry, { ...context, absentNames: new Set() });
      if (call === undefined) continue;
      const inside = instantiate(call, context);
      called.push(inside);
      steps.push(...inside.steps);
      continue;
    }
    const step = linkStep(entry.syntax, entry, defaults, { ...context, absentNames: new Set() });
    if (step !== undefined) own.push(step);
    if (step !== undefined) steps.push(step);
  }
  const outputs = declarationsOf(module, 'output').map((o) =>
    linkWorkflowOutput(o, context, isLibrary),
  );
  checkCycles(steps, entries, report);
  checkPractice(own, module, context);
  const program: Program = {
    source: module.source,
    ...headerOf(module, report),
    types: new Map([file.types, ...called.map((c) => c.types)].flatMap((t) => [...t])),
    records: file.records,
    ...withCalled(globals, called, context),
    environments: new Map(
      [environments, ...called.map((c) => c.environments)].flatMap((e) => [...e]),
    ),
    policy,
    notifications,
    steps,
    outputs,
    typeOf: (node) => types.get(node) ?? unknownType,
  };
  return { program, report };
}

/** Links the file that a `use` names, once; E0502 if that file is being linked already. */
function linkUse(use: UseSyntax, from: Module, context: Context, session: Session): void {
  if (session.find === undefined) {
    checkUse(use, from, context.report);
    return;
  }
  const used = session.find(use, from);
  if (used === undefined) return;
  const { module, directory } = used;
  const at = session.open.indexOf(module);
  if (at >= 0) {
    const chain = [...session.open.slice(at), module].map((m) => m.source.name);
    reportUsesItself(use, chain, context.report);
    return;
  }
  const known = session.linked.get(module);
  const linked = known ?? linkModule(module, session, true);
  if (known === undefined) {
    session.linked.set(module, linked);
    session.diagnostics.push(...capped(linked.report.diagnostics));
  }
  const { program, report } = linked;
  const nested = session.diagnostics.some((d) => d.severity === 'error');
  const sound = used.sound && !nested && !hasErrors(report.diagnostics);
  const name = use.name.text;
  context.file.libraries.set(name, { program, name: module.source.name, sound, directory });
}

/** Params and lets of calls beside those of the file; locations and secrets once by name. */
function withCalled(globals: Globals, called: readonly Instantiated[], context: Context): Globals {
  const locations = new Map(globals.locations.map((l) => [l.name, l]));
  for (const location of called.flatMap((c) => c.locations)) {
    const first = locations.get(location.name);
    if (first === undefined) locations.set(location.name, location);
    const other = context.file.values.get(location.name);
    const differs = first !== undefined && !sameType(first.type, location.type);
    if (!differs && (other === undefined || other.kind === 'location')) continue;
    const there = other?.span ?? first?.span;
    context.report.error(
      'E0206',
      location.span,
      `location \`${location.name}\` is another thing there`,
      {
        labels: there && [{ span: there, text: 'of the same name' }],
        hint: 'a site fills locations by name, in all files of a workflow: rename one',
      },
    );
  }
  const secrets = new Set([...globals.secrets, ...called.flatMap((c) => c.secrets)]);
  return {
    params: [...globals.params, ...called.flatMap((c) => c.params)],
    lets: [...globals.lets, ...called.flatMap((c) => c.lets)],
    locations: [...locations.values()],
    secrets: [...secrets],
  };
}

function rootContext(file: FileNames, report: Report, types: Map<SourceSyntax, Type>): Context {
  return {
    file,
    report,
    scope: fileScope(file),
    types,
    present: new Set(),
    allowsAbsent: false,
    read: undefined,
    namesKnown: true,
    place: 'a value of the file',
    absentNames: new Set(),
    infer,
  };
}

function declareSteps(module: Module, context: Context): ReadonlyMap<string, StepEntry> {
  const entries = new Map<string, StepEntry>();
  for (const declaration of module.declarations) {
    if (declaration.kind !== 'step' && declaration.kind !== 'call') continue;
    const name = declaration.name.text;
    if (entries.has(name)) continue;
    const entry = declareStep(declaration, context);
    entries.set(name, entry);
    context.file.steps.set(name, entry);
  }
  return entries;
}

function headerOf(
  module: Module,
  report: Report,
): Pick<Program, 'name' | 'version' | 'language' | 'doc'> {
  const { header } = module;
  const language = header?.language ?? 1;
  if (header !== undefined && language !== 1) {
    report.error('E0212', header.span, `edition ${language} of the language is not known here`, {
      hint: 'this Braid knows `language 1`; a newer one may know more',
    });
  }
  const version = header?.version?.parts.map((p) => (p.kind === 'text' ? p.text : '')).join('');
  return { name: header?.name.text ?? '', version, language, doc: '' };
}
