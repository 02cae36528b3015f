/** What several stories do: sign up, connect, find a conversation. */

import type { Locator, Page, TestInfo } from '@playwright/test';
import type { MailServer } from '@postroom/mail-lab';
import type { AppProcess } from '../scripts/lib/app-process.ts';

/** The conversation in the list whose line has this text. */
export const row = (page: Page, text: string): Locator => page.getByTestId('thread-row').filter({ hasText: text });

/** Pictures of a state: on a wide screen by day, on a phone by night. */
export async function look(page: Page, info: TestInfo, name: string): Promise<void> {
  await page.screenshot({ path: info.outputPath(`${name}.png`) });
  const size = page.viewportSize();
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: info.outputPath(`${name}-phone.png`) });
  await page.emulateMedia({ colorScheme: 'light' });
  if (size) await page.setViewportSize(size);
}

/** From the first page to the one that asks for a mail account. */
export async function signUp(page: Page, app: AppProcess, user: { name: string; email: string }): Promise<void> {
  await page.goto(app.url);
  await page.getByLabel('Name').fill(user.name);
  await page.getByLabel('Email').fill(user.email);
  await page.getByLabel('Password').fill('fake-app-password');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Connect a mail account' }).waitFor();
}

/** Fills in the lab's servers, which no look-up finds; `password` where it is to be a wrong one. */
export async function connectAccount(page: Page, mail: MailServer, email: string, password?: string): Promise<void> {
  const account = mail.accounts.find((one) => one.email === email);
  await page.locator('[name=mail-address]').fill(email);
  await page.locator('[name=mail-password]').fill(password ?? account?.password ?? '');
  await page.keyboard.press('Enter');
  for (const side of ['imap', 'smtp'] as const) {
    await page.locator(`[name=${side}-host]`).fill(mail.endpoints[side].host);
    await page.locator(`[name=${side}-port]`).fill(String(mail.endpoints[side].port));
  }
  await page.getByTestId('connect-submit').click();
}

/** As the app itself asks, for times that no person would wait for. */
export const call = (page: Page, procedure: string, input: Record<string, unknown>) =>
  page.evaluate(
    async ([path, json]) => {
      const answer = await fetch(`/api/trpc/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ json }),
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    },
    [procedure, input] as const,
  );
