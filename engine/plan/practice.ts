import { type CompiledScript, type Diagnostic, type Hole, replaceBy } from '../../dsl/index.ts';
import { formatCount } from './format.ts';
import type { PlannedStep } from './plan.ts';

/** From so many files on a list may be too long for the arguments of a program. */
const LONG_LIST = 2_000;

/**
 * W0806: gathered files that become words of a command, in such numbers that the system may refuse it. Python
 * has them as a list, and a `filelist` is one file: neither is meant.
 */
export function longArguments({ step, reads }: PlannedStep): readonly Diagnostic[] {
  const holes = wordsOf(step.script);
  return step.inputs.flatMap((input): Diagnostic[] => {
    const { type, name } = input;
    const isFiles = type.kind === 'list' && ['file', 'dir'].includes(type.element.kind);
    const least = Math.max(
      0,
      ...reads
        .filter((planned) => planned.input === name && planned.read.kind === 'gather')
        .map(({ perInstance }) => perInstance.min),
    );
    if (!isFiles || least < LONG_LIST) return [];
    const hole = holes.find(({ expression: e }) => e.kind === 'name' && e.name.text === name);
    if (hole === undefined) return [];
    const { span } = hole.expression;
    return [
      {
        code: 'W0806',
        severity: 'warning',
        message: `${formatCount(least)} files may be too many for the arguments of a program`,
        span,
        label: `\`${name}\` is so many words here`,
        hint: `\`@{filelist(${name})}\` is a file that has their paths, one a line`,
        fixes: [replaceBy(span, `filelist(${name})`)],
      },
    ];
  });
}

/** Holes whose values become words of a command line. */
function wordsOf(script: CompiledScript): readonly Hole[] {
  if (script.form !== 'inline') return script.arguments;
  return script.segments.flatMap((s) => (s.kind === 'hole' && s.quoting === 'word' ? [s] : []));
}
