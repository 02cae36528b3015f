/** A mail server and the app with nothing in it. */
import { test as base, expect } from '@playwright/test';
import { type MailServer, startMailServer } from '@postroom/mail-lab';
import type { AppProcess } from '../scripts/lib/app-process.ts';
import { startFreshApp } from './fresh-app.ts';
import { watchRefusals } from './refusals.ts';

/**
 * The mail server with ada@lab.test and bob@lab.test is one for all stories; each begins with an app that nobody has used,
 * and ends without anything that the browser had to refuse.
 */
export const test = base.extend<
  { app: AppProcess; isEmbedded: boolean; refusals: () => string[] },
  { mail: MailServer }
>({
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
  isEmbedded: [false, { option: true }],
  app: async ({ mail, isEmbedded }, use) => {
    const app = await startFreshApp({ isEmbedded, env: { MAIL_TLS_CA_FILE: mail.caFile } });
    await use(app);
    await app.stop();
  },
});
