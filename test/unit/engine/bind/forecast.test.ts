import { expect, it } from 'vitest';
import type { Component, Result } from '../../../../engine/bind/binding.ts';
import { type Forecast, forecastPlan } from '../../../../engine/bind/forecast.ts';
import { type Given, given, readyOf, runAll, type Settings } from './given.ts';

/** What one run has left, as an index of results keeps it. */
interface Past {
  readonly results: Map<string, Result>;
  readonly components: Map<string, readonly Component[]>;
}

async function runOf(
  text: string,
  settings: Settings,
  values: (name: string) => Readonly<Record<string, number>> = () => ({}),
): Promise<Past> {
  const from = await given(text, settings);
  const past: Past = { results: new Map(), components: new Map() };
  const left = new Map<string, Result>();
  const bindings = runAll(from, values, left);
  for (const [name, binding] of bindings) {
    if (binding.kind !== 'ready') continue;
    const { fingerprint, components } = readyOf(bindings, name);
    past.results.set(fingerprint, left.get(name) as Result);
    past.components.set(name, components);
  }
  return past;
}

async function forecast(
  text: string,
  settings: Settings,
  past: Past,
  isGone: (result: Result) => boolean = () => false,
): Promise<{ from: Given; forecast: Forecast; lines: string[] }> {
  const from = await given(text, settings);
  const result = await forecastPlan(from.plan, from.binder, {
    lookup: (wanted) =>
      new Map(
        wanted.flatMap(({ instance, fingerprint }) => {
          const found = past.results.get(fingerprint);
          return found === undefined ? [] : [[instance, found] as const];
        }),
      ),
    intact: async (results) => results.map((one) => !isGone(one)),
    previous: (name) => past.components.get(name),
  });
  const lines: string[] = [];
  for (let i = 0; i < from.plan.instances.min; i++) {
    if (result.fateOf(i) === 'reuse') continue;
    lines.push(`${result.fateOf(i)} ${from.binder.name(i)}: ${result.reasonsOf(i).join('; ')}`);
  }
  return { from, forecast: result, lines };
}

const text = `
param nsources: int = 3
record Visit key visit {
  visit: int
  seed: int
}
param visits: table<Visit> = csv("visits.csv")
env stack { image = "v1" }

step catalog for each v in visits {
  env stack
  out catalog: file = "cat.txt"
  script bash """
    make --seed @{v.seed} --n @{nsources} > @{catalog}
  """
}
step image for each v in visits {
  in catalog = catalog.catalog
  out image: file = "image.fits"
  out seeing: float = text("seeing.txt")
  script bash """
    draw @{catalog} -o @{image}
  """
}
step mosaic {
  in images = gather image.image over visit
  out mosaic: file = "mosaic.fits"
  script bash """
    join @{images} > @{mosaic}
  """
}
step best {
  in worst = gather image.seeing over visit
  script bash """
    report @{max(worst)}
  """
}
`;
const files = { 'visits.csv': 'visit,seed\n1,11\n2,12\n' };
const seeing = (name: string) => (name.startsWith('image') ? { seeing: 0.7 } : {});

it('finds everything up to date after a run, and all to be run before one', async () => {
  const past = await runOf(text, { files }, seeing);
  const after = await forecast(text, { files }, past);
  expect(after.lines).toEqual([]);
  expect(after.forecast.steps.map((s) => `${s.step} ${s.toRun}/${s.upToDate}`)).toEqual([
    'catalog 0/2',
    'image 0/2',
    'mosaic 0/1',
    'best 0/1',
  ]);
  const before = await forecast(text, { files }, { results: new Map(), components: new Map() });
  expect(before.lines).toEqual([
    'run catalog[visit=1]: never run',
    'run catalog[visit=2]: never run',
    'run image[visit=1]: never run',
    'run image[visit=2]: never run',
    'run mosaic: never run',
    'unknown best: it hinges on `image[visit=1].seeing`, which is not known before it ran',
  ]);
});

it('says which parameter changed, and what is made anew after it', async () => {
  const past = await runOf(text, { files }, seeing);
  const { lines } = await forecast(text, { files, set: [['nsources', '4']] }, past);
  expect(lines).toEqual([
    'run catalog[visit=1]: parameter nsources: 3 -> 4',
    'run catalog[visit=2]: parameter nsources: 3 -> 4',
    'run image[visit=1]: input catalog: made anew by catalog[visit=1]',
    'run image[visit=2]: input catalog: made anew by catalog[visit=2]',
    'run mosaic: input images: made anew by image[visit=1] and 1 other',
    'unknown best: it hinges on `image[visit=1].seeing`, which is not known before it ran',
  ]);
});

it('says which row changed, and only where it counts', async () => {
  const past = await runOf(text, { files }, seeing);
  const rows = { 'visits.csv': 'visit,seed\n1,11\n2,99\n' };
  expect((await forecast(text, { files: rows }, past)).lines).toEqual([
    'run catalog[visit=2]: value v.seed: 12 -> 99',
    'run image[visit=2]: input catalog: made anew by catalog[visit=2]',
    'run mosaic: input images: made anew by image[visit=2]',
    'unknown best: it hinges on `image[visit=2].seeing`, which is not known before it ran',
  ]);
});

it('says that a gather has other members', async () => {
  const past = await runOf(text, { files }, seeing);
  const rows = { 'visits.csv': 'visit,seed\n1,11\n' };
  expect((await forecast(text, { files: rows }, past)).lines).toEqual([
    'run mosaic: input images: 2 elements -> 1 elements',
    'run best: input worst: [0.7, 0.7] -> [0.7]',
  ]);
});

it('says that a script or an environment changed', async () => {
  const past = await runOf(text, { files }, seeing);
  const script = text.replace('join @{images}', 'join -v @{images}');
  expect((await forecast(script, { files }, past)).lines).toEqual(['run mosaic: script changed']);
  const image = text.replace('"v1"', '"v2"');
  expect((await forecast(image, { files }, past)).lines[0]).toBe(
    'run catalog[visit=1]: environment changed',
  );
});

it('runs again what lost its outputs, but nothing after it', async () => {
  const past = await runOf(text, { files }, seeing);
  const { lines } = await forecast(text, { files }, past, ({ directory }) =>
    directory.includes('catalog[visit=1]'),
  );
  expect(lines).toEqual(['run catalog[visit=1]: its outputs are gone or changed']);
});

it('follows a loop along `previous`, however long', async () => {
  const loop = `
param first: float = 1.5
step seed {
  out x: file = "x"
  script bash """
    seed @{first} > @{x}
  """
}
step left for each i in 1..2000 {
  in before = previous right.y over i ?? seed.x
  out x: file = "x"
  script bash """
    left @{before} > @{x}
  """
}
step right for each i in 1..2000 {
  in x = left.x
  out y: file = "y"
  script bash """
    right @{x} > @{y}
  """
}`;
  const from = await given(loop);
  const none = { lookup: () => new Map(), intact: async () => [], previous: () => undefined };
  const all = await forecastPlan(from.plan, from.binder, none);
  expect(all.steps.map((s) => s.toRun)).toEqual([1, 2000, 2000]);
});

it('leaves what waits for a failure open, or skips it where nothing can fail', async () => {
  const triage = `${text}
step triage {
  after any image failed
  script bash """
    triage
  """
}`;
  const past = await runOf(triage, { files }, seeing);
  const after = await forecast(triage, { files }, past);
  expect(after.lines).toEqual(['skip triage: its condition is false']);
  const { lines } = await forecast(triage, { files, set: [['nsources', '4']] }, past);
  expect(lines).toContain('unknown triage: whether `image` fails is not known yet');
});
