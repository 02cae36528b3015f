import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openServerLog } from './server-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a log beyond its bound moves aside when it is opened', () => {
  const path = join(folder, 'server.log');
  writeFileSync(path, 'x'.repeat(2000));
  openServerLog(path, 1000).close();
  expect([statSync(path).size, statSync(`${path}.1`).size]).toEqual([0, 2000]);
});

test('the tail is what was written since the log was opened', () => {
  const path = join(folder, 'server.log');
  writeFileSync(path, 'of yesterday\n');
  const log = openServerLog(path);
  appendFileSync(path, 'of today\n');
  const tail = log.tail();
  log.close();
  expect(tail).toBe('of today');
});
