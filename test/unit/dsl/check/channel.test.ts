import { expect, test } from 'vitest';
import { channelTarget } from '../../../../dsl/check/channel.ts';

test.each([
  ['https://hooks.example.org/x?y=1', { kind: 'webhook', url: 'https://hooks.example.org/x?y=1' }],
  ['http://127.0.0.1:8080/', { kind: 'webhook', url: 'http://127.0.0.1:8080/' }],
  ['mailto:desc-ops@slac.stanford.edu', { kind: 'mail', address: 'desc-ops@slac.stanford.edu' }],
  [
    'command:notify-send "a b"',
    { kind: 'command', command: ['/bin/sh', '-c', 'notify-send "a b"'] },
  ],
  [['logger', '-t', 'braid'], { kind: 'command', command: ['logger', '-t', 'braid'] }],
])('%j', (value, target) => {
  expect(channelTarget(value)).toEqual(target);
});

test.each([
  ['desc-ops', 'a channel is a web address, a mail address or a command'],
  ['ftp://x', 'a channel is a web address, a mail address or a command'],
  ['https://', 'this address cannot be read'],
  ['mailto:', '`` is no mail address'],
  ['mailto:a@b, c@d', '`a@b, c@d` is no mail address'],
  ['command:  ', 'nothing stands behind `command:`'],
  [[], 'a command begins with its program'],
])('%j is none', (value, why) => {
  expect(channelTarget(value)).toBe(why);
});
