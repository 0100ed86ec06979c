import { type Expression, inOneLine, type Step } from '../../dsl/index.ts';
import { expressionText } from '../bind/template.ts';

/** Something of a step that has changed and reruns nothing; null where it is not there. */
export interface SettingChange {
  /** `memory`, `retry`, `when`, ... */
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What of the care for a step has changed: resources and how failures, order and places are handled. */
export function changedSettings(before: Step, after: Step): readonly SettingChange[] {
  const old = settingsOf(before);
  const now = settingsOf(after);
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) => {
    const [was, is] = [old.get(name), now.get(name)];
    return was?.meaning === is?.meaning
      ? []
      : [{ name, before: was?.text ?? null, after: is?.text ?? null }];
  });
}

// --- Internal helpers ---

interface Setting {
  readonly meaning: string;
  readonly text: string;
}

function settingsOf(step: Step): ReadonlyMap<string, Setting> {
  const settings = new Map<string, Setting>();
  const add = (name: string, expression: Expression | undefined, more = '') => {
    if (!expression) return;
    const meaning = expressionText(expression) + more;
    settings.set(name, { meaning, text: inOneLine(expression.span) + more });
  };
  for (const [name, expression] of step.resources) add(name, expression);
  add('tolerate', step.tolerate);
  add('priority', step.priority);
  add('limit', step.limit?.count, listed(' per ', step.limit?.per));
  add('bundle', step.bundle?.count, listed(' by ', step.bundle?.by));
  add('when', step.when?.phase === 'run' ? step.when.expression : undefined);
  add('retry', step.retry?.attempts, clausesText(step));
  if (step.pin !== undefined) settings.set('pin', { meaning: step.pin, text: step.pin });
  if (step.after.length > 0) {
    const text = step.after
      .map(({ target, quantifier, statuses }) => [quantifier, target, statuses.join(' | ')])
      .map((words) => words.filter((word) => word !== '').join(' '))
      .join(', ');
    settings.set('after', { meaning: text, text });
  }
  return settings;
}

/** " { on oom | exit(75) { memory = ... } }" */
function clausesText({ retry }: Step): string {
  const clauses = retry?.clauses?.map(({ causes, fields }) => {
    const names = causes.map(({ name, codes }) => `${name}${codes.length > 0 ? `(${codes})` : ''}`);
    const values = [...fields].map(([name, { span }]) => `${name} = ${inOneLine(span)}`);
    return `on ${names.join(' | ')}${values.length > 0 ? ` { ${values.join(', ')} }` : ''}`;
  });
  return clauses ? ` { ${clauses.join('; ')} }` : '';
}

function listed(word: string, names: readonly string[] | undefined): string {
  return names && names.length > 0 ? `${word}${names.join(', ')}` : '';
}
