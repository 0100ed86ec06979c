import type { Retry, RetryClause } from '../program.ts';
import type { FieldEntry, Name, RetryClauseSyntax, StepItem } from '../syntax/tree.ts';
import { meaning, replaceBy } from '../text/fix.ts';
import type { Binding, Context } from './context.ts';
import { withNames } from './globals.ts';
import { expectType } from './mismatch.ts';
import type { Details, Report } from './report.ts';
import type { SimpleKind } from './type.ts';
import { assignable, aType, simple } from './type-relation.ts';

type Fields = Readonly<Record<string, SimpleKind>>;

/** What a step may ask for. */
export const resourceKinds: Fields = {
  cpus: 'int',
  memory: 'size',
  time: 'duration',
  disk: 'size',
  gpus: 'int',
};

/** What a clause of `retry` may set: resources of the next attempt, and how it is tried. */
const retryFields: Fields = { ...resourceKinds, wait: 'duration', attempts: 'int' };

const causes = [
  'oom',
  'timeout',
  'exit',
  'signal',
  'lost',
  'preempted',
  'missing',
  'invalid',
  'infrastructure',
  'any',
];

/** Words of Slurm and PanDA, and plain slips, for what is a cause here. */
const otherWordsForCauses: ReadonlyMap<string, string> = new Map(
  Object.entries({
    out_of_memory: 'oom',
    memory: 'oom',
    time: 'timeout',
    walltime: 'timeout',
    node_fail: 'lost',
    code: 'exit',
    fail: 'any',
    failed: 'any',
    failure: 'any',
    error: 'any',
  }),
);

/** `resources { ... }`: E0404 for names, E0401 for types. */
export function checkResources(fields: readonly FieldEntry[], context: Context): void {
  checkFields(fields, resourceKinds, 'resource', context);
}

function checkFields(
  fields: readonly FieldEntry[],
  known: Fields,
  noun: string,
  context: Context,
): void {
  const seen = new Set<string>();
  for (const { name, value } of fields) {
    if (seen.has(name.text)) {
      context.report.error('E0206', name.span, `\`${name.text}\` is given twice`);
    }
    seen.add(name.text);
    const kind = Object.hasOwn(known, name.text) ? known[name.text] : undefined;
    if (kind !== undefined) {
      expectType(value, simple(kind), context, `\`${name.text}\``);
      continue;
    }
    context.infer(value, context);
    context.report.error('E0404', name.span, `there is no ${noun} \`${name.text}\``, {
      label: `known are ${Object.keys(known).join(', ')}`,
      ...resourceMeant(name, Object.keys(known), context.report),
    });
  }
}

/** Words of Slurm, Nextflow and others for what a step may ask for. */
const otherWordsForResources: ReadonlyMap<string, string> = new Map(
  Object.entries({
    mem: 'memory',
    ram: 'memory',
    walltime: 'time',
    duration: 'time',
    cores: 'cpus',
    threads: 'cpus',
    storage: 'disk',
    scratch: 'disk',
  }),
);

function resourceMeant({ text, span }: Name, known: readonly string[], report: Report): Details {
  const word = otherWordsForResources.get(text.toLowerCase());
  return word === undefined ? report.suggest(span, text, known) : meaning(span, word);
}

/**
 * `retry n { on cause { ... } }`. In the fields the names of resources stand for those of the attempt
 * that failed, and `attempt` for its number (from 1).
 */
export function linkRetry(item: Extract<StepItem, { kind: 'retry' }>, context: Context): Retry {
  expectType(item.attempts, simple('int'), context, 'the number of further attempts');
  const names = Object.entries({ ...resourceKinds, attempt: 'int' as const }).map(
    ([name, kind]): Binding => ({
      name,
      kind: 'resource',
      type: simple(kind),
      phase: 'run',
      span: item.span,
    }),
  );
  const inClause = { ...withNames(context, names), place: '`retry`' };
  return {
    attempts: item.attempts,
    clauses: item.clauses?.map((clause) => linkClause(clause, inClause)),
  };
}

function linkClause(clause: RetryClauseSyntax, context: Context): RetryClause {
  for (const { name, codes, span } of clause.causes) {
    if (!causes.includes(name.text)) {
      const word = otherWordsForCauses.get(name.text.toLowerCase());
      context.report.error('E0404', name.span, `there is no cause \`${name.text}\``, {
        label: `causes are ${causes.join(', ')}`,
        ...(word === undefined
          ? context.report.suggest(name.span, name.text, causes)
          : meaning(name.span, word)),
      });
    } else if (codes.length > 0 && name.text !== 'exit' && name.text !== 'signal') {
      context.report.error('E0404', span, `\`${name.text}\` has no numbers`, {
        hint: `\`on ${name.text}\`, or \`on exit(${codes.join(', ')})\``,
        fixes: [replaceBy(span, name.text), replaceBy(span, `exit(${codes.join(', ')})`)],
      });
    }
  }
  checkFields(clause.fields, retryFields, 'field of a retry', context);
  return {
    causes: clause.causes.map(({ name, codes }) => ({ name: name.text, codes })),
    fields: new Map(clause.fields.map((f) => [f.name.text, f.value])),
  };
}

/** `tolerate 2%` or `tolerate 5`. */
export function checkTolerate(
  item: Extract<StepItem, { kind: 'tolerate' }>,
  context: Context,
): void {
  const type = context.infer(item.budget, context);
  if (assignable(type, simple('percent')) || assignable(type, simple('int'))) return;
  context.report.error(
    'E0401',
    item.budget.span,
    `\`tolerate\` takes a share or a count, not ${aType(type)}`,
    {
      label: `this is ${aType(type)}`,
      hint: '`tolerate 2%` or `tolerate 5`',
    },
  );
}
