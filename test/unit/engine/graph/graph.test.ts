import { describe, expect, test } from 'vitest';
import {
  type GraphFormat,
  graphText,
  instanceGraph,
  type Plan,
  stepGraph,
} from '../../../../engine/index.ts';
import { planOf } from '../plan/plan-of.ts';

const text = `
record Part key part { part: string }
step one {
  out parts: table<Part> = csv("parts.csv")
  out o: file = "o"
}
step many for each i in 1..2 {
  in x = one.o
  in before = previous many.o over i ?? one.o
  out o: file = "o"
}
step fine for each i in 1..2, s in ["<a>", "b"] {
  in x = many.o
  out o: file = "o"
}
step sum for each i in 1..2 {
  in xs = gather fine.o over s
  out o: file = "o"
}
step part for each p in one.parts {
  in x = sum[i = 2].o
  out o: file = "o"
}
step close {
  after workflow finished
}
`;

describe('the graph of steps', () => {
  test('as nodes and edges that say what they mean', async () => {
    const { plan } = await planOf(text);
    const { nodes, edges } = stepGraph(plan);
    expect(nodes.map((n) => `${n.id} ${n.dimensions.join(',')} ${n.instances}`)).toEqual([
      'one  1',
      'many i 2',
      'fine i,s 4',
      'sum i 2',
      'part part? 0..?',
      'close  1',
    ]);
    expect(edges.map((e) => `${e.from} -> ${e.to}: ${e.kind} ${e.label}`.trim())).toEqual([
      'one -> many: data shared',
      'many -> many: previous previous over i',
      'many -> fine: data shared',
      'fine -> sum: data gather over s',
      'sum -> part: data [i]',
      'one -> part: keys keys',
      'part -> close: after after finished',
    ]);
  });

  test('a label is said once for several inputs, whatever it names', async () => {
    const { plan } = await planOf(`
step make for each i in 1..2, s in ["a", "b"] {
  out x: file = "x"
  out y: file = "y"
}
step all {
  in xs = gather make.x over i, s
  in ys = gather make.y over i, s
  in one = gather make[i = 1].x over s
}
`);
    expect(stepGraph(plan).edges).toEqual([
      { from: 'make', to: 'all', kind: 'data', label: 'gather over i, s; gather over s' },
    ]);
  });

  test('as a picture: the same each time, with every box and arrow, and nothing unescaped', async () => {
    const { plan } = await planOf(text);
    const svg = await textOf(plan, 'svg', false);
    expect(await textOf(plan, 'svg', false)).toBe(svg);
    expect(svg.match(/<rect class="box/g)).toHaveLength(6);
    expect(svg.match(/<path class="arrow/g)).toHaveLength(7);
    expect(svg).toContain('>i × s</text>');
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});

describe('the graph of instances', () => {
  test('has an edge for each partner', async () => {
    const { plan } = await planOf(text);
    const { nodes, edges } = instanceGraph(plan);
    expect(nodes).toHaveLength(10);
    expect(nodes.find((n) => n.id === 'fine[i=2, s=b]')?.key).toEqual({ i: 2, s: 'b' });
    const into = (id: string) => edges.filter((e) => e.to === id).map((e) => e.from);
    expect(into('many[i=1]')).toEqual(['one']);
    expect(into('many[i=2]')).toEqual(['one', 'many[i=1]']);
    expect(into('sum[i=1]')).toEqual(['fine[i=1, s="<a>"]', 'fine[i=1, s=b]']);
  });

  test('is a picture only of what a person can read', async () => {
    const { plan } = await planOf(text);
    expect(await textOf(plan, 'svg', true)).toContain('i=1, s=&quot;&lt;a&gt;&quot;');
    const many = { ...plan, instances: { min: 2_001, max: 2_001 } };
    for (const format of ['svg', 'mermaid'] as const) {
      const refused = await graphText(many, format, true);
      expect(refused.value).toBeUndefined();
      expect(refused.diagnostics[0]).toMatchObject({
        code: 'E1004',
        hint: 'the picture of the steps: leave out `--instances`; all instances: `--format dot` or `--format json`',
      });
      expect((await graphText(many, format, false)).value).toBeDefined();
    }
    expect((await graphText(many, 'dot', true)).value).toContain('digraph');
  });
});

async function textOf(plan: Plan, format: GraphFormat, instances: boolean): Promise<string> {
  return (await graphText(plan, format, instances)).value ?? '';
}

describe('as text for other programs', () => {
  test('dot', async () => {
    const { plan } = await planOf(text);
    expect(await textOf(plan, 'dot', false)).toBe(`digraph "w" {
  rankdir = TB
  node [shape = box, style = "rounded,filled", fillcolor = "#eef4fb", color = "#2b5c8a", fontname = "Helvetica"]
  edge [color = "#4a5a68", fontname = "Helvetica", fontsize = 10]
  "one" [label = "one\\n1 instance"]
  "many" [label = "many\\ni\\n2 instances"]
  "fine" [label = "fine\\ni × s\\n4 instances"]
  "sum" [label = "sum\\ni\\n2 instances"]
  "part" [label = "part\\npart?\\n0..? instances", style = "rounded,filled,dashed", fillcolor = "#fdf3e1", color = "#8a5a00"]
  "close" [label = "close\\n1 instance"]
  "one" -> "many" [label = "shared"]
  "many" -> "many" [label = "previous over i", style = dashed, color = "#7b2d8e"]
  "many" -> "fine" [label = "shared"]
  "fine" -> "sum" [label = "gather over s"]
  "sum" -> "part" [label = "[i]"]
  "one" -> "part" [label = "keys", style = dotted, color = "#8a5a00"]
  "part" -> "close" [label = "after finished", style = dotted, color = "#7a8590"]
}
`);
    const instances = await textOf(plan, 'dot', true);
    expect(instances).toContain('"fine[i=1, s=\\"<a>\\"]" [label = "fine\\ni=1, s=\\"<a>\\""]');
    expect(instances).toContain('"one" -> "many[i=1]"\n');
  });

  test('mermaid', async () => {
    const { plan } = await planOf(text);
    expect(await textOf(plan, 'mermaid', false)).toBe(`---
title: "w"
---
flowchart TB
  n0("one<br/>1 instance")
  n1("many<br/>i<br/>2 instances")
  n2("fine<br/>i × s<br/>4 instances")
  n3("sum<br/>i<br/>2 instances")
  n4("part<br/>part?<br/>0..? instances")
  n5("close<br/>1 instance")
  n0 -->|"shared"| n1
  n1 -.->|"previous over i"| n1
  n1 -->|"shared"| n2
  n2 -->|"gather over s"| n3
  n3 -->|"[i]"| n4
  n0 -.->|"keys"| n4
  n4 -.->|"after finished"| n5
  classDef dynamic stroke-dasharray: 6 3
  class n4 dynamic
`);
    const instances = await textOf(plan, 'mermaid', true);
    expect(instances).toContain('("fine<br/>i=1, s=#34;#60;a#62;#34;")');
  });
});
