import { expect, it } from 'vitest';
import { isNetworkType } from '../../../../engine/journal/file-system.ts';
import { livenessOf } from '../../../../engine/journal/holder.ts';

const here = {
  host: 'roma012',
  pid: 10,
  startTicks: '500',
  bootId: 'boot-2',
  pidNamespace: 'pid:[1]',
};

it('asks nobody about a holder of another host or container', () => {
  expect(livenessOf({ ...here, host: 'roma013' }, here)).toBe('elsewhere');
  expect(livenessOf({ ...here, pidNamespace: 'pid:[2]' }, here)).toBe('elsewhere');
});

it('knows that nothing of an earlier boot lives', () => {
  expect(livenessOf({ ...here, bootId: 'boot-1' }, here)).toBe('dead');
});

it('takes only file systems known to be local for local', () => {
  expect(isNetworkType(0xef53, 'linux')).toBe(false);
  // NFS, Lustre, a number that nobody knows; and XFS's as a signed 32-bit integer would show it.
  for (const type of [0x6969, 0x0bd00bd0, 0x12345678]) {
    expect(isNetworkType(type, 'linux')).toBe(true);
  }
  expect(isNetworkType(0x9123683e | 0, 'linux')).toBe(false);
});
