/** Mail that does not simply go: refused, refused for some, perhaps sent, paused, too large; and the way out of each. */
import { expect, type Page } from '@playwright/test';
import { type MailServer, type MemorySmtp, startMemorySmtp } from '@postroom/mail-lab';
import type { AppProcess } from '../scripts/lib/app-process.ts';
import { test as base } from './app.fixture.ts';
import { call, signUp } from './steps.ts';

const ADA = 'ada@lab.test';
const outgoing = (page: Page, subject: string) => page.getByTestId('outbox-row').filter({ hasText: subject });

/** A submission server that answers as it is told, and takes a megabyte. */
const test = base.extend<{ smtp: MemorySmtp }>({
  smtp: async ({ mail }, use) => {
    const password = mail.accounts.find(({ email }) => email === ADA)?.password ?? '';
    const smtp = await startMemorySmtp({ users: [{ user: ADA, password }], tls: 'none', sizeLimit: 1_000_000 });
    await use(smtp);
    await smtp.stop();
  },
});

async function begin(page: Page, app: AppProcess, mail: MailServer, smtp: MemorySmtp): Promise<void> {
  await signUp(page, app, { name: 'Ada Lund', email: ADA });
  await call(page, 'connections.create', {
    email: ADA,
    imap: { ...mail.endpoints.imap, security: 'tls' },
    smtp: { host: 'localhost', port: smtp.port, security: 'none' },
    auth: { type: 'password', password: smtp.users[0]?.password },
  });
  await call(page, 'settings.save', { undoSendSeconds: 0 });
  await page.goto(`${app.url}/mail/scheduled`);
}

const send = (page: Page, subject: string, to = ['bob@lab.test']) =>
  call(page, 'mail.send', {
    to: to.map((email) => ({ email })),
    subject,
    message: '<p>As we said, on Friday at ten.</p>',
  });

/** As a person may see it: light and dark, wide and narrow. */
async function shots(page: Page, name: string): Promise<void> {
  for (const [kind, width, colorScheme] of [
    ['light', 1280, 'light'],
    ['dark', 1280, 'dark'],
    ['phone', 390, 'light'],
  ] as const) {
    await page.setViewportSize({ width, height: 760 });
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${test.info().outputDir}/${name}-${kind}.png` });
  }
  await page.setViewportSize({ width: 1280, height: 760 });
  await page.emulateMedia({ colorScheme: 'light' });
}

test('what is stuck says why, and goes on as its writer decides', async ({ app, mail, smtp, page }) => {
  await begin(page, app, mail, smtp);

  smtp.set({ replies: { dot: '554 5.7.1 Message rejected as spam' } });
  await send(page, 'Prices of the year');
  await expect(outgoing(page, 'Prices')).toContainText('refused the message for what is in it');
  smtp.heal();
  smtp.set({ recipientReplies: { 'dan@lab.test': '550 5.1.1 No such user here' } });
  await send(page, 'Friday at ten', ['bob@lab.test', 'dan@lab.test']);
  await expect(outgoing(page, 'Friday')).toContainText('1 of 2 recipients have it');
  smtp.heal();
  smtp.set({ cut: 'after-dot' });
  await send(page, 'The keys');
  await expect(outgoing(page, 'The keys')).toContainText('if it arrived and you send it again, it arrives twice');
  smtp.heal();

  await test.step('each says what happened, on every screen', () => shots(page, 'stuck'));

  await test.step('put aside, it can be brought back', async () => {
    await outgoing(page, 'Prices').getByRole('button', { name: 'Dismiss' }).click();
    await expect(outgoing(page, 'Prices')).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(outgoing(page, 'Prices')).toBeVisible();
  });

  await test.step('edited as new, it is in the composer with everything in it', async () => {
    await outgoing(page, 'Prices').getByRole('button', { name: 'Edit as new' }).click();
    await expect(page.getByTestId('compose-subject')).toHaveValue('Prices of the year');
    await expect(page.getByTestId('compose-body')).toContainText('on Friday at ten');
    await expect(outgoing(page, 'Prices')).toHaveCount(0);
    await page.getByRole('button', { name: 'Discard draft' }).click();
  });

  await test.step('it is sent to those alone that were refused', async () => {
    await outgoing(page, 'Friday').getByRole('button', { name: 'Send to the refused again' }).click();
    await expect(outgoing(page, 'Friday')).toHaveCount(0);
    expect(smtp.messages.at(-1)?.rcptTo).toEqual(['dan@lab.test']);
  });

  await test.step('who knows that it arrived says so, and it is not sent again', async () => {
    const before = smtp.messages.length;
    await outgoing(page, 'The keys').getByRole('button', { name: 'It arrived' }).click();
    await expect(outgoing(page, 'The keys')).toHaveCount(0);
    await expect(page.getByText('Nothing is waiting to be sent')).toBeVisible();
    expect(smtp.messages.length).toBe(before);
  });
});

test('a refused login pauses sending and says so; trying again sends what waited', async ({
  app,
  mail,
  smtp,
  page,
}) => {
  await begin(page, app, mail, smtp);
  smtp.set({ replies: { auth: '535 5.7.8 Username and Password not accepted' } });
  await send(page, 'First');
  await expect(outgoing(page, 'First')).toContainText('does not accept this user name and password');
  await send(page, 'Second');
  await expect(outgoing(page, 'Second')).toContainText('sending is paused for this account');
  await shots(page, 'paused');
  smtp.heal();
  await outgoing(page, 'First').getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('Nothing is waiting to be sent')).toBeVisible();
  expect(smtp.messages.length).toBe(2);
});

test('a file that is too large for the server is told before it is uploaded', async ({ app, mail, smtp, page }) => {
  await begin(page, app, mail, smtp);
  let uploads = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/uploads')) uploads += 1;
  });
  await page.getByTestId('compose-button').click();
  await expect(page.getByRole('button', { name: 'Attach files, up to 684 kB in all' })).toBeVisible();
  const file = (name: string, size: number) => ({ name, mimeType: 'video/mp4', buffer: Buffer.alloc(size, 1) });
  await page.getByTestId('compose-file-input').setInputFiles([file('small.mp4', 300_000), file('film.mp4', 600_000)]);
  const chips = page.getByTestId('compose-files').locator('li');
  await expect(chips.filter({ hasText: 'small.mp4' })).toHaveAttribute('data-done', 'true');
  await expect(chips.filter({ hasText: 'film.mp4' })).toContainText('your mail server takes 1.0 MB');
  expect(uploads).toBe(1);
  await shots(page, 'too-large');
});
