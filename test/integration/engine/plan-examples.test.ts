import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasErrors, renderDiagnostics } from '../../../dsl/index.ts';
import { diskFiles, load, makePlan, planSummary, planText } from '../../../engine/index.ts';

const root = join(import.meta.dirname, '../../..');

async function plan(path: string) {
  const loaded = await load(join(root, path), { files: diskFiles() });
  expect(loaded.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  const { value, diagnostics } = makePlan(loaded.value);
  const text = `${planText(planSummary(value))}`;
  return { plan: value, diagnostics, text };
}

describe('the shipped examples', () => {
  test('02-twinkles', async () => {
    const { text, diagnostics } = await plan('workflows/examples/02-twinkles.braid');
    expect(diagnostics).toEqual([]);
    expect(text).toMatchInlineSnapshot(`
      "plan twinkles

        instanceCatalog    visit                    60
        phosim             visit x sensor          540   catalog <- instanceCatalog (shared)
        calibrate          visit                    60   images <- phosim 9 each
        skyMap             -                         1   calexps <- all calibrate over visit
        coadd              band                      6   skymap <- skyMap (shared), calexps <- calibrate 10 each
        reference          -                         1   coadds <- all coadd over band
        forced             visit                    60   catalog <- reference (shared), calexps <- calibrate 1:1
        report             -                         1

        729 instances, 1 332 edges
        at most 27 558 core-hours
        longest way: instanceCatalog -> phosim -> calibrate -> skyMap -> coadd -> reference -> forced (7 one after another, at most 3 d 2 h)
      "
    `);
  });

  test('03-dc2-coadd: the steps of its library stand with the others', async () => {
    const { plan: dc2, text } = await plan('workflows/examples/03-dc2-coadd.braid');
    expect(dc2.instances).toEqual({ min: 61_550, max: 61_550 });
    const inside = dc2.steps.filter((s) => s.step.calls !== undefined);
    expect(inside.map((s) => [s.step.name, s.count])).toEqual([
      ['objects.detect', 6 * 212],
      ['objects.merge', 212],
      ['objects.measure', 6 * 212],
      ['objects.mergeMeasurements', 212],
    ]);
    expect(text).toContain('catalogs <- objects.mergeMeasurements 32..49 each');
  });

  test('04-dynamic-fanout', async () => {
    const { text } = await plan('workflows/examples/04-dynamic-fanout.braid');
    expect(text).toMatchInlineSnapshot(`
      "plan imsim_clusters

        trim               visit                      10
        imsim              visit x sensor?    600..1 890 (known at run time)   catalog <- trim (shared)
        findClusters       -                           1   images <- all imsim over visit,sensor
        fitMass            cluster?               0..500 (known at run time)   images <- all imsim over visit,sensor
        massFunction       -                           1   masses <- all fitMass over cluster, conditional

        612..2 402 instances, 1 200..949 280 edges
        at most 7 456..22 936 core-hours
        longest way: trim -> imsim -> findClusters -> fitMass -> massFunction (5 one after another, at most 20 h)
      "
    `);
  });

  test('07-nightly', async () => {
    const { text } = await plan('workflows/examples/07-nightly.braid');
    expect(text).toMatchInlineSnapshot(`
      "plan nightly

        seed               -                         1
        accumulate         night                    30   before <- previous accumulate over night, before <- seed (shared)
        fit                i                        20   last <- previous fit over i, conditional

        51 instances, 78 edges
        longest way: seed -> accumulate (31 one after another)
      "
    `);
  });

  test('a partner that is missing', async () => {
    const { diagnostics } = await plan('test/faulty/17-plan-missing.braid');
    expect(hasErrors(diagnostics)).toBe(true);
    const named = diagnostics.map((d) => {
      const span = d.span && {
        ...d.span,
        source: { ...d.span.source, name: '17-plan-missing.braid' },
      };
      return { ...d, span };
    });
    expect(renderDiagnostics(named, { color: false })).toMatchInlineSnapshot(`
      "error[E0311]: \`useIt[visit=5]\` reads \`raw[visit=5]\`, which does not exist
       --> 17-plan-missing.braid:9:11
        |
      9 |   in  x = raw.x
        |           ^^^^^ so it is for 2 of 6 instances of \`useIt\`
        = note: \`raw\` has 4 instances: visit 1, 2, 3, 4
        = hint: read it as \`raw.x ?? ...\`, or leave these out with \`where\`"
    `);
  });
});
