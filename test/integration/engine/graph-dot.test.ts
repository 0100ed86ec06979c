import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { graphText, instanceGraph } from '../../../engine/index.ts';
import { lacks } from '../../setup/needs.ts';
import { planOf } from '../../unit/engine/plan/plan-of.ts';

/** Keys with everything that dot or its labels could take for something else. */
const text = `
step a for each k in ["x", "\\"", "\\\\", "\\\\n", "a\\\\\\"b", "<b>", "é # {}", "two\\nlines"] {
  out f: file = "f"
}
step b for each k in ["x", "\\"", "\\\\", "\\\\n", "a\\\\\\"b", "<b>", "é # {}", "two\\nlines"] {
  in  f = a.f
}
`;

test.skipIf(lacks('dot'))('Graphviz reads what is written for it, each name as it is', async () => {
  const { plan } = await planOf(text);
  for (const instances of [false, true]) {
    const dot = (await graphText(plan, 'dot', instances)).value;
    const drawn = spawnSync('dot', ['-Tplain'], { input: dot ?? '', encoding: 'utf8' });
    expect(drawn.stderr).toBe('');
    const count = instances ? instanceGraph(plan).nodes.length : 2;
    expect(drawn.stdout.match(/^node /gm)).toHaveLength(count);
    expect(drawn.stdout.match(/^edge /gm)).toHaveLength(count / 2);
  }
});
