/**
 * Real and broken messages of others (`../shared/corpus`), where that folder is there: opened in the app, nothing of them
 * runs, and nobody is asked for anything. One in eight here; all under SOAK=1.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { expect } from '@playwright/test';
import { watchedBrowser } from './browser.ts';
import { test } from './mailbox.fixture.ts';
import { openAll, untouchedApp } from './reader.ts';

const CORPUS = join(import.meta.dirname, '../../../shared/corpus');
const MAX_BYTES = 5 * 1024 * 1024;
const EVERY = process.env.SOAK === '1' ? 1 : 8;

test.use(watchedBrowser);
test.setTimeout(600_000);

function corpusSources(): Buffer[] {
  return readdirSync(CORPUS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ['.eml', '.txt', '.msg'].includes(extname(entry.name)))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
    .filter((source) => source.length > 0 && source.length < MAX_BYTES && !source.includes(0));
}

test('nothing of the shared corpus runs, loads or leaves its frame', async ({ hostile, page }) => {
  test.skip(!existsSync(CORPUS), 'there is no shared corpus on this machine');
  const sources = corpusSources().filter((_, at) => at % EVERY === 0);
  const { harmless, shown } = await hostile.fill(sources.map((source) => [source]));
  const detectors = await hostile.open(page);
  const untouched = await untouchedApp(page, harmless);
  const opening = { detectors, untouched, nameOf: (mid: string) => mid };
  expect(await openAll(page, shown, opening)).toEqual({});

  await hostile.allowPictures(true);
  await page.reload();
  const withPictures = shown.filter(({ hasPictures }) => hasPictures);
  expect(await openAll(page, withPictures, opening)).toEqual({});
});
