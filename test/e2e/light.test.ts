import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, scratch } from './braid.ts';

const hello = `workflow hello
step greet for each name in ["a", "b"] {
  out text: file = "t"
  script bash """
    echo @{name} > @{text}
  """
}
`;

/** Writes down every package that is asked for. */
const spy = `
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    if (!/^([./]|node:|file:)/.test(specifier)) appendFileSync(process.env.SPY, specifier + '\\n');
    return next(specifier, context);
  },
});
`;

/** Packages that a command loads, those that they load themselves included. */
function loadedBy(...args: string[]): Set<string> {
  const dir = scratch({ 'hello.braid': hello });
  const [hook, list] = [join(dir, 'spy.mjs'), join(dir, 'list')];
  writeFileSync(hook, spy);
  writeFileSync(list, '');
  const env = { NODE_OPTIONS: `--import=${hook}`, SPY: list };
  const ended = braid(dir, args, { env });
  expect(ended.code, ended.stderr).toBe(0);
  return new Set(readFileSync(list, 'utf8').split('\n').filter(Boolean));
}

test('a command loads no package that it does not use', () => {
  const checked = loadedBy('check', 'hello.braid');
  expect([...checked]).toEqual(expect.arrayContaining(['commander']));
  for (const name of ['bullmq', 'ioredis', 'elkjs', 'pino']) expect(checked).not.toContain(name);
  const ran = loadedBy('run', 'hello.braid');
  expect([...ran]).toEqual(expect.arrayContaining(['graphology']));
  for (const name of ['bullmq', 'ioredis', 'elkjs']) expect(ran).not.toContain(name);
});
