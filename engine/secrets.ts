import type { Expression, Program, Span, Step } from '../dsl/index.ts';

/** A secret that some step's `vars` hand over, and where. */
export interface UsedSecret {
  readonly name: string;
  readonly span: Span;
}

/** The secrets that a run needs: those in the `vars` of its steps, each once. */
export function usedSecrets(program: Pick<Program, 'secrets' | 'steps'>): readonly UsedSecret[] {
  const known = new Set(program.secrets);
  const used = new Map<string, UsedSecret>();
  for (const value of program.steps.flatMap((step: Step): Expression[] => [
    ...step.vars.values(),
  ])) {
    if (value.kind !== 'name' || !known.has(value.name.text)) continue;
    const name = value.name.text;
    if (!used.has(name)) used.set(name, { name, span: value.span });
  }
  return [...used.values()];
}
