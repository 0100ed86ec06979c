import { type Binder, eachOf, type Ranges, type RunEvent } from '../../engine/index.ts';
import { failureSummary, plainText } from './failure.ts';

/** Instances of a range that are named; the rest is counted. */
const NAMED = 3;

/** An event as one line for people, whatever words are in it. */
export function eventText(event: RunEvent, binder: Pick<Binder, 'name'>): string {
  return plainText([event.kind, ...details(event, binder)].join('  ').replace(/\s*\n\s*/g, ' '));
}

function details(event: RunEvent, binder: Pick<Binder, 'name'>): string[] {
  switch (event.kind) {
    case 'run.created':
      return [event.workflow, `policy ${event.policy}`, `site ${event.site}`];
    case 'run.started':
      return [`epoch ${event.epoch}`, `${event.host}, pid ${event.pid}`];
    case 'run.draining':
    case 'run.cancelled':
      return [];
    case 'run.ended':
      return [event.state];
    case 'instance.reused':
    case 'instance.skipped':
      return [binder.name(event.instance)];
    case 'instance.blocked':
      return [binder.name(event.instance), event.reason];
    case 'instance.failed':
      return [binder.name(event.instance), failureSummary(event.cause, event.text)];
    case 'instance.held':
    case 'instance.released':
    case 'instance.retried':
    case 'instance.prioritised':
      return [names(event.instances, binder)];
    case 'instance.cancelled':
      return [names(event.instances, binder), event.because];
    case 'submission.intended': {
      const attempts = event.attempts.map((a) => `${binder.name(a.instance)} #${a.number}`);
      return [event.key, event.site, attempts.join(', ')];
    }
    case 'submission.accepted':
      return [event.key, event.externalId];
    case 'submission.repeated':
      return [event.key];
    case 'submission.refused':
    case 'submission.returned':
    case 'submission.unknown':
      return [event.key, event.text];
    case 'attempt.running':
      return [`${binder.name(event.instance)} #${event.number}`, event.host ?? ''];
    case 'attempt.suspected':
      return [`${binder.name(event.instance)} #${event.number}`, event.text];
    case 'attempt.ended': {
      const { outcome, usage } = event;
      const how =
        outcome.kind === 'failed' ? failureSummary(outcome.cause, outcome.text) : outcome.kind;
      const took = usage.wallMs === undefined ? [] : [`${(usage.wallMs / 1000).toFixed(2)} s`];
      const again = event.again ? ['tried again'] : [];
      return [`${binder.name(event.instance)} #${event.number}`, how, ...took, ...again];
    }
    case 'environment.preparing':
    case 'environment.prepared':
      return [event.site, event.name];
    case 'environment.failed':
      return [event.site, event.name, event.text];
    case 'intervention.received':
      return [event.verb, event.selector, event.by];
    case 'intervention.answered':
      return [event.accepted ? 'done' : 'refused', event.text];
  }
}

function names(ranges: Ranges, binder: Pick<Binder, 'name'>): string {
  const shown: string[] = [];
  let count = 0;
  for (const instance of eachOf(ranges)) {
    if (count < NAMED) shown.push(binder.name(instance));
    count += 1;
  }
  return count > NAMED ? `${shown.join(', ')} and ${count - NAMED} more` : shown.join(', ');
}
