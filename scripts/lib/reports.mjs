/** Counts from the JSON reports of vitest and Playwright. A report that is not there counts as one failure. */
import { existsSync, readFileSync } from 'node:fs';

const MISSING = { passed: 0, failed: 1, skipped: [] };

export function readVitestReport(file) {
  if (!existsSync(file)) return MISSING;
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  // a file that failed without a failed test in it did not load
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: tests.filter(({ status }) => status === 'failed').length + broken.length,
    skipped: tests
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName, status, meta }) => ({ title: fullName.trim(), reason: meta?.skipReason ?? status })),
  };
}

export function readPlaywrightReport(file) {
  if (!existsSync(file)) return MISSING;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const tests = report.suites.flatMap(listPlaywrightTests);
  const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length;
  return {
    passed: count('expected', 'flaky'),
    failed: count('unexpected') + (report.errors?.length ?? 0),
    skipped: tests
      .filter(({ status }) => status === 'skipped')
      .map(({ title, annotations }) => ({
        title,
        reason: annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description ?? 'skipped',
      })),
  };
}

function listPlaywrightTests({ specs = [], suites = [] }) {
  const own = specs.flatMap(({ title, tests }) =>
    tests.map(({ status, annotations = [] }) => ({ title, status, annotations })),
  );
  return [...own, ...suites.flatMap(listPlaywrightTests)];
}
