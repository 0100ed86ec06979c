import {
  type Diagnostic,
  freeNames,
  insertBefore,
  type Key,
  type Span,
  type StringSyntax,
  type WorkflowOutput,
} from '../dsl/index.ts';
import { instanceName } from './plan/instance.ts';
import type { Plan } from './plan/plan.ts';

/** A file on its way to where a workflow publishes. */
export interface Published {
  readonly output: WorkflowOutput;
  readonly from: string;
  readonly to: string;
  readonly instance: number;
  /** Of the dimensions that the output was gathered over. */
  readonly keys: ReadonlyMap<string, Key>;
}

/** What is wrong with places, each kind once for an output or for two: a plan may have 10^5 of a kind. */
export interface Refusals {
  readonly diagnostics: readonly Diagnostic[];
  add(diagnostic: Diagnostic): void;
  /** E0711 */
  outside(published: Published): void;
  /** E0313: `second` is at the place of `first`, below it or above it. */
  clash(first: Published, second: Published): void;
}

export function createRefusals(plan: Plan): Refusals {
  const diagnostics: Diagnostic[] = [];
  const said = new Set<string>();
  const isNew = (...about: readonly string[]): boolean => {
    const name = about.join(' ');
    if (said.has(name)) return false;
    said.add(name);
    return true;
  };
  return {
    diagnostics,
    add: (diagnostic) => diagnostics.push(diagnostic),
    outside({ output, to, instance }) {
      if (!isNew('E0711', output.name)) return;
      diagnostics.push({
        code: 'E0711',
        severity: 'error',
        message: `\`${to}\` is not below the place for results`,
        span: output.span,
        label: `of ${instanceName(plan, instance)}`,
        hint: 'a place is relative, `publish "coadds"`; a site says where the place for results is',
      });
    },
    clash(first, second) {
      if (!isNew('E0313', first.output.name, second.output.name)) return;
      diagnostics.push(clashing(plan, first, second));
    },
  };
}

function clashing(plan: Plan, first: Published, second: Published): Diagnostic {
  const { output, to } = second;
  const names = [first, second].map((p) => `\`${instanceName(plan, p.instance)}\``);
  const isOne = first.output === output;
  const message =
    first.to === to
      ? `two files would be published as \`${to}\``
      : `\`${to}\` and \`${first.to}\` cannot both be published: one would be inside of the other`;
  const both = names[0] === names[1] ? `both of ${names[0]}` : `of ${names[0]} and ${names[1]}`;
  return {
    code: 'E0313',
    severity: 'error',
    message,
    span: output.span,
    ...(isOne
      ? { label: both, ...wayOut(first, second) }
      : {
          label: `of ${names[1]}`,
          labels: [{ span: first.output.span, text: `of ${names[0]}` }],
          hint: 'give one of the outputs another `publish`',
        }),
  };
}

/** What helps two files of one output: the keys that their `publish` does not name, if there are any. */
function wayOut(first: Published, second: Published): Pick<Diagnostic, 'hint' | 'fixes'> {
  const { output, keys } = second;
  const { publish } = output;
  if (publish === undefined) return {};
  if (first.instance === second.instance) {
    return { hint: 'give the files different names in the script, or publish a directory' };
  }
  const named = freeNames(publish);
  const others = [...keys.keys()].filter((name) => !named.has(name));
  if (keys.size === 0) return { hint: 'give the files different names' };
  if (others.length === 0) {
    const own = code(`${[...keys.keys()].map((name) => `${name}=...`).join('/')}/`);
    return {
      hint: `leave the keys out of ${code('publish')}: each then has a directory of its own, ${own}`,
    };
  }
  const added = others.map((name) => `@{${name}}/`).join('');
  if (publish.kind !== 'string' || publish.block) {
    return { hint: `name all keys in \`publish\`: ${code(added)} is missing` };
  }
  const at = lastComponent(publish);
  const { source, start, end } = publish.span;
  const text = source.text.slice(start, at.start) + added + source.text.slice(at.start, end);
  return {
    hint: `name all keys: ${code(`publish ${text}`)}`,
    fixes: [insertBefore(at, added)],
  };
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Where the last component of a path begins that is written as a string: behind its last `/`. */
function lastComponent({ parts, span }: StringSyntax): Span {
  for (const part of [...parts].reverse()) {
    // Escapes are longer in the text than what they stand for, so the text itself is searched.
    if (part.kind !== 'text') continue;
    const at = span.source.text.slice(part.span.start, part.span.end).lastIndexOf('/');
    if (at >= 0) return { ...span, start: part.span.start + at + 1 };
  }
  return { ...span, start: span.start + 1 };
}
