import type { DriveOptions } from '../drive/options.ts';
import type { Dispatcher, Files, Journal, NewEvent, Runner } from '../ports.ts';
import type { RunEvent } from '../run/event.ts';
import type { Boundary, Failpoint } from './names.ts';
import { through, throughAtOnce } from './through.ts';

/** Between snapshots, so that short runs have some. */
const SNAPSHOT_EVENTS = 60;

/**
 * The same ports with a failpoint at each boundary: `drive` has no effects but through them. An engine
 * without a failpoint has its own ports, so that this costs nothing.
 */
export function withFailpoint(options: DriveOptions, at: Failpoint | undefined): DriveOptions {
  if (!at) return options;
  const { lookup, record, forget, notify } = options;
  return {
    ...options,
    snapshotEvents: SNAPSHOT_EVENTS,
    journal: journalWith(options.journal, at),
    dispatcher: dispatcherWith(options.dispatcher, at),
    files: filesWith(options.files, at),
    ...(lookup ? { lookup: (asked) => throughAtOnce(at, 'lookup', () => lookup(asked)) } : {}),
    ...(record ? { record: (all) => throughAtOnce(at, 'index', () => record(all)) } : {}),
    ...(forget ? { forget: (all) => throughAtOnce(at, 'forget', () => forget(all)) } : {}),
    ...(notify ? { notify: (message) => through(at, 'delivery', () => notify(message)) } : {}),
  };
}

/** What a commit makes durable, by the kinds of its events. */
const COMMITS: Partial<Record<RunEvent['kind'], Boundary>> = {
  'run.started': 'start',
  'submission.intended': 'intent',
  'submission.accepted': 'running',
  'attempt.running': 'running',
  'attempt.ended': 'ended',
  'step.expanded': 'expanded',
  'instance.reused': 'reused',
  'environment.prepared': 'prepared',
  'intervention.answered': 'intervened',
  'rollback.begun': 'rollback',
  'notification.intended': 'notice',
  'notification.ended': 'told',
  'run.ended': 'finished',
};

function commitsOf(events: readonly NewEvent[]): Boundary[] {
  const found = events.flatMap(({ event }) => COMMITS[event.kind as RunEvent['kind']] ?? []);
  return [...new Set(found)];
}

function journalWith(journal: Journal, at: Failpoint): Journal {
  const { isOurs } = journal;
  return {
    epoch: journal.epoch,
    append: (events) => through(at, commitsOf(events), () => journal.append(events)),
    read: (fromSeq) => journal.read(fromSeq),
    snapshot: (state, seq) => through(at, 'snapshot', () => journal.snapshot(state, seq)),
    latest: () => journal.latest(),
    watch: (sink) => journal.watch(sink),
    ...(isOurs ? { isOurs: () => isOurs.call(journal) } : {}),
    close: () => journal.close(),
  };
}

function dispatcherWith(dispatcher: Dispatcher, at: Failpoint): Dispatcher {
  return {
    offer: (submissions, priority) =>
      through(at, 'offer', () => dispatcher.offer(submissions, priority)),
    withdraw: (keys) => dispatcher.withdraw(keys),
    reports: (sink) =>
      dispatcher.reports((reports) => throughAtOnce(at, 'report', () => sink(reports))),
    close: () => dispatcher.close(),
  };
}

/** Of the files that an engine touches, those with which something is decided or told. */
function filesWith(files: Files, at: Failpoint): Files {
  const { readText, create } = files;
  const ofRead = (path: string): Boundary | undefined => {
    if (path.endsWith('/exit.json')) return 'evidence';
    return path.includes('/inbox/') ? 'inbox' : undefined;
  };
  const reading = async <T>(path: string, read: () => Promise<T>) => {
    const boundary = ofRead(path);
    return boundary ? through(at, boundary, read) : read();
  };
  return {
    read: (path) => reading(path, () => files.read(path)),
    ...(readText ? { readText: (path) => reading(path, () => readText(path)) } : {}),
    stat: (paths) => files.stat(paths),
    list: (directory) => files.list(directory),
    write: (all) => {
      const isAnswer = all.some(({ path }) => path.endsWith('.answer.json'));
      return through(at, isAnswer ? 'answer' : 'directories', () => files.write(all));
    },
    ...(create ? { create: (path, text) => through(at, 'claim', () => create(path, text)) } : {}),
  };
}

/** The same runner with failpoints; itself without one. */
export function runnerWithFailpoint<R extends Runner>(runner: R, at: Failpoint | undefined): R {
  if (!at) return runner;
  return {
    ...runner,
    prepare: (environment, signal) =>
      through(at, 'environment', () => runner.prepare(environment, signal)),
    submit: (batch, signal) => through(at, 'submit', () => runner.submit(batch, signal)),
    find: (keys, sinceMs) => through(at, 'find', () => runner.find(keys, sinceMs)),
    poll: (handles) => through(at, 'poll', () => runner.poll(handles)),
    cancel: (handles, how) => through(at, 'cancel', () => runner.cancel(handles, how)),
  };
}
