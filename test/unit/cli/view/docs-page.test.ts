import { expect, test } from 'vitest';
import { docsPage } from '../../../../cli/view/docs-page.ts';
import { describe, hasErrors, link, parse } from '../../../../dsl/index.ts';
import { sourcesUnder } from '../../dsl/syntax/corpus.ts';

function pageOf(text: string, name = 'w.braid'): string {
  const module = parse({ name, text });
  const program = link(module.value);
  const errors = [...module.diagnostics, ...program.diagnostics].filter((d) => hasErrors([d]));
  if (errors.length > 0) throw new Error(errors.map((d) => d.message).join('\n'));
  return docsPage(describe(module.value, program.value));
}

test('a page has what is written, with the types and defaults that follow from it', () => {
  const page = pageOf(`# What is said at the top.
# In two lines.
workflow shown version "1.0"

type Band = "g" | "r"

## Visits of the telescope.
record Visit key visit {
  ## As the scheduler counts them.
  visit: int
  band:  Band
}

## When, and how.
param visits: table<Visit> = csv("visits.csv")
param n:      int where n in 1..4     # no default
location raws: dir
## For the database.
secret password

env stack { image = "a|b", setup = "c" }

defaults {
  env stack
  resources { cpus = 1, memory = 3 GB }
}

## One image for each.
step make for each v in visits, i in 1..n {
  ## The image.
  out image: file<fits> = "a.fits"
  out parts: list<file> = files("p*") expect 1..4
  resources {
    cpus   = 4
    time   = 2 h
  }
  retry 2 {
    on oom { memory = min(
      memory * 2, 8 GB,
    ) }
    on lost
  }
  script bash """
    make @{raws} > @{image}
  """
}

step sum {
  in  images = gather make.image over visit, i
  out total: file = "t"
  vars { PASSWORD = password }
  script exec ["cat", images]
}

output total = sum.total publish "here"
`);
  expect(page).toBe(`# shown 1.0

What is said at the top.
In two lines.

## Parameters

| name | type | default | meaning |
| --- | --- | --- | --- |
| \`visits\` | \`table<Visit>\` | \`csv("visits.csv")\` | When, and how. |
| \`n\` | \`int\` | (required) | It has to be so that \`n in 1..4\`. |

## What a site gives

| name | type | meaning |
| --- | --- | --- |
| \`raws\` | \`dir\` |  |
| \`password\` | \`secret\` | For the database. |

## Steps

### make

One image for each.

Once for each \`visit\` (int), \`i\` (int): \`for each v in visits, i in 1..n\`. Runs \`bash\`.

| out | type | as | meaning |
| --- | --- | --- | --- |
| \`image\` | \`file<fits>\` | \`"a.fits"\` | The image. |
| \`parts\` | \`list<file>\` | \`files("p*") expect 1..4\` |  |

- resources: \`cpus = 4, time = 2 h, memory = 3 GB\`
- retry: \`2 { on oom { memory = min(memory * 2, 8 GB) }, on lost }\`
- env: \`stack\`

### sum

Once. Runs \`exec ["cat", images]\`.

| in | type | from |
| --- | --- | --- |
| \`images\` | \`list<file<fits>>\` | \`gather make.image over visit, i\` |

| out | type | as |
| --- | --- | --- |
| \`total\` | \`file\` | \`"t"\` |

- vars: \`PASSWORD = password\`
- env: \`stack\`
- resources: \`cpus = 1, memory = 3 GB\`

## Outputs

| name | type | from | published as |
| --- | --- | --- | --- |
| \`total\` | \`file\` | \`sum.total\` | \`"here"\` |

## Types

### Band

\`g\`, \`r\`

### Visit

Visits of the telescope.

A row is identified by \`visit\`.

| column | type | meaning |
| --- | --- | --- |
| \`visit\` | \`int\` | As the scheduler counts them. |
| \`band\` | \`Band\` |  |

## Environments

| name | software |
| --- | --- |
| \`stack\` | \`image = "a\\|b"\`<br>\`setup = "c"\` |
`);
});

test('every shipped workflow and library has a page with each of its names', () => {
  for (const { name, text } of sourcesUnder('workflows')) {
    if (!name.endsWith('.braid')) continue;
    const page = pageOf(text, name);
    for (const { kind, ...declaration } of parse({ name, text }).value.declarations) {
      if (!('name' in declaration) || kind === 'let') continue;
      expect(page, `${name}: ${declaration.name.text}`).toMatch(
        new RegExp(`(?:### |\`)${declaration.name.text}\\b`),
      );
    }
    expect(page).not.toMatch(/undefined|null|unknown/);
  }
});
