import { numbersOf } from '../../plan/instance.ts';
import type { Wave } from '../standing.ts';
import type { RunState } from '../state.ts';
import type { Link } from '../wiring.ts';
import { countRow, enterRow, newRow } from './grow.ts';
import { type Joint, makeJoint } from './joint.ts';
import { matchRead, matchShared } from './matching.ts';
import { finishRow, joinMember, joinReader } from './meet.ts';

/**
 * Begins to count rows and joints anew, as if nothing had ended: all members are open, all rows wait. The
 * instances of grown steps wait for their row besides.
 */
export function openFan(state: RunState): void {
  const { fan, wiring, plan } = state;
  if (!fan) return;
  fan.open.clear();
  fan.pending.fill(0);
  fan.joints.clear();
  for (const link of wiring.links) {
    if (isJoint(link)) fan.joints.set(link.index, jointOf(state, link));
  }
  for (const [index, joint] of fan.joints) {
    const link = wiring.links[index]!;
    const count = plan.steps[link.producer]?.count ?? 0;
    for (let ordinal = 0; ordinal < count; ordinal++) joinMember(state, link, joint, ordinal);
  }
  for (const [id, { stage, step, parent }] of fan.growing.rows.entries()) {
    const sources = (wiring.into[step] ?? []).filter((link) => link.stage === stage);
    fan.rows[id] = { ...newRow(), waits: sources.length + (parent ? 1 : 0) };
    countRow(state, fan, id);
  }
  for (const step of plan.steps) {
    if (step.numbers) for (const instance of step.numbers) state.instances.waits[instance]!++;
  }
}

/** Readers and rows look for what they read; who finds nothing left to wait for goes on. */
export function startFan(state: RunState, wave: Wave): void {
  const { fan, wiring, plan } = state;
  if (!fan) return;
  for (const [index, joint] of fan.joints) {
    const link = wiring.links[index]!;
    if (link.stage !== undefined) continue;
    for (const instance of numbersOf(plan.steps[link.consumer]!)) {
      joinReader(state, link, joint, instance, wave);
    }
  }
  for (const id of fan.growing.rows.keys()) enterRow(state, fan, id, wave);
}

/** No row of a cancelled run is expanded any more. */
export function closeFan(state: RunState, wave: Wave): void {
  const { fan } = state;
  if (!fan) return;
  for (const [id, row] of fan.rows.entries()) {
    if (row.standing === 'waiting' || row.standing === 'open') {
      finishRow(state, fan, id, 'dead', wave);
    }
  }
}

/** A link one side of which grows. */
export function isJoint({ relation, read }: Link): boolean {
  if (read?.kind === 'previous') return false;
  return relation.kind === 'grown' || relation.kind === 'unknown';
}

// --- Internal helpers ---

function jointOf({ plan }: RunState, link: Link): Joint {
  const producer = plan.steps[link.producer]!;
  const consumer = plan.steps[link.consumer]!;
  const matching = link.read
    ? matchRead(plan, link.read, producer, consumer)
    : matchShared(producer, consumer, link.after?.matched);
  return makeJoint(matching, knownByStage(producer.fan));
}

/** The dimensions that rows of each stage have. */
function knownByStage(fan: FanOf): readonly (readonly string[])[] {
  const names = new Set(fan?.base.keys.map(({ dimension }) => dimension));
  return (fan?.stages ?? []).map(({ generator }) => {
    const known = [...names];
    for (const dimension of generator?.dimensions ?? []) names.add(dimension);
    return known;
  });
}

type FanOf = RunState['plan']['steps'][number]['fan'];
