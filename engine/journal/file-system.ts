import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Magic numbers of `statfs(2)` whose files are on a disk or in memory of this host, where SQLite's WAL
 * works: it needs memory shared between processes and locks that hold.
 */
const localTypes: Readonly<Record<string, ReadonlySet<number>>> = {
  linux: new Set([
    0xef53, // ext2, ext3, ext4
    0x58465342, // xfs
    0x9123683e, // btrfs
    0xca451a4e, // bcachefs
    0x2fc12fc1, // zfs
    0xf2f52010, // f2fs
    0x3153464a, // jfs
    0x52654973, // reiserfs
    0x01021994, // tmpfs
    0x858458f6, // ramfs
    0x794c7630, // overlay (containers)
    0xf15f, // ecryptfs
    0x4d44, // vfat
    0x2011bab0, // exfat
    0x7366746e, // ntfs3
  ]),
  darwin: new Set([0x1a /* apfs */, 0x11 /* hfs */]),
};

/**
 * Whether a file system type of `statfs` is to be taken for a network file system. What is not known to
 * be local is: NFS, Lustre, GPFS, Weka, Ceph, FUSE; a wrong guess costs speed, the other one a journal.
 */
export function isNetworkType(type: number, platform: string): boolean {
  return !(localTypes[platform]?.has(type >>> 0) ?? false);
}

/** Whether a path, or the nearest directory above it that exists, is on a network file system. */
export function isNetworkFileSystem(path: string): boolean {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      return isNetworkType(statfsSync(at).type, process.platform);
    } catch {
      if (at === dirname(at)) return true;
    }
  }
}
