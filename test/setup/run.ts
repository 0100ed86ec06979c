import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { has, needs } from './needs.ts';

/**
 * `npm test`: runs every project of vitest and closes with one list of what was skipped and why. It
 * installs nothing; with `BRAID_TEST_SETUP=1` what the tests need from the host is installed first.
 */
const root = join(import.meta.dirname, '../..');

function setUp(): string[] {
  const missing: string[] = [];
  for (const need of needs) {
    if (has(need)) continue;
    if (process.env.BRAID_TEST_SETUP === '1') {
      spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore' });
      for (const [command, ...args] of need.install) {
        spawnSync(command, args, { stdio: 'inherit' });
      }
    }
    if (!has(need)) missing.push(need.name);
  }
  return missing;
}

interface JsonReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function main(): number {
  const missing = setUp();
  const scratch = mkdtempSync(join(tmpdir(), 'braid-test-report-'));
  const reportFile = join(scratch, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const filters = process.argv.slice(2);
  const run = spawnSync(
    process.execPath,
    [
      vitest,
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...filters,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  let report: JsonReport;
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    console.log('the test run ended without a report');
    return run.status || 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const skipped = report.testResults.flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status === 'skipped' || test.status === 'pending')
      .map((test) => `${relative(root, file.name)}: ${test.fullName}`),
  );
  if (skipped.length > 0) {
    const lacking = missing.length > 0 ? `; missing here: ${missing.join(', ')}` : '';
    console.log(`\nSkipped (BRAID_TEST_SETUP=1 lets the set-up install what they need${lacking}):`);
    for (const line of skipped) console.log(`  ${line}`);
  }
  console.log(
    `\n${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped.length} skipped`,
  );
  if (report.numPassedTests === 0) return 1;
  return run.status ?? 1;
}

process.exitCode = main();
