import type { Notification } from '../program.ts';
import type { Module } from '../syntax/tree.ts';
import type { Context } from './context.ts';
import { declarationsOf } from './globals.ts';
import { expectType } from './mismatch.ts';
import { simple } from './type-relation.ts';

/** How a run can end; `skipped` and `blocked` are ends of instances only. */
const runEnds = ['succeeded', 'failed', 'finished'];

/** `notify CHANNEL on ...`: a channel is a text (E0401), a run ends well, badly, or just ends (E0402). */
export function linkNotifications(module: Module, context: Context): readonly Notification[] {
  return declarationsOf(module, 'notify').map(({ channel, on, span }) => {
    expectType(channel, simple('string'), { ...context, place: '`notify`' }, 'a channel');
    for (const { text, span: at } of on) {
      if (text !== 'skipped' && text !== 'blocked') continue;
      context.report.error('E0402', at, `a run cannot end as \`${text}\``, {
        label: 'an instance can',
        hint: `it can be ${runEnds.map((end) => `\`${end}\``).join(', ')}`,
      });
    }
    return { channel, on: on.map(({ text }) => text), span };
  });
}
