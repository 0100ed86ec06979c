import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Repositories } from '../../engine/index.ts';

const timeoutMs = 120_000;

/** No questions on a terminal, nothing that a repository could make git do. */
const settings = [
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'core.symlinks=false'],
  ...['-c', 'protocol.ext.allow=never'],
  ...['-c', 'advice.detachedHead=false'],
];

type Ran = { readonly text: string } | { readonly problem: string };

async function git(...words: readonly string[]): Promise<Ran> {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
  try {
    const { stdout } = await promisify(execFile)('git', [...settings, ...words], {
      env,
      timeout: timeoutMs,
      maxBuffer: 1 << 24,
    });
    return { text: stdout };
  } catch (error) {
    const { code, stderr, killed } = error as NodeJS.ErrnoException & {
      stderr?: string;
      killed?: boolean;
    };
    if (code === 'ENOENT') return { problem: 'there is no `git` here' };
    if (killed) return { problem: `git did not answer within ${timeoutMs / 1000} s` };
    const lines = (stderr ?? '').trim().split('\n');
    const said = lines.find((line) => line.startsWith('fatal:')) ?? lines.at(-1);
    return { problem: said?.replace(/^fatal: /, '') || 'git failed' };
  }
}

/** Repositories by the `git` of this machine, with whatever access it has there. */
export const gitRepositories: Repositories = {
  async resolve({ url }, version) {
    const tags = [`v${version}`, version];
    const names = tags.flatMap((tag) => [`refs/tags/${tag}`, `refs/tags/${tag}^{}`]);
    const listed = await git('ls-remote', '--', url, ...names);
    if ('problem' in listed) return listed;
    const commits = new Map(
      listed.text
        .split('\n')
        .filter((line) => line.includes('\t'))
        .map((line) => {
          const [commit = '', name = ''] = line.split('\t');
          return [name, commit] as const;
        }),
    );
    for (const tag of tags) {
      const commit = commits.get(`refs/tags/${tag}^{}`) ?? commits.get(`refs/tags/${tag}`);
      if (commit !== undefined) return { tag, commit };
    }
    return { problem: `it has no tag ${tags.join(' or ')}` };
  },

  async fetch({ url }, { tag, commit }, directory) {
    if (existsSync(directory)) return undefined;
    await mkdir(dirname(directory), { recursive: true });
    const work = await mkdtemp(join(dirname(directory), '.fetching-'));
    const inside = (...words: readonly string[]) => git('-C', work, ...words);
    try {
      const ways = [commit, `refs/tags/${tag}`];
      let ran = await inside('init', '--quiet');
      for (const way of ways) {
        if ('problem' in ran && way === commit) return ran;
        ran = await inside('fetch', '--quiet', '--depth', '1', '--', url, way);
        if ('text' in ran) break;
      }
      if ('problem' in ran) return ran;
      const head = await inside('rev-parse', '--verify', 'FETCH_HEAD^{commit}');
      if ('problem' in head) return head;
      const now = head.text.trim();
      if (now !== commit) return { problem: `tag ${tag} is another commit now, ${now}` };
      const done = await inside('checkout', '--quiet', commit);
      if ('problem' in done) return done;
      await rm(join(work, '.git'), { recursive: true, force: true });
      await rename(work, directory);
      return undefined;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  },
};
