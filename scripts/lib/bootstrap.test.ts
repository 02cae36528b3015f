import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fingerprint } from './fingerprint.mjs';
import { checkBootstrapNode, findNode } from './node.mjs';
import { readPlaywrightReport, readVitestReport } from './reports.mjs';
import { root } from './workspace.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-scripts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

describe('the Node that runs the project', () => {
  test('is this one when it is new enough', () => {
    expect(findNode({ version: '24.1.0', platform: 'haiku' })).toBe(process.execPath);
    expect(findNode({ version: '22.18.0', platform: 'haiku' })).toBe(process.execPath);
  });

  test('is asked for in plain words where neither this one nor npm has it', () => {
    expect(() => findNode({ version: '20.20.2', platform: 'darwin', arch: 'arm64' })).toThrow(
      'Postroom needs Node 22.18 or later; this is 20.20.2.',
    );
  });

  test('may be older for the commands themselves, down to 20', () => {
    expect(() => checkBootstrapNode('18.19.0')).toThrow('Postroom cannot be set up with Node 18.19.0.');
    expect(() => checkBootstrapNode('20.0.0')).not.toThrow();
  });
});

describe('a fingerprint', () => {
  test('changes with a name or a content, and not with tests, time or what was built', () => {
    const path = relative(root, folder);
    write('a.ts', '1');
    const first = fingerprint([path]);
    write('a.ts', '1');
    write('a.test.ts', 'x');
    expect(fingerprint([path])).toBe(first);
    write('a.ts', '2');
    const changed = fingerprint([path]);
    write('b.ts', '');
    expect(new Set([first, changed, fingerprint([path]), fingerprint([path], 'salt')]).size).toBe(4);
  });

  test('of what is not there is that of nothing', () => {
    expect(fingerprint(['nowhere/at/all'])).toBe(fingerprint([]));
  });
});

describe('the sum of a run', () => {
  test('counts a file that did not load as a failure', () => {
    const assertionResults = [
      { status: 'passed', fullName: ' one' },
      { status: 'failed', fullName: ' two' },
      { status: 'pending', fullName: ' three' },
    ];
    const report = write(
      'vitest.json',
      JSON.stringify({
        testResults: [
          { status: 'failed', assertionResults },
          { status: 'failed', assertionResults: [] },
        ],
      }),
    );
    expect(readVitestReport(report)).toEqual({
      passed: 1,
      failed: 2,
      skipped: [{ title: 'three', reason: 'pending' }],
    });
  });

  test('takes the reason of a skipped browser story from its annotation', () => {
    const spec = (title: string, status: string, annotations: object[] = []) => ({
      title,
      tests: [{ status, annotations }],
    });
    const specs = [
      spec('a', 'expected'),
      spec('b', 'unexpected'),
      spec('c', 'skipped', [{ type: 'skip', description: 'why' }]),
    ];
    const report = write('browser.json', JSON.stringify({ suites: [{ suites: [{ specs }] }], errors: [] }));
    expect(readPlaywrightReport(report)).toEqual({ passed: 1, failed: 1, skipped: [{ title: 'c', reason: 'why' }] });
  });

  test('without a report is a failure', () => {
    expect(readVitestReport(join(folder, 'none.json'))).toEqual({ passed: 0, failed: 1, skipped: [] });
  });
});
