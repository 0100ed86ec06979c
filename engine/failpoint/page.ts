import { boundaries } from './names.ts';

/** `docs/failpoints.md`, from the table of boundaries. */
export function failpointsPage(): string {
  const rows = Object.entries(boundaries).map(([name, what]) => `| \`${name}\` | ${what} |`);
  return `# Failpoints

A testing device: an engine kills itself at a chosen moment, so that it can be seen what survives. The variable
\`BRAID_FAILPOINT=NAME:N\` of \`run\`, \`resume\`, \`retry\` and \`rollback\` ends the process with SIGKILL at its n-th passing of the
failpoint; \`NAME:N:stop\` stops it with SIGSTOP instead, as a machine does that sleeps. Each boundary has two names, as
\`submit.before\` and \`submit.after\`: just before its effect, and just after. While the variable is set, snapshots are
written each 60 events. Without it nothing of this is there.

| boundary | what happens there |
|---|---|
${rows.join('\n')}

\`node test/chaos/run.ts --kills 1000\` kills engines at failpoints and at random, \`--pauses 100\` stops them, has their run taken
by \`resume --take-over\` and wakes them, \`--tour\` kills one at every failpoint. The payloads count themselves: a line in a file
for each execution. In the end each attempt was executed once, nothing is missing, the published files are right, the
journal passes SQLite's check and \`braid audit\`.
`;
}
