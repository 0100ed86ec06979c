import type { ChannelTarget } from '../site.ts';

/** Forms of a channel's value, for hints. */
export const channelForms =
  '`"https://..."`, `"mailto:name@host"`, `"command:TEXT"` or `["program", "argument"]`';

/** Where a channel's value leads to; or what is wrong with it, in words. */
export function channelTarget(value: string | readonly string[]): ChannelTarget | string {
  if (typeof value !== 'string') {
    const [program] = value;
    if (program === undefined || program === '') return 'a command begins with its program';
    return { kind: 'command', command: value };
  }
  const command = /^command:(.*)$/s.exec(value)?.[1];
  if (command !== undefined) {
    if (command.trim() === '') return 'nothing stands behind `command:`';
    return { kind: 'command', command: ['/bin/sh', '-c', command] };
  }
  const address = /^mailto:(.*)$/s.exec(value)?.[1];
  if (address !== undefined) {
    if (!/^[^\s@,<>"]+@[^\s@,<>"]+$/.test(address)) return `\`${address}\` is no mail address`;
    return { kind: 'mail', address };
  }
  if (/^https?:\/\//.test(value)) {
    if (!URL.canParse(value)) return 'this address cannot be read';
    return { kind: 'webhook', url: value };
  }
  return 'a channel is a web address, a mail address or a command';
}
