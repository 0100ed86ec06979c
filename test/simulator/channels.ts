import type { Delivery } from '../../engine/drive/options.ts';
import type { NoticeMessage } from '../../engine/run/notify.ts';
import { strikes, type World } from './world.ts';

/** A notice arrives at its channel, or does not; what must hold then, whatever any engine believes. */
export function deliver(world: World, { id }: NoticeMessage): Delivery {
  const own = id.slice(id.indexOf('-') + 1);
  const isIntended = world.store.events.some(
    ({ event }) => event.kind === 'notification.intended' && 'id' in event && event.id === own,
  );
  if (!isIntended) world.violations.push(`notice ${own} was told without an intent`);
  world.told.set(own, (world.told.get(own) ?? 0) + 1);
  const delivered = !strikes(world, 'deafChannel');
  return { delivered, text: delivered ? 'ok' : 'no answer' };
}
