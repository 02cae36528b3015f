/** The pictures of the README, taken from the running app over a lively mailbox on real servers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import { makeMailbox, startMailServer, writeMaildir } from '@postroom/mail-lab';
import { startApp } from '../scripts/lib/app-process.ts';
import { connectAccount, row, signUp } from './steps.ts';

const folder = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const SIZE = { width: 1280, height: 800 };
const MINUTE_MS = 60_000;

async function takeAll(page: Page): Promise<void> {
  const take = async (name: string) => {
    await page.mouse.move(0, 0);
    await page.waitForLoadState('networkidle').catch(() => undefined);
    await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
    process.stdout.write(`docs/screenshots/${name}.png\n`);
  };
  const open = async (subject: string) => {
    await row(page, subject).first().click();
    await page.getByTestId('message').first().waitFor();
  };
  await open('Photos from the reunion');
  await take('inbox');
  await page.keyboard.press('r');
  await page
    .getByRole('textbox', { name: 'Message' })
    .fill('The ones on the jetty are lovely. Could you send me number four in full size?');
  await page.getByRole('textbox', { name: 'Message' }).scrollIntoViewIfNeeded();
  await take('answer');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(new URL('/mail/all?q=invoice', page.url()).href);
  await row(page, 'Invoice').first().waitFor();
  await open('Invoice');
  await take('search-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 390, height: 780 });
  await page.goto(new URL('/mail/inbox', page.url()).href);
  await page.getByTestId('thread-row').first().waitFor();
  await take('phone');
}

const mail = await startMailServer();
const dataDir = await mkdtemp(join(tmpdir(), 'postroom-pictures-'));
const browser = await chromium.launch({
  ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : {}),
  args: ['--no-sandbox'],
});
try {
  await writeMaildir(
    mail.dovecot,
    'ada@lab.test',
    makeMailbox({ size: 400, newest: new Date(Date.now() - 20 * MINUTE_MS) }),
  );
  const env = { DATA_DIR: dataDir, MAIL_TLS_CA_FILE: mail.caFile, MAIL_EGRESS_ALLOW: 'localhost' };
  const app = await startApp({ env });
  try {
    const page = await browser.newPage({ viewport: SIZE, locale: 'en-GB', timezoneId: 'Europe/Berlin' });
    await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });
    await connectAccount(page, mail, 'ada@lab.test');
    await page.getByTestId('thread-row').first().waitFor();
    await page.getByTestId('sync-progress').waitFor({ state: 'detached', timeout: MINUTE_MS });
    await takeAll(page);
  } finally {
    await app.stop();
  }
} finally {
  await browser.close();
  await mail.stop();
  await rm(dataDir, { recursive: true, force: true });
  if (process.connected) process.disconnect();
}
