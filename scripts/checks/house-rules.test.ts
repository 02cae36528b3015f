/** Rules about the source as text, which no other tool checks. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const IGNORED = new Set(['node_modules', 'dist', '.turbo']);

const sources = ['apps', 'packages', 'scripts', 'e2e', 'bench']
  .map((folder) => join(root, folder))
  .filter((folder) => existsSync(folder))
  .flatMap(list);
const isTest = (path: string) => /\.(test|fixture|spec)\.tsx?$/.test(path);
const production = sources.filter(
  ({ path }) => /^(apps|packages)\//.test(path) && !path.startsWith('packages/mail-lab/') && !isTest(path),
);

/** Where the environment may be read. */
const ENVIRONMENT_READERS = ['apps/server/src/env.ts', 'packages/db/src/testing.ts'];

/** The one module that may turn certificate checks off, for hosts that the operator has named. */
const CERTIFICATE_CHECKS = /^apps\/server\/src\/(security|engine\/(imap|smtp))\/tls[a-z-]*\.ts$/;

test('only env.ts reads the environment', () => {
  expect(pathsWith(production, /\bprocess\.env\b/).filter((path) => !ENVIRONMENT_READERS.includes(path))).toEqual([]);
});

test('certificate checks are turned off in the TLS module alone', () => {
  const turnsOff = pathsWith(production, /rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED/);
  expect(turnsOff.filter((path) => !CERTIFICATE_CHECKS.test(path))).toEqual([]);
});

test('no file is longer than one can hold in mind: 300 lines, tests 500', () => {
  const tooLong = sources.filter(({ path, text }) => countLines(text) > (isTest(path) ? 500 : 300));
  expect(tooLong.map(({ path }) => path)).toEqual([]);
});

test('decisions are numbered one after the other, and dated', () => {
  const folder = join(root, 'docs/decisions');
  const heads = readdirSync(folder)
    .sort()
    .map((name) => ({ name, head: readFileSync(join(folder, name), 'utf8').split('\n', 3).join('\n') }));
  const odd = heads.filter(({ name, head }, index) => {
    const number = String(index + 1).padStart(3, '0');
    const dated = new RegExp(`^# ${number} .+\n\nDate: \\d{4}-\\d\\d-\\d\\d · Status: \\w+`);
    return !name.startsWith(`${number}-`) || !dated.test(head);
  });
  expect(odd).toEqual([]);
});

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

function pathsWith(files: typeof sources, pattern: RegExp): string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

function list(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !IGNORED.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return list(path);
      return /\.(tsx?|mjs)$/.test(entry.name) ? [{ path: relative(root, path), text: readFileSync(path, 'utf8') }] : [];
    });
}
