import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diskFiles } from '../../../engine/index.ts';

test('a file that is read just now is replaced as a whole', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'braid-files-'));
  const path = join(directory, 'a/script');
  const files = diskFiles();
  await files.write([{ path, text: 'first\n' }]);
  const reading = openSync(path, 'r');
  await files.write([{ path, text: 'second\n' }]);
  // A shell reads its script piece by piece: it must not find it empty in between.
  expect(readFileSync(reading, 'utf8')).toBe('first\n');
  closeSync(reading);
  expect(readFileSync(path, 'utf8')).toBe('second\n');
  expect(readdirSync(join(directory, 'a'))).toEqual(['script']);
  rmSync(directory, { recursive: true });
});
