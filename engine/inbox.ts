import type { Files } from './ports.ts';
import type { Arrival, Intervention } from './run/intervene.ts';
import type { RunState } from './run/state.ts';

/**
 * How other processes intervene in a run: a file `<id>.json` renamed into `<run>/inbox/`, answered by
 * `<id>.answer.json` beside it. Only the engine makes events of them; an answer follows its event, so
 * that one that was lost in a crash is written again.
 */
export interface InboxFile extends Intervention {
  readonly format: 1;
}

export interface AnswerFile {
  readonly format: 1;
  readonly accepted: boolean;
  readonly text: string;
  /** Instances it touched. */
  readonly count: number;
}

const namePattern = /^([A-Za-z0-9][A-Za-z0-9_-]{0,63})\.json$/;
const answerSuffix = '.answer.json';

/** The file of an intervention, to be written elsewhere and renamed to this path. */
export function inboxPath(directory: string, id: string): string {
  return `${directory}/inbox/${id}.json`;
}

export function answerPath(directory: string, id: string): string {
  return `${directory}/inbox/${id}${answerSuffix}`;
}

/** What has come and has no answer yet, by name. */
export async function readArrivals(files: Files, directory: string): Promise<readonly Arrival[]> {
  const names = await files.list(`${directory}/inbox`);
  const answered = new Set(
    names.filter((n) => n.endsWith(answerSuffix)).map((n) => n.slice(0, -answerSuffix.length)),
  );
  const arrivals: Arrival[] = [];
  for (const name of names) {
    const id = namePattern.exec(name)?.[1];
    if (id === undefined || answered.has(id)) continue;
    const bytes = await files.read(inboxPath(directory, id));
    arrivals.push({ id, content: parseIntervention(new TextDecoder().decode(bytes)) });
  }
  return arrivals;
}

/** Writes the answers that the state has for these interventions. */
export async function answerArrivals(
  files: Files,
  directory: string,
  state: RunState,
  ids: readonly string[],
): Promise<void> {
  const answers = ids.flatMap((id) => {
    const answer = state.interventions.get(id)?.answer;
    if (!answer) return [];
    const file: AnswerFile = { format: 1, ...answer };
    return [{ path: answerPath(directory, id), text: `${JSON.stringify(file)}\n` }];
  });
  if (answers.length > 0) await files.write(answers);
}

const verbs: readonly string[] = ['cancel', 'hold', 'release', 'retry', 'rollback', 'priority'];
const amounts = ['cpus', 'memoryBytes', 'timeMs', 'diskBytes', 'gpus'] as const;

/** An intervention as a file says it; everything of it is checked, since any process may write there. */
export function parseIntervention(text: string): Arrival['content'] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { invalid: 'it is no JSON' };
  }
  if (typeof value !== 'object' || value === null) return { invalid: 'it is no JSON object' };
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields.format !== 1) return { invalid: 'its `format` is not 1' };
  if (typeof fields.verb !== 'string' || !verbs.includes(fields.verb)) {
    return { invalid: `its \`verb\` is none of ${verbs.join(', ')}` };
  }
  if (fields.verb === 'priority' && !isAmount(fields.value)) {
    return { invalid: '`priority` wants a number as its `value`' };
  }
  const overrides = parseOverrides(fields.with);
  if (overrides === 'invalid') return { invalid: '`with` holds numbers of resources' };
  return {
    verb: fields.verb as Intervention['verb'],
    selector: typeof fields.selector === 'string' ? fields.selector : '',
    by: typeof fields.by === 'string' ? fields.by : '',
    ...(isAmount(fields.value) ? { value: fields.value } : {}),
    ...(overrides ? { with: overrides } : {}),
  };
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function parseOverrides(value: unknown): Intervention['with'] | 'invalid' {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) return 'invalid';
  const fields = Object.entries(value);
  const known = fields.every(
    ([name, amount]) =>
      isAmount(amount) && (name === 'priority' || (amounts.some((a) => a === name) && amount >= 0)),
  );
  return known ? Object.fromEntries(fields) : 'invalid';
}
