import { spawnSync } from 'node:child_process';

/** A thing of the host that some tests use, and how Debian's or Python's registries give it. */
export interface Need {
  readonly name: string;
  /** A command that succeeds where it is there. */
  readonly probe: readonly [string, ...string[]];
  /** Commands that install it; only with `BRAID_TEST_SETUP=1`. */
  readonly install: readonly (readonly [string, ...string[]])[];
}

export const needs: readonly Need[] = [
  { name: 'bash', probe: ['bash', '-c', 'true'], install: [apt('bash')] },
  { name: 'python3', probe: ['python3', '-c', 'pass'], install: [apt('python3')] },
  {
    name: 'python3 -m venv',
    probe: ['python3', '-c', 'import venv, ensurepip'],
    install: [apt('python3-venv')],
  },
  { name: 'git', probe: ['git', '--version'], install: [apt('git')] },
  { name: 'redis-server', probe: ['redis-server', '--version'], install: [apt('redis-server')] },
  // A terminal for what asks.
  {
    name: 'script',
    probe: ['script', '-qec', 'true', '/dev/null'],
    install: [apt('bsdutils')],
  },
  { name: 'dot', probe: ['dot', '-V'], install: [apt('graphviz')] },
];

function apt(name: string): readonly [string, ...string[]] {
  return ['apt-get', 'install', '-y', '--no-install-recommends', name];
}

export function has(need: Need): boolean {
  const [command, ...args] = need.probe;
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** For `describe.skipIf(lacks('python3'))`: true where the host lacks it. Unknown names throw. */
export function lacks(name: string): boolean {
  const need = needs.find((n) => n.name === name);
  if (!need) throw new Error(`no need is called ${name}`);
  return !has(need);
}
