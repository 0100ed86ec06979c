import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { AttemptId } from '../../engine/index.ts';
import type { Identity } from './processes.ts';

/**
 * What an engine that comes later can know of a lane: `lanes/<n>/lane.json` (which process it is) and
 * `lanes/<n>/held` (a line for each attempt handed to it, in order). A line is written after the attempt
 * was handed over: if the engine dies in between, the attempt looks absent, is handed out again, and its
 * claim lets one copy run; the other order could leave one that everybody waits for.
 */
export interface LaneRecord {
  readonly directory: string;
  readonly identity: Identity;
  /** Read when asked for: a long run has long ones. */
  held(): readonly HeldLine[];
}

export interface HeldLine {
  readonly key: string;
  readonly attempt: AttemptId;
  readonly externalId: string;
  readonly directory: string;
}

/** Makes the next free `lanes/<n>`; several engines may do so at once. */
export function makeLaneDirectory(lanesDirectory: string): string {
  mkdirSync(lanesDirectory, { recursive: true });
  for (let n = readdirSync(lanesDirectory).length + 1; ; n++) {
    const directory = join(lanesDirectory, String(n));
    try {
      mkdirSync(directory);
      return directory;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

export function writeIdentity(directory: string, identity: Identity): void {
  const path = join(directory, 'lane.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(identity)}\n`);
  renameSync(`${path}.new`, path);
}

export interface HeldWriter {
  append(lines: readonly HeldLine[]): void;
  close(): void;
}

export function heldWriter(directory: string): HeldWriter {
  const descriptor = openSync(join(directory, 'held'), 'a');
  return {
    append(lines) {
      const text = lines.map((l) =>
        JSON.stringify([l.key, l.attempt, l.externalId, l.directory]).concat('\n'),
      );
      writeSync(descriptor, text.join(''));
    },
    close: () => closeSync(descriptor),
  };
}

/** All lanes of a run, those of dead engines included; a half-written last line is left out. */
export function readLanes(lanesDirectory: string): LaneRecord[] {
  let names: string[];
  try {
    names = readdirSync(lanesDirectory);
  } catch {
    return [];
  }
  const records: LaneRecord[] = [];
  for (const name of names.sort((a, b) => Number(a) - Number(b))) {
    const directory = join(lanesDirectory, name);
    const identity = parsed<Identity>(readOrEmpty(join(directory, 'lane.json')));
    if (identity) records.push({ directory, identity, held: () => readHeld(directory) });
  }
  return records;
}

function readHeld(directory: string): HeldLine[] {
  const lines: HeldLine[] = [];
  for (const line of readOrEmpty(join(directory, 'held')).split('\n')) {
    const fields = parsed<[string, AttemptId, string, string]>(line);
    if (!fields) continue;
    const [key, attempt, externalId, attemptDirectory] = fields;
    lines.push({ key, attempt, externalId, directory: attemptDirectory });
  }
  return lines;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
