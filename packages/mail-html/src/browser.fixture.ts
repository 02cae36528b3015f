/** The browser's half of this room in a real Chromium, on a page that is nobody's; all that it asks for is noted and refused. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';

const executablePath =
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path)) ??
  chromium.executablePath();

/** Whether this machine has a browser for these tests. */
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.warn('SKIPPED: what needs a browser; no Chromium on this machine');

/** The module as the browser gets it: types stripped, DOMPurify from its own bundle. */
function browserModule(): string {
  const sources = ['trusted.ts', 'browser.ts'].map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
  const source = stripTypeScriptTypes(sources.join('\n'));
  const body = source.replace(/^(?:import|export \{) .*$/gm, '').replaceAll(/^export /gm, '');
  return `(() => { ${body}\nwindow.mail = { sanitizeForFrame, sanitizePasted, renderMessageFrame, FRAME_SANDBOX }; })();`;
}

/** What `window.mail` is in that page. */
export interface BrowserHalf {
  sanitizeForFrame(html: string): string;
  sanitizePasted(html: string): string;
  renderMessageFrame(html: string): string;
  FRAME_SANDBOX: string;
}

export interface TestPage {
  readonly page: Page;
  /** Addresses that were asked for. */
  readonly requests: string[];
  close(): Promise<void>;
}

export async function openTestPage(): Promise<TestPage> {
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage();
  const requests: string[] = [];
  await page.route(/^https?:/, (route) => {
    const url = route.request().url();
    if (url === 'http://app.test/') return route.fulfill({ contentType: 'text/html', body: '<!doctype html>' });
    requests.push(url);
    return route.abort();
  });
  await page.goto('http://app.test/');
  const purify = join(dirname(createRequire(import.meta.url).resolve('dompurify')), 'purify.min.js');
  await page.addScriptTag({ content: readFileSync(purify, 'utf8') });
  await page.addScriptTag({ content: browserModule() });
  return { page, requests, close: () => browser.close() };
}
