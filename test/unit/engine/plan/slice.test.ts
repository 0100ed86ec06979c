import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instanceName, type Plan, restrictPlan } from '../../../../engine/index.ts';
import { forEachProducer } from '../../../../engine/plan/relation.ts';
import { given, world } from '../bind/given.ts';
import { planOf, planTextOf, rendered } from './plan-of.ts';

const survey = {
  text: `
record Visit key visit { visit: int, band: string, template: int }
param visits: table<Visit> = csv("visits.csv")
step setup {
  out o: file = "o"
}
step raw for each v in visits, s in ["a", "b"] {
  in  setup = setup.o
  out o: file = "o"
}
step calibrate for each v in visits {
  in  raws = gather raw.o over s
  out o: file = "o"
}
step differ for each v in visits {
  in  own = calibrate.o
  in  old = calibrate[visit = v.template].o
  out o: file = "o"
}
step coadd for each (band) in visits {
  in  parts = gather calibrate.o over visit via visits
  out o: file = "o"
}
step nightly for each v in visits {
  in  before = previous nightly.o over visit ?? setup.o
  in  now = calibrate.o
  out o: file = "o"
}
step reference {
  in  coadds = gather coadd.o over band
  out o: file = "o"
}
step forced for each v in visits {
  in  reference = reference.o
  in  own = calibrate.o
  out o: file = "o"
}
step report {
  after workflow finished
  out o: file = "o"
}
`,
  files: { 'visits.csv': 'visit,band,template\n1,g,3\n2,g,3\n3,r,3\n4,i,3\n' },
};

function names(plan: Plan): string[] {
  return Array.from({ length: plan.instances.min }, (_, i) => instanceName(plan, i));
}

async function sliced(only: string | undefined, ...samples: [string, number][]) {
  const sample = samples.map(([dimension, count]) => ({ dimension, count }));
  const { plan, diagnostics } = await planOf({ ...survey, slice: { only, sample } });
  return { names: names(plan), notes: rendered(diagnostics), plan };
}

describe('a slice', () => {
  test('of a step is these instances and everything they need', async () => {
    const { names } = await sliced('coadd[band=g]');
    expect(names).toEqual([
      'setup',
      'raw[visit=1, s=a]',
      'raw[visit=1, s=b]',
      'raw[visit=2, s=a]',
      'raw[visit=2, s=b]',
      'calibrate[visit=1]',
      'calibrate[visit=2]',
      'coadd[band=g]',
    ]);
  });

  test('of a key alone holds for what is gathered too, but not for single partners', async () => {
    const { names } = await sliced('visit=4');
    expect(names).toEqual([
      'setup',
      'raw[visit=1, s=a]',
      'raw[visit=1, s=b]',
      'raw[visit=2, s=a]',
      'raw[visit=2, s=b]',
      // The template of `differ`, and what `nightly` follows.
      'raw[visit=3, s=a]',
      'raw[visit=3, s=b]',
      'raw[visit=4, s=a]',
      'raw[visit=4, s=b]',
      'calibrate[visit=1]',
      'calibrate[visit=2]',
      'calibrate[visit=3]',
      'calibrate[visit=4]',
      'differ[visit=4]',
      // Of the visits that are there for another reason.
      'coadd[band=g]',
      'coadd[band=i]',
      'coadd[band=r]',
      'nightly[visit=1]',
      'nightly[visit=2]',
      'nightly[visit=3]',
      'nightly[visit=4]',
      'reference',
      'forced[visit=4]',
    ]);
  });

  test('of a sample keeps the whole graph over the first keys', async () => {
    const { names, notes, plan } = await sliced(undefined, ['visit', 1], ['s', 1]);
    expect(names).toEqual([
      'setup',
      'raw[visit=1, s=a]',
      // Needed as a template: with all that it gathers.
      'raw[visit=3, s=a]',
      'raw[visit=3, s=b]',
      'calibrate[visit=1]',
      'calibrate[visit=3]',
      'differ[visit=1]',
      'coadd[band=g]',
      'coadd[band=r]',
      'nightly[visit=1]',
      'reference',
      'forced[visit=1]',
      'report',
    ]);
    expect(notes).toContain(
      '1 instance of `coadd` left out: nothing that they read is in the slice',
    );
    expect(plan.edges).toEqual({ min: 16, max: 16 });
  });

  test('of a sample and a selector is what both leave', async () => {
    const { names } = await sliced('reference', ['visit', 2], ['s', 1]);
    expect(names).toEqual([
      'setup',
      'raw[visit=1, s=a]',
      'raw[visit=2, s=a]',
      'calibrate[visit=1]',
      'calibrate[visit=2]',
      'coadd[band=g]',
      'reference',
    ]);
  });

  test('of alternatives is all of them', async () => {
    const { names } = await sliced('calibrate[visit=1] | setup');
    expect(names).toEqual([
      'setup',
      'raw[visit=1, s=a]',
      'raw[visit=1, s=b]',
      'calibrate[visit=1]',
    ]);
  });

  test.each([
    ['calibrat', 'E1005', 'did you mean `calibrate`?'],
    ['visit', 'E1005', '`visit` is a dimension: `visit=...`'],
    ['x*', 'E1005', 'no step fits `x*`'],
    ['coadd[visit=1]', 'E1006', '`coadd` has no dimension `visit`'],
    ['vist=1', 'E1006', 'did you mean `visit`?'],
    ['visit=7', 'E1007', 'it has 4 keys: 1, 2, 3, 4'],
    ['visit="1"', 'E1007', 'its keys are no strings: `visit=1`'],
    ['band=G', 'E1007', 'did you mean `band=g`?'],
    ['(coadd | forced) & tract=1', 'E1006', 'none of these steps has a dimension `tract`'],
    ['coadd & band in (g, z)', 'E1007', '`band` has no key z'],
    [':failed', 'E1008', 'a slice is chosen by steps and keys'],
    ['raw & calibrate', 'E1008', 'no instance is in the slice'],
  ])('`%s` is %s', async (only, code, words) => {
    const { notes } = await sliced(only);
    expect(notes).toContain(`error[${code}]`);
    expect(notes).toContain(words);
  });

  test('of an unknown dimension is refused', async () => {
    const { notes } = await sliced(undefined, ['visits', 1]);
    expect(notes).toContain('did you mean `visit`?');
  });
});

test('what depends on nothing that was left out keeps its fingerprint; gathers of fewer do not', async () => {
  const files = { 'visits.csv': survey.files['visits.csv'] };
  const text = survey.text.replace(/^\}$/gm, '  script bash """\n    true\n  """\n}');
  const fingerprints = async (sample: readonly { dimension: string; count: number }[]) => {
    const { plan, binder } = await given(text, { files, slice: { sample } });
    const standings = world();
    const found = new Map<string, string>();
    for (const index of plan.order) {
      const { first = 0, count = 0 } = plan.steps[index] ?? {};
      for (let i = first; i < first + count; i++) {
        const binding = binder.bind(i, standings);
        if (binding.kind !== 'ready') throw new Error(binding.kind);
        standings.set(i, { kind: 'unknown', fingerprint: binding.fingerprint });
        found.set(binder.name(i), binding.fingerprint);
      }
    }
    return found;
  };
  const whole = await fingerprints([]);
  const part = await fingerprints([{ dimension: 'visit', count: 1 }]);
  const changed = [...part].filter(([name, one]) => whole.get(name) !== one).map(([name]) => name);
  expect(changed).toEqual(['coadd[band=g]', 'reference', 'forced[visit=1]']);
  expect(part.size).toBe(14);
});

test('every relation is that of the whole plan, as far as both of its ends are kept', async () => {
  const { plan } = await planOf(survey);
  const size = plan.instances.min;
  const choice = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: size, maxLength: size });
  fc.assert(
    fc.property(choice, (numbers) => {
      const marks = plan.steps.map((step) =>
        Uint8Array.from({ length: step.count }, (_, at) =>
          numbers[step.first + at] === 0 ? 0 : 1,
        ),
      );
      const isKept = (name: string) => {
        const at = names(plan).indexOf(name);
        return at >= 0 && numbers[at] !== 0;
      };
      const part = restrictPlan(plan, marks);
      expect(names(part)).toEqual(names(plan).filter(isKept));
      const edges = (of: Plan) =>
        of.steps.flatMap((step) =>
          step.reads
            // A `previous` looks further back for one that is kept.
            .filter(({ read }) => read.kind !== 'previous')
            .flatMap(({ input, producer, relation }) =>
              Array.from({ length: step.count }, (_, ordinal) => {
                const from: string[] = [];
                forEachProducer(relation, ordinal, (p) => {
                  from.push(instanceName(of, of.steps[producer]!.first + p));
                });
                const reader = instanceName(of, step.first + ordinal);
                return from.map((name) => `${reader}.${input} <- ${name}`);
              }),
            )
            .flat(),
        );
      const wanted = edges(plan).filter((edge) => {
        const [reader = '', from = ''] = edge.split(' <- ');
        return isKept(reader.slice(0, reader.lastIndexOf('.'))) && isKept(from);
      });
      expect(edges(part)).toEqual(wanted);
    }),
    { numRuns: 60 },
  );
});

test('`previous` in a part looks back to the nearest that is kept', async () => {
  const { plan } = await planOf(survey);
  const marks = plan.steps.map((step) => new Uint8Array(step.count).fill(1));
  const nightly = plan.steps.findIndex(({ step }) => step.name === 'nightly');
  marks[nightly]![1] = 0;
  marks[nightly]![2] = 0;
  const relation = restrictPlan(plan, marks).steps[nightly]?.reads[0]?.relation;
  expect(relation).toEqual({
    kind: 'previous',
    to: Int32Array.of(-1, 0),
    before: Int32Array.of(-1, 0),
  });
});

describe('a slice of what fans out at run time', () => {
  const text = `
record Sensor key sensor { sensor: string, n: int }
step setup for each night in [7, 8] {
  out o: file = "o"
}
step trim for each visit in 1..4 {
  out sensors: table<Sensor> = csv("s.csv") expect 2..5
}
step simulate for each visit in 1..4, s in trim.sensors {
  in  trim = trim.sensors
  out o: file = "o"
}
step calibrate for each visit in 1..4 {
  in  images = gather simulate.o over sensor
  out o: file = "o"
}
step all {
  in  images = gather simulate.o over visit, sensor
  out o: file = "o"
}
`;
  const textOf = async (only: string | undefined, ...sample: [string, number][]) => {
    const slice = { only, sample: sample.map(([dimension, count]) => ({ dimension, count })) };
    return planTextOf({ text, slice });
  };

  test('keeps the rows that are known, with bounds for the rest', async () => {
    expect(await textOf('calibrate[visit=3]')).toMatchInlineSnapshot(`
      "plan w

        setup              night                     0
        trim               visit                     1
        simulate           visit x sensor?        2..5 (known at run time)   trim <- trim (shared)
        calibrate          visit                     1   images <- simulate 0..5 each
        all                -                         0   images <- all simulate over visit,sensor

        4..7 instances, 2..10 edges
        longest way: trim -> simulate -> calibrate (3 one after another)
      "
    `);
    expect(await textOf(undefined, ['visit', 2])).toMatchInlineSnapshot(`
      "plan w

        setup              night                     2
        trim               visit                     2
        simulate           visit x sensor?       4..10 (known at run time)   trim <- trim (shared)
        calibrate          visit                     2   images <- simulate 0..5 each
        all                -                         1   images <- all simulate over visit,sensor

        11..17 instances, 8..30 edges
        longest way: trim -> simulate -> calibrate (3 one after another)
      "
    `);
  });

  test('names no keys that only the run knows', async () => {
    for (const refused of [await textOf('sensor=R22'), await textOf(undefined, ['sensor', 2])]) {
      expect(refused).toContain('error[E1008]: the keys of `sensor` are known only at run time');
    }
  });
});
