import { numberOf } from '../../plan/instance.ts';
import { forEachConsumer } from '../../plan/relation.ts';
import { ordinalOf, type RunState } from '../state.ts';
import type { Link } from '../wiring.ts';
import type { FanState } from './fan-state.ts';
import { gateOf, isLast } from './meet.ts';

/**
 * Calls `f` with the instances that read an instance, come after it, or were made from what it left; with
 * one more than once where it does so in several ways.
 */
export function forEachReader(
  state: RunState,
  instance: number,
  f: (reader: number) => void,
  isWay: (link: Link) => boolean = () => true,
): void {
  const step = state.wiring.stepOf[instance] ?? 0;
  const ordinal = ordinalOf(state, instance);
  for (const link of state.wiring.from[step] ?? []) {
    if (!isWay(link)) continue;
    const joint = state.fan?.joints.get(link.index);
    if (!joint) {
      const consumer = state.plan.steps[link.consumer]!;
      forEachConsumer(link.reverse, ordinal, (reader) => f(numberOf(consumer, reader)));
      continue;
    }
    for (const group of joint.placeOf[ordinal]?.groups ?? []) {
      for (const reader of group.consumers) {
        if (reader >= 0) f(reader);
        else forEachOfRow(state, state.fan!, -1 - reader, f, isWay);
      }
    }
  }
}

/**
 * All that a row has become, and what gathers it: that reads the row even where nothing came of it, since
 * made anew it may become something.
 */
function forEachOfRow(
  state: RunState,
  fan: FanState,
  id: number,
  f: (instance: number) => void,
  isWay: (link: Link) => boolean,
): void {
  const row = fan.growing.rows[id]!;
  for (const child of row.children.values()) {
    if (isLast(state, row)) f(child);
    else forEachOfRow(state, fan, child, f, isWay);
  }
  for (const link of state.wiring.from[row.step] ?? []) {
    const joint = fan.joints.get(link.index);
    if (!joint || !isWay(link)) continue;
    const groups = new Set(gateOf(joint, row).places.flatMap((place) => place.groups));
    for (const group of groups) {
      for (const reader of group.consumers) {
        if (reader >= 0) f(reader);
        else forEachOfRow(state, fan, -1 - reader, f, isWay);
      }
    }
  }
}
