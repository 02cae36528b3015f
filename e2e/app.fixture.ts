/** A mail server and the app, as a newcomer starts it: its own process, its own embedded database, nothing in it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { type MailServer, startMailServer } from '@postroom/mail-lab';
import { type AppProcess, startApp } from '../scripts/lib/app-process.ts';
import { watchRefusals } from './refusals.ts';

/**
 * The mail server with ada@lab.test and bob@lab.test is one for all stories; each begins with an app that nobody has used,
 * and ends without anything that the browser had to refuse.
 */
export const test = base.extend<{ app: AppProcess; refusals: () => string[] }, { mail: MailServer }>({
  mail: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      const mail = await startMailServer();
      await use(mail);
      await mail.stop();
    },
    { scope: 'worker' },
  ],
  refusals: [
    async ({ context }, use) => {
      const takeRefusals = await watchRefusals(context);
      await use(takeRefusals);
      expect(takeRefusals()).toEqual([]);
    },
    { auto: true },
  ],
  app: async ({ mail }, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'postroom-e2e-'));
    const env = { DATA_DIR: dataDir, MAIL_TLS_CA_FILE: mail.caFile, MAIL_EGRESS_ALLOW: 'localhost' };
    const app = await startApp({ env });
    await use(app);
    await app.stop();
    await rm(dataDir, { recursive: true, force: true });
  },
});
