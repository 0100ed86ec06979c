import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AnswerFile,
  answerPath,
  applyOffline,
  type Intervention,
  inboxPath,
  openJournal,
  type RunState,
  retryTargets,
  rollbackTargets,
  selectorOver,
  systemClock,
  thisHolder,
  undoOrder,
} from '../../engine/index.ts';
import { chosenInstances } from '../compose/instance.ts';
import { parseOverrides } from '../compose/overrides.ts';
import { isLive } from '../compose/run-files.ts';
import { openRun, type RunView } from '../compose/run-view.ts';
import { findSecrets } from '../compose/secrets.ts';
import { confirm } from '../confirm.ts';
import type { Context, ExitCode } from '../context.ts';
import { showDiagnostics } from '../report.ts';

/** A live engine answers within a tick; longer means that it is stuck. */
const ANSWER_MS = 15_000;
const ASK_MS = 30;

interface Options {
  readonly dir?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly with?: string;
  readonly jobs?: number;
}

type Verb = 'retry' | 'rollback' | 'cancel' | 'hold' | 'release';

/**
 * `retry`, `rollback`, `cancel`, `hold`, `release`: shows what it will touch, asks, and leaves the intervention in the
 * run's inbox for its engine. Without a live engine this process takes the run, applies it, and leaves;
 * after a `retry` or a `rollback` it goes on with the run.
 */
export async function intervene(
  context: Context,
  verb: Verb,
  run: string,
  selector: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const view = await openRun(context, options, run);
  const state = await view.fold();
  const count = showTargets(context, view, state, verb, selector, options);
  if (!options.yes && !(await confirm(context, verb, questionOf(verb, count)))) {
    view.close();
    context.stderr.write('nothing was done\n');
    return 1;
  }
  const intervention: Intervention = {
    verb,
    selector: selector ?? '',
    by: process.env.USER ?? '',
    ...(options.with === undefined ? {} : { with: parseOverrides(options.with) }),
  };
  const live = isLive(view.reader);
  const goesOn = !live && (verb === 'retry' || verb === 'rollback');
  const problems = goesOn ? findSecrets(view.plan.program).diagnostics : [];
  if (problems.length > 0) {
    view.close();
    showDiagnostics(context, problems);
    return 1;
  }
  const answer = live
    ? await askEngine(context, view, intervention)
    : await applyHere(context, view, intervention);
  view.close();
  if (!answer) return 1;
  // On one line: the events of a run that it goes on with follow it, a line each.
  const document = { run: view.paths.run, ...answer, format: 1 };
  if (options.json) context.stdout.write(`${JSON.stringify(document)}\n`);
  else context.stderr.write(`${answer.text}\n`);
  if (!answer.accepted) return 1;
  if (goesOn) {
    const { resume } = await import('./resume.ts');
    return resume(context, view.paths.run, { ...options, yes: true });
  }
  return 0;
}

/** Says what the intervention names; wrong selectors end here. Gives how many. */
function showTargets(
  context: Context,
  view: RunView,
  state: RunState,
  verb: Verb,
  selector: string | undefined,
  options: Options,
): number {
  if (selector === undefined) {
    if (!options.json) context.stderr.write(`${verb} all of run ${view.paths.run}\n`);
    return state.wiring.size;
  }
  const chosen = chosenInstances(view.plan, state, selector);
  const retry = verb === 'retry' ? retryTargets(state, chosen) : undefined;
  // A selector may name succeeded ones besides: those are left as they are.
  const instances = retry && retry.tried.length > 0 ? retry.tried : chosen;
  const names = instances.slice(0, 5).map((instance) => view.binder.name(instance));
  const more = instances.length > 5 ? `, and ${instances.length - 5} more` : '';
  const say = (line: string) => {
    if (!options.json) context.stderr.write(`${line}\n`);
  };
  say(`${verb} ${names.join(', ')}${more}`);
  if (verb === 'rollback') return showRollback(view, state, instances, say);
  return retry ? retry.instances.size : instances.length;
}

/** Undo scripts that are named one by one before the rest is counted. */
const NAMED_UNDOS = 10;

/** What a roll-back takes with it: all that comes after, and what is undone, in the order in which it is. */
function showRollback(
  view: RunView,
  state: RunState,
  chosen: readonly number[],
  say: (line: string) => void,
): number {
  const { instances, undo } = rollbackTargets(state, chosen);
  const asked = chosen.filter((instance) => instances.has(instance)).length;
  const behind = instances.size - asked;
  if (behind > 0) say(`  with what comes after: ${behind} instance${behind === 1 ? '' : 's'}`);
  const order = undoOrder(state, instances, new Set(undo)).flat();
  for (const instance of order.slice(0, NAMED_UNDOS)) {
    say(`  undo ${view.binder.name(instance)}`);
  }
  if (order.length > NAMED_UNDOS) say(`  undo ${order.length - NAMED_UNDOS} more`);
  return instances.size;
}

function questionOf(verb: Verb, count: number): string {
  return `${verb} ${count} instance${count === 1 ? '' : 's'}?`;
}

/** Leaves it in the inbox, whole by a rename, and waits for the answer beside it. */
async function askEngine(
  context: Context,
  view: RunView,
  intervention: Intervention,
): Promise<AnswerFile | undefined> {
  const { records: directory, inbox } = view.paths;
  const id = randomUUID();
  mkdirSync(inbox, { recursive: true });
  const passing = join(directory, `${id}.passing`);
  writeFileSync(passing, JSON.stringify({ format: 1, ...intervention }));
  renameSync(passing, inboxPath(directory, id));
  const path = answerPath(directory, id);
  for (let waitedMs = 0; waitedMs < ANSWER_MS; waitedMs += ASK_MS) {
    if (existsSync(path)) {
      try {
        return JSON.parse(readFileSync(path, 'utf8'));
      } catch {
        // It is being written.
      }
    }
    await sleep(ASK_MS);
  }
  rmSync(inboxPath(directory, id), { force: true });
  context.stderr.write(
    `braid: the engine of run ${view.paths.run} has not answered for ${ANSWER_MS / 1000} s, so nothing was done\n  hint: it lives, but may be stopped, or its disk may be full\n`,
  );
  return undefined;
}

async function applyHere(
  context: Context,
  view: RunView,
  intervention: Intervention,
): Promise<AnswerFile | undefined> {
  const opened = openJournal({
    path: view.paths.journal,
    run: view.paths.run,
    holder: thisHolder(),
  });
  if (opened.kind !== 'opened') {
    showDiagnostics(context, [opened.diagnostic]);
    return undefined;
  }
  const { accepted, text, count } = await applyOffline(
    {
      journal: opened.journal,
      plan: view.plan,
      rules: view.rules,
      clock: systemClock(),
      select: selectorOver(view.plan),
    },
    { id: randomUUID(), content: intervention },
  );
  await opened.journal.close();
  return { format: 1, accepted, text, count };
}
