import type { Program, Step } from '../program.ts';
import type { Module, SourceSyntax } from '../syntax/tree.ts';
import type { Checked } from '../text/diagnostic.ts';
import { checkUse, linkCall } from './call.ts';
import type { Context, FileNames } from './context.ts';
import { checkCycles } from './cycle.ts';
import { linkDefaults } from './defaults.ts';
import { checkDimensions } from './dimensions.ts';
import { linkEnvironments } from './environments.ts';
import { declarationsOf, declareNames, fileScope, linkGlobals } from './globals.ts';
import { infer } from './infer.ts';
import { linkNotifications } from './notify.ts';
import { linkWorkflowOutput } from './outputs.ts';
import { linkPolicy } from './policy.ts';
import { checkPractice } from './practice.ts';
import { createReport, type Report } from './report.ts';
import { linkStep } from './step.ts';
import { declareStep, type StepEntry } from './step-names.ts';
import type { Type } from './type.ts';
import { unknownType } from './type-relation.ts';
import { reportUnchecked } from './unchecked.ts';

/**
 * Checks a workflow without reading any other file: names (E02), dimensions (E03), types (E04), the graph
 * (E05), scripts (E06) and practice (W08). What it cannot check yet is W0100 and in `unchecked`. Every
 * error is said once, where it is made: nothing follows from broken declarations or from an error.
 */
export function link(module: Module): Checked<Program> {
  const report = createReport();
  const file = declareNames(module, report);
  const types = new Map<SourceSyntax, Type>();
  const context = rootContext(file, report, types);
  const globals = linkGlobals(module, context);
  const environments = linkEnvironments(module, context);
  const policy = linkPolicy(module, context);
  const notifications = linkNotifications(module, context);
  const entries = declareSteps(module, context);
  checkDimensions([...entries.values()], report);
  const defaults = linkDefaults(module, context);
  const steps: Step[] = [];
  for (const entry of entries.values()) {
    if (entry.syntax.kind === 'call') {
      linkCall(entry.syntax, entry, context);
      continue;
    }
    const step = linkStep(entry.syntax, entry, defaults, { ...context, absentNames: new Set() });
    if (step !== undefined) steps.push(step);
  }
  for (const use of declarationsOf(module, 'use')) checkUse(use, module, report);
  const outputs = declarationsOf(module, 'output').map((o) => linkWorkflowOutput(o, context));
  checkCycles(steps, entries, report);
  checkPractice(steps, module, context);
  const unchecked = reportUnchecked(module, report);
  const program: Program = {
    source: module.source,
    ...headerOf(module, report),
    types: file.types,
    records: file.records,
    ...globals,
    environments,
    policy,
    notifications,
    steps,
    outputs,
    typeOf: (node) => types.get(node) ?? unknownType,
    unchecked,
  };
  return { value: program, diagnostics: report.diagnostics };
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
