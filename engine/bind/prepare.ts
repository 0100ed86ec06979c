import { isAbsolute, join, normalize } from 'node:path';
import {
  type CompiledScript,
  type Diagnostic,
  filesOfScript,
  holesOf,
  type Output,
  type Program,
  renderScript,
  type Span,
} from '../../dsl/index.ts';
import type { AttemptFile } from '../attempt.ts';
import { keysText, nameAt } from '../plan/instance.ts';
import { attemptId } from '../ports.ts';
import type { AttemptRequest, PreparedAttempt, Standings } from './binding.ts';
import type { InputReader } from './inputs.ts';
import type { InstanceScope } from './instance-scope.ts';
import { isSecret, unpasted } from './meaning.ts';
import { isFileOutput } from './reading.ts';
import { compute, Invalid, Unsettled } from './unsettled.ts';
import { isFile, wordOf } from './word.ts';

/** What preparing an attempt of one step takes. */
export interface StepPreparing {
  /** Sees files where they are. */
  readonly scope: InstanceScope;
  readonly readInput: InputReader;
  readonly program: Program;
  /** The step's `script`, or its `undo`. */
  readonly script: CompiledScript;
  /** Text of a `script file`. */
  readonly scriptText: string | undefined;
  /** Where it lies, absolute. */
  readonly scriptDirectory: string | undefined;
}

/**
 * Renders an attempt: its script with values, `attempt.json`, and the lists that the script reads as
 * files. Files of single inputs are linked into `work/in/<input>/`, gathered ones are used in place;
 * all paths are absolute, so that they hold after a `cd`. Throws `Invalid`.
 */
export function prepareAttempt(
  step: StepPreparing,
  ordinal: number,
  request: AttemptRequest,
  standings: Standings,
): PreparedAttempt {
  const { scope } = step;
  const { planned } = scope.frame;
  const work = join(request.directory, 'work');
  scope.enter(ordinal);
  const links = linkInputs(step, standings, work);
  scope.forgetLets();
  const outputs = request.undo ? [] : planned.step.outputs.filter(isFileOutput);
  scope.outputValue = (index) => {
    const output = planned.step.outputs[index] as Output;
    return { kind: 'file', path: join(request.undo?.work ?? work, outputPathOf(output, scope)) };
  };
  const { script } = step;
  const values = holesOf(script).map((hole) => compute(unpasted(hole.expression), scope));
  const lists = filesOfScript(script, values);
  const listName = (hole: number) => `list-${hole + 1}`;
  const rendered = renderScript(script, values, {
    listFile: (hole) => join(request.directory, listName(hole)),
    scriptFile: '../script',
  });
  const text = script.form === 'file' ? step.scriptText : rendered.text;
  const file: AttemptFile = {
    format: 1,
    run: request.run,
    attempt: attemptId(request.instance, request.number),
    submission: request.submission,
    epoch: request.epoch,
    step: planned.step.name,
    instance: nameAt(planned, ordinal),
    ...(request.undo ? { undo: true as const } : {}),
    command: script.form === 'inline' ? [...rendered.command, '../script'] : rendered.command,
    preludeLines: rendered.preludeLines,
    environment: {
      ...engineVariables(step, ordinal, request, work),
      ...withNeighbours(step, stepVariables(step)),
    },
    ...secretVariables(step),
    setup: request.setup,
    resources: request.resources,
    links,
    outputs: outputs.map((output) => ({
      name: output.name,
      path: outputPathOf(output, scope),
      kind: plain(output.type).kind === 'dir' ? 'dir' : 'file',
      optional: output.type.kind === 'optional',
    })),
  };
  return {
    file,
    script: script.form === 'exec' ? undefined : text,
    preludeLines: rendered.preludeLines,
    lists: lists.map(({ hole, text: content }) => ({ path: listName(hole), text: content })),
  };
}

/**
 * The path of a file output, relative to the scratch directory. Throws `Invalid` (E0711) for one that
 * leads out of it.
 */
export function outputPathOf(output: Output, scope: InstanceScope): string {
  if (output.from === undefined) return output.name;
  const path = wordOf(compute(output.from, scope));
  const clean = normalize(path);
  if (
    path !== '' &&
    !isAbsolute(path) &&
    clean !== '.' &&
    clean !== '..' &&
    !clean.startsWith('../')
  ) {
    return clean;
  }
  throw new Invalid(outsideDiagnostic(path, output.from.span));
}

// --- Internal helpers ---

function outsideDiagnostic(path: string, span: Span): Diagnostic {
  return {
    code: 'E0711',
    severity: 'error',
    message: `\`${path}\` is no path inside the scratch directory`,
    span,
    hint: 'an output is made where the step runs: give a relative path',
  };
}

/** Reads the inputs; those that are one file of another instance are seen through a link in `work/`. */
function linkInputs(step: StepPreparing, standings: Standings, work: string): AttemptFile['links'] {
  const { scope, readInput } = step;
  const links: { path: string; target: string }[] = [];
  scope.frame.planned.step.inputs.forEach((input, index) => {
    const value = readInput(input, scope, standings);
    scope.inputs[index] = value;
    const isLinked = input.reads.length > 0 && plain(input.type).kind !== 'marker';
    if (!isLinked || value instanceof Unsettled || !isFile(value)) return;
    const path = join('in', input.name, value.path.slice(value.path.lastIndexOf('/') + 1));
    links.push({ path, target: value.path });
    scope.inputs[index] = { kind: 'file', path: join(work, path) };
  });
  return links;
}

function plain(type: Output['type']): Output['type'] {
  return type.kind === 'optional' ? type.of : type;
}

function engineVariables(
  step: StepPreparing,
  ordinal: number,
  request: AttemptRequest,
  work: string,
): Record<string, string> {
  const { planned } = step.scope.frame;
  const { cpus, memoryBytes } = request.resources;
  return {
    BRAID_RUN: request.run,
    BRAID_STEP: planned.step.name,
    BRAID_KEY: keysText(planned, ordinal),
    BRAID_ATTEMPT: String(request.number),
    BRAID_CPUS: String(cpus),
    ...(memoryBytes === undefined
      ? {}
      : { BRAID_MEMORY_MB: String(Math.floor(memoryBytes / 1e6)) }),
    BRAID_SCRATCH: work,
    BRAID_FAILED_LINE: join(request.directory, 'failed-line'),
  };
}

/**
 * A `script file` runs from a copy, so that editing it does not touch a run; what lies beside the original
 * is found by BRAID_SCRIPT_DIR, and by python's imports.
 */
function withNeighbours(
  step: StepPreparing,
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { scriptDirectory: directory, script } = step;
  if (directory === undefined || script.form !== 'file') return variables;
  const found = { BRAID_SCRIPT_DIR: directory, ...variables };
  if (!script.language.startsWith('python')) return found;
  const { PYTHONPATH: own } = variables;
  return { ...found, PYTHONPATH: own === undefined ? directory : `${directory}:${own}` };
}

/** `vars` that are no secrets: those never touch a disk. */
function stepVariables(step: StepPreparing): Record<string, string> {
  const secrets = new Set(step.program.secrets);
  const variables: Record<string, string> = {};
  for (const [name, expression] of step.scope.frame.planned.step.vars) {
    if (!isSecret(expression, secrets)) variables[name] = wordOf(compute(expression, step.scope));
  }
  return variables;
}

/** Variables that stand for secrets: by name, the runner knows the values. */
function secretVariables(step: StepPreparing): Pick<AttemptFile, 'secrets'> {
  const known = new Set(step.program.secrets);
  const named = [...step.scope.frame.planned.step.vars].flatMap(([variable, expression]) =>
    expression.kind === 'name' && known.has(expression.name.text)
      ? [[variable, expression.name.text]]
      : [],
  );
  return named.length === 0 ? {} : { secrets: Object.fromEntries(named) };
}
