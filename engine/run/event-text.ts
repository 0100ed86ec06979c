import type { Binder } from '../bind/binding.ts';
import type { Outcome, Resources } from '../ports.ts';
import type { RunEvent } from './event.ts';
import { type Ranges, sizeOf } from './ranges.ts';
import { causeWord } from './state.ts';

/** One line of an event for people, its time aside: `coadd[band=g] attempt 2 failed: exit(1)`. */
export function eventText(event: RunEvent, binder: Pick<Binder, 'name'>): string {
  switch (event.kind) {
    case 'run.created':
      return `run of ${event.workflow} created (braid ${event.engineVersion})`;
    case 'run.started':
      return `engine ${event.epoch} started on ${event.host} (process ${event.pid})`;
    case 'run.draining':
      return 'no new work from here on';
    case 'run.cancelled':
      return 'run cancelled';
    case 'run.ended':
      return `run ${event.state}`;
    case 'intervention.received':
      return `${event.verb} ${event.selector || 'everything'}${event.by ? ` by ${event.by}` : ''}`;
    case 'intervention.answered':
      return `${event.accepted ? 'done' : 'refused'}: ${event.text}`;
    case 'file.registered':
      return `${binder.name(event.instance)}.${event.output} registered as ${event.type} at ${event.path}`;
    case 'notification.intended':
      return `${event.channel} is told that the run ${event.state}`;
    case 'notification.ended':
      return `notice ${event.id} ${event.delivered ? 'delivered' : 'not delivered'}${event.text === '' ? '' : `: ${event.text}`}`;
    case 'rollback.begun':
      return `roll-back of ${several(event.instances, binder)} begun, ${sizeOf(event.undo)} to be undone`;
    case 'rollback.ended':
      return `roll-back ${event.state}${event.text === undefined ? '' : `: ${event.text}`}`;
    case 'environment.preparing':
      return `environment ${event.name} is prepared for ${event.site}`;
    case 'environment.prepared':
      return `environment ${event.name} is ready on ${event.site}`;
    case 'environment.failed':
      return `environment ${event.name} failed on ${event.site}: ${event.text}`;
    case 'step.expanded':
      return expandedText(event);
    case 'growth.held':
      return `held: the run would grow to ${event.instances} instances`;
    case 'growth.paused':
      return 'fan-out held';
    case 'growth.released':
      return 'fan-out released';
    default:
      return instanceText(event, binder);
  }
}

type Rest = Extract<RunEvent, { kind: `${'instance' | 'submission' | 'attempt'}.${string}` }>;

function instanceText(event: Rest, binder: Pick<Binder, 'name'>): string {
  switch (event.kind) {
    case 'instance.reused':
      return `${binder.name(event.instance)} reused from ${event.result.directory}`;
    case 'instance.skipped':
      return `${binder.name(event.instance)} skipped`;
    case 'instance.blocked':
      return `${binder.name(event.instance)} blocked: ${event.reason}`;
    case 'instance.failed':
      return `${binder.name(event.instance)} failed: ${causeWord(event.cause)}, ${event.text}`;
    case 'instance.warned':
      return `${binder.name(event.instance)}: ${event.text}`;
    case 'instance.held':
    case 'instance.released':
      return `${several(event.instances, binder)} ${event.kind.slice('instance.'.length)}`;
    case 'instance.cancelled':
      return `${several(event.instances, binder)} cancelled: ${event.because}`;
    case 'instance.retried':
      return `${several(event.instances, binder)} to be tried again${withText(event.with)}`;
    case 'instance.prioritised':
      return `${several(event.instances, binder)} given priority ${event.priority}`;
    case 'submission.intended': {
      const names = event.attempts.map(({ instance, number, undo }) => {
        const name = undo ? `undo of ${binder.name(instance)}` : binder.name(instance);
        return number === 1 ? name : `${name} (attempt ${number})`;
      });
      return `${event.key} to ${event.site}: ${names.join(', ')}`;
    }
    case 'submission.repeated':
      return `${event.key} offered again`;
    case 'submission.accepted':
      return `${event.key} accepted as ${event.externalId}`;
    case 'submission.refused':
      return `${event.key} refused: ${event.text}`;
    case 'submission.returned':
      return `${event.key} returned: ${event.text}`;
    case 'submission.unknown':
      return `${event.key} in doubt: ${event.text}`;
    case 'attempt.running':
      return `${binder.name(event.instance)} attempt ${event.number} running${event.host ? ` on ${event.host}` : ''}`;
    case 'attempt.suspected':
      return `${binder.name(event.instance)} attempt ${event.number} suspect: ${event.text}`;
    case 'attempt.ended':
      return `${event.undo ? 'undo of ' : ''}${binder.name(event.instance)} attempt ${event.number} ${outcomeText(event.outcome)}${event.again ? ', to be tried again' : ''}`;
  }
}

function expandedText({ rows }: Extract<RunEvent, { kind: 'step.expanded' }>): string {
  const failed = rows.find((row) => row.failed !== undefined)?.failed;
  if (failed !== undefined) return `fan-out failed: ${failed}`;
  const made = rows.reduce((sum, row) => sum + row.at.length, 0);
  const names = [...new Set(rows.flatMap((row) => row.dimensions))].join(', ');
  return `fan-out over ${names || 'a condition'}: ${made} more known`;
}

/** The name of one, the number of many. */
function several(instances: Ranges, binder: Pick<Binder, 'name'>): string {
  const size = sizeOf(instances);
  const first = instances[0]?.[0];
  return size === 1 && first !== undefined ? binder.name(first) : `${size} instances`;
}

function withText(resources: Partial<Resources> | undefined): string {
  if (!resources) return '';
  const fields = Object.entries(resources).map(([name, amount]) => `${name} = ${amount}`);
  return ` with ${fields.join(', ')}`;
}

function outcomeText(outcome: Outcome): string {
  if (outcome.kind === 'succeeded' || outcome.kind === 'duplicate') return outcome.kind;
  const text = outcome.text === undefined ? '' : `, ${outcome.text}`;
  if (outcome.kind === 'cancelled') return `cancelled${text}`;
  return `failed: ${causeWord(outcome.cause)}${text}`;
}
