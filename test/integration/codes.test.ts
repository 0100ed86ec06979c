import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Diagnostic,
  explainPages,
  parse,
  parseSelector,
  renderDiagnostics,
} from '../../dsl/index.ts';
import { linked } from '../unit/dsl/check/check.ts';
import { faultyLibraries } from '../unit/engine/library/faulty.ts';
import { told as toldOf } from '../unit/engine/library/two-files.ts';
import { left, meet } from '../unit/engine/meet.ts';
import { atSite } from '../unit/engine/site/at-site.ts';
import { pagesWorkflow } from '../unit/engine/site/pages-workflow.ts';

/** What the checker says of each code is held in `check/` and `script/`; the others are here. */
const golden = join(import.meta.dirname, '../golden');

/** Texts that are too long for a page. */
const long: Readonly<Record<string, string>> = {
  E0113: `workflow hello\nlet x = "${'a'.repeat(1 << 20)}"`,
  E0114: `workflow hello\nlet x = [\n${'  1,\n'.repeat(17_000)}]`,
};

/** Codes and families without an example of their own, and why. */
const reasons: Readonly<Record<string, string>> = {
  E0509: 'it tells of a repository that cannot be had: test/e2e/lock.test.ts',
  E0704: 'only a run that has fanned out gives it: test/unit/engine/run/fan-out',
  E0100: 'what has a situation does not end here; an example would be a situation that is missing',
  E0708:
    'only values of JSON, which the checker cannot see, have a wrong kind when they are computed',
  E09: 'a place is at fault, not a text',
  E10: 'the command line is at fault, not a text',
  W0821: "the user's own file is at fault, not a text: test/integration/cli/channels.test.ts",
  E11: 'a disk or a journal is at fault, not a text',
};

async function told(code: string, wrong: string): Promise<readonly Diagnostic[]> {
  const library = faultyLibraries[code];
  if (library) return toldOf(library);
  if (/^(E091|W081[12])/.test(code)) {
    return (await atSite({ workflow: pagesWorkflow, site: wrong })).diagnostics;
  }
  if (code === 'E1003') return parseSelector(wrong).diagnostics;
  if (code.startsWith('E01')) return parse({ name: 'w.braid', text: wrong }).diagnostics;
  const checked = linked(wrong).diagnostics;
  if (checked.some((d) => d.code === code)) return checked;
  return meet(wrong, left[code]?.[0]);
}

describe('every code has a page and a golden example', () => {
  const own = explainPages.flatMap(({ code, wrong }): [string, string][] => {
    const elsewhere = ['check', 'script'].some((at) => existsSync(join(golden, at, `${code}.txt`)));
    const text = long[code] ?? (code in faultyLibraries ? 'two files' : wrong);
    return text === '' || elsewhere || code in reasons ? [] : [[code, text]];
  });

  test.each(own)('%s', async (code, wrong) => {
    const diagnostics = (await told(code, wrong)).filter((d) => d.code === code);
    expect(diagnostics).not.toEqual([]);
    const text = `${renderDiagnostics(diagnostics, { color: false })}\n`;
    const path = join(golden, 'codes', `${code}.txt`);
    if (process.env.UPDATE === '1') {
      mkdirSync(join(golden, 'codes'), { recursive: true });
      writeFileSync(path, text);
    }
    expect(text).toBe(readFileSync(path, 'utf8'));
  });

  test('or a reason', () => {
    const held = (code: string) =>
      ['check', 'script', 'codes'].some((at) => existsSync(join(golden, at, `${code}.txt`)));
    const reasonless = explainPages.flatMap(({ code }) =>
      held(code) || reasons[code] || reasons[code.slice(0, 3)] ? [] : [code],
    );
    expect(reasonless).toEqual([]);
    const needless = Object.keys(reasons).filter((code) => code.length === 5 && held(code));
    expect(needless).toEqual([]);
  });
});
