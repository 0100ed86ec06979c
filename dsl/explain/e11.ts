import type { ExplainPage } from './page.ts';

/** The journal of a run: the pages of family E11. */
export const journalPages: readonly ExplainPage[] = [
  {
    code: 'E1101',
    title: 'the journal of a run is damaged',
    text: `The file in which a run keeps what happened does not hold what Braid wrote. A full disk, a copy made while
the run was going, or a failing disk are common reasons. Other runs are not touched: each has a journal of its own.

Every hour a run that is driven copies its journal to \`journal.db.backup\`, beside it, and reads the copy before it
takes the place of the one before. \`braid resume RUN --restore\` puts it in the place of the damaged file, which is kept, and
goes on: what attempts did since is found in their directories, and nothing runs twice. By hand, with no engine at work:
\`rm -f journal.db-wal journal.db-shm; cp journal.db.backup journal.db\`. A run of less than an hour has no backup; start
a new run: results that are known to \`.braid/index.db\` are used again.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E1102',
    title: 'the run has an engine already',
    text: `A run is driven by one engine at a time, and another process does it now; the message says which and
where. \`braid attach RUN\` shows what it does, and \`hold\`, \`release\`, \`cancel\` and \`retry\` reach it from any
terminal. When that engine has ended or its host is gone, \`braid resume RUN\` goes on.

An engine that lives but does nothing (it was stopped, or hangs) keeps its run. \`braid resume RUN --take-over\` takes
it: what runs goes on, and the old engine leaves as soon as it wakes, without having started anything more.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E1103',
    title: 'the journal has the form of another release',
    text: `A release of Braid reads journals of its own form and of all forms before it, and brings an older one forward
when it resumes the run, with a copy of the file as it was (\`journal.db.v1\`). It never writes an older form, so a release
cannot read what a later one wrote. Use that later release.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E1104',
    title: 'no space is left for the journal',
    text: `Nothing is started that could not be written down first, so the run stops when its journal cannot grow.
Attempts that are running go on to their end. Make room on the disk, or in your quota, and \`braid resume RUN\`;
a new run can keep its journal elsewhere with \`--journal DIR\`.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E1105',
    title: 'the journal cannot be opened',
    text: `The file of the run's journal, or its directory, may not be read or written by you. Runs of another user
can be read only if their directory allows it. If the run was started with \`--journal DIR\`, that directory must be
reachable from this machine.

A journal that is locked belongs to an engine that was stopped in the middle of a write. Nothing can take its run then:
continue that process (\`kill -CONT PID\`) or end it.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E1106',
    title: 'the journal holds an event that cannot be used',
    text: `The events of a run are read one after another, and this one is none that the release knows, or does not fit
what is before it. It may come from a later release, or from an edit by hand. Nothing is done with such a run, since what
cannot be understood may be the start of a job; other runs are not touched. Read it with the release that wrote it.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E1107',
    title: 'the journal cannot be restored from its backup',
    text: `\`braid resume RUN --restore\` takes the place of a journal only where that is damaged, its backup is whole, and
no engine drives the run; the message says which of these does not hold. Without the option, \`braid resume RUN\` goes
on from the journal as it is.`,
    wrong: '',
    right: '',
  },
];
