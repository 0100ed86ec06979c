import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { channelsAt } from '../../../cli/compose/site.ts';
import { processContext } from '../../../cli/context.ts';
import type { Channel } from '../../../dsl/index.ts';

let home: string;
const before = process.env.XDG_CONFIG_HOME;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'braid-config-'));
  process.env.XDG_CONFIG_HOME = home;
  mkdirSync(join(home, 'braid'));
});

afterEach(() => {
  if (before === undefined) delete process.env.XDG_CONFIG_HOME;
  else process.env.XDG_CONFIG_HOME = before;
  rmSync(home, { recursive: true, force: true });
});

const span = { source: { name: 'slac.site', text: '' }, start: 0, end: 0 };
const ofSite = new Map<string, Channel>(
  ['ops', 'log'].map((name) => [name, { name, span, kind: 'mail', address: `${name}@slac` }]),
);

/** Where channels lead at a site, by name, and what is said. */
async function at(site: string, own?: string) {
  if (own !== undefined) writeFileSync(join(home, 'braid/config.site'), own);
  const { value, diagnostics } = await channelsAt(processContext(), site, { channels: ofSite });
  const leads = [...value.values()].map(
    (c) => `${c.name} ${c.kind === 'mail' ? c.address : c.kind}`,
  );
  return { leads: leads.sort(), told: diagnostics.map((d) => `${d.code} ${d.message}`) };
}

test('without a file of one’s own, those of the site', async () => {
  expect(await at('slac')).toEqual({ leads: ['log log@slac', 'ops ops@slac'], told: [] });
});

test('one’s own come first: those for the site before those for any', async () => {
  const own = `site slac { channel "ops" = ["logger"] }
site any {
  channel "ops" = "mailto:me@home"
  channel "log" = "mailto:me@home"
}
`;
  expect((await at('slac', own)).leads).toEqual(['log me@home', 'ops command']);
  expect((await at('local', own)).leads).toEqual(['log me@home', 'ops me@home']);
});

test('a file that is wrong is told, and the site’s stay', async () => {
  const { leads, told } = await at(
    'slac',
    'site any { channel "ops" = "nowhere"\n runner local }\n',
  );
  expect(leads).toEqual(['log log@slac', 'ops ops@slac']);
  expect(told).toEqual([
    'E0105 `runner` is not something your own file can contain',
    'E0915 channel `ops` leads nowhere',
  ]);
});
