/** Whoever leaves what they write, in whatever moment, finds all of it again. */
import { expect, type Page } from '@playwright/test';
import { message } from '@postroom/mail-lab';
import { test } from './app.fixture.ts';
import { connectAccount, look, row, signUp } from './steps.ts';

const ADA = 'ada@lab.test';
const subject = (page: Page) => page.getByTestId('compose-subject');
const body = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const drafts = (page: Page) => page.getByTestId('draft-row');
const close = (page: Page) =>
  page.getByTestId('compose-window').getByRole('button', { name: 'Save and close' }).click();

test('what is written is kept: with its file on its way, when nothing answers, and when it is refused', async ({
  app,
  mail,
  page,
}) => {
  const ferry = { from: 'Bob <bob@lab.test>', to: ADA, subject: 'Rope and paint', text: 'At nine?' };
  await mail.deliver(ADA, message(ferry));
  await signUp(page, app, { name: 'Ada Lund', email: ADA });
  await connectAccount(page, mail, ADA);
  await expect(row(page, 'Rope and paint')).toBeVisible();
  await page.goto(`${app.url}/mail/draft`);

  await test.step('a file that is on its way when its draft is closed; the page asks before it goes', async () => {
    const uploaded = Promise.withResolvers<void>();
    await page.route('**/api/uploads', async (route) => {
      await uploaded.promise;
      await route.continue();
    });
    await page.getByTestId('compose-button').click();
    await subject(page).fill('Timetable');
    const timetable = { name: 'winter.txt', mimeType: 'text/plain', buffer: Buffer.from('09:00') };
    await page.getByTestId('compose-file-input').setInputFiles(timetable);
    await close(page);
    await expect(subject(page)).toHaveCount(0);

    const asked = page.waitForEvent('dialog');
    await page.evaluate(() => void setTimeout(() => location.reload()));
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    const saved = page.waitForResponse((response) => response.request().postData()?.includes('uploadId') === true);
    uploaded.resolve();
    await saved;
    // What a draft has is there, and travels no second time.
    await page.route('**/api/uploads', (route) => route.abort());
    await drafts(page).filter({ hasText: 'Timetable' }).click();
    const file = page.getByTestId('compose-files').getByRole('listitem');
    await expect(file).toHaveText(/winter\.txt/);
    await expect(file).toHaveAttribute('data-done', 'true');
    await close(page);
  });

  await test.step('nothing answers when a draft is closed: it is told, and tried again', async () => {
    await page.route('**/drafts.create*', (route) => route.abort());
    await page.getByTestId('compose-button').click();
    await subject(page).fill('Harbour');
    await body(page).fill('The boat leaves at nine.');
    await close(page);
    await expect(page.getByText('Your draft is not saved yet.')).toBeVisible();
    await page.screenshot({ path: `${test.info().outputDir}/not-saved-yet.png` });
    await page.unroute('**/drafts.create*');
    await expect(page.getByText('Your draft is saved.')).toBeVisible();
    await expect(drafts(page).filter({ hasText: 'Harbour' })).toContainText('at nine');
    // What is saved needs no asking.
    await page.reload();
  });

  await test.step('the session ends while one writes: it is told, and goes on when one is signed in again', async () => {
    await page.goto(`${app.url}/mail/draft`);
    await page.getByTestId('compose-button').click();
    await subject(page).fill('Winter');
    const cookies = await page.context().cookies();
    await page.context().clearCookies();
    await body(page).fill('No boat on Sundays.');
    const line = page.getByRole('button', { name: 'You are signed out here. Sign in again' });
    await expect(line).toBeVisible();
    await close(page);
    await expect(page.getByText('Your draft is not saved yet.')).toBeVisible();
    await page.getByText('Your draft is not saved yet.').hover();
    await look(page, test.info(), 'signed-out');
    await page.context().addCookies(cookies);
    await expect(page.getByText('Your draft is saved.')).toBeVisible();
    await expect(line).toHaveCount(0);
    await expect(drafts(page).filter({ hasText: 'Winter' })).toContainText('Sundays');
  });

  const answer = async (words: string) => {
    await page.goto(`${app.url}/mail/inbox`);
    await row(page, 'Rope and paint').click();
    await expect(page.getByTestId('message').first()).toBeVisible();
    await page.keyboard.press('r');
    await body(page).fill(words);
    await page.getByTestId('compose-send').click();
    await page.getByRole('button', { name: 'Starred' }).click();
    await expect(body(page)).toHaveCount(0);
  };

  await test.step('nothing answers to Send when its writer has gone elsewhere: it goes once, in the end', async () => {
    const gone = Promise.withResolvers<void>();
    await page.route('**/mail.send*', async (route) => {
      await gone.promise;
      await route.fetch();
      await route.abort();
    });
    await answer('At nine it is.');
    gone.resolve();
    await expect(page.getByText('Your message is not sent yet.')).toBeVisible();
    await page.unroute('**/mail.send*');
    await expect(page.getByText('Message sent')).toBeVisible();
    const bob = await mail.imap('bob@lab.test');
    await bob.mailboxOpen('INBOX');
    await expect.poll(() => bob.search({ subject: 'Rope and paint' })).toHaveLength(1);
  });

  await test.step('it is refused when its writer has gone elsewhere: it is told, and in Drafts', async () => {
    const gone = Promise.withResolvers<void>();
    const refused = { message: 'No.', code: -32603, data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 } };
    await page.route('**/mail.send*', async (route) => {
      await gone.promise;
      await route.fulfill({ status: 500, json: { error: { json: refused } } });
    });
    await answer('Rather at ten.');
    gone.resolve();
    await expect(page.getByText('The message was not sent. It is in Drafts.')).toBeVisible();
    await page.goto(`${app.url}/mail/draft`);
    await expect(drafts(page).filter({ hasText: 'Rather at ten.' })).toBeVisible();
  });
});

test('what is to be sent is sent once, as it stands, or its writer is told', async ({ app, mail, page }) => {
  await signUp(page, app, { name: 'Ada Lund', email: ADA });
  await connectAccount(page, mail, ADA);
  await page.getByTestId('compose-button').waitFor();
  await page.goto(`${app.url}/mail/draft`);
  const write = async (title: string, words: string) => {
    await page.getByTestId('compose-button').click();
    await page.getByRole('combobox', { name: 'To' }).fill('bob@lab.test');
    await subject(page).fill(title);
    await body(page).fill(words);
  };
  const send = page.getByTestId('compose-send');
  const arrived = async (title: string): Promise<string[]> => {
    const bob = await mail.imap('bob@lab.test');
    await bob.mailboxOpen('INBOX');
    const found = await bob.fetchAll({ subject: title }, { source: true });
    return found.map(({ source }) => source?.toString() ?? '');
  };

  await test.step('it waits for its file, and goes though its composer is closed', async () => {
    const uploaded = Promise.withResolvers<void>();
    await page.route('**/api/uploads', async (route) => {
      await uploaded.promise;
      await route.continue();
    });
    await write('Tickets', 'For Friday.');
    const file = { name: 'tickets.txt', mimeType: 'text/plain', buffer: Buffer.from('two') };
    await page.getByTestId('compose-file-input').setInputFiles(file);
    await send.click();
    await expect(page.getByText('Goes as soon as its files are uploaded.')).toBeVisible();
    await close(page);
    uploaded.resolve();
    await expect(page.getByText('Message sent')).toBeVisible();
    await expect
      .poll(async () => (await arrived('Tickets')).map((source) => source.includes('tickets.txt')))
      .toEqual([true]);
  });

  await test.step('it stays open, as it is written, while one looks into the settings', async () => {
    await write('Timetable', 'Winter begins on Monday.');
    await page.getByRole('button', { name: /^Accounts: / }).click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    await expect(page).toHaveURL(/settings/);
    await body(page).press('End');
    await page.keyboard.type(' So it is.');
    await page.goBack();
    await expect(body(page)).toHaveText('Winter begins on Monday. So it is.');
    await page.getByTestId('composer').getByRole('button', { name: 'Discard draft' }).click();
    await expect(page.getByText('Draft discarded')).toBeVisible();
  });

  await test.step('no answer came, it was corrected and sent again: the first is told, and the second goes when it is meant', async () => {
    await page.route('**/mail.send*', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await write('Lighthouse', 'At nine.');
    await send.click();
    await expect(page.getByText('Postroom cannot be reached.')).toBeVisible();
    await page.unroute('**/mail.send*');
    await body(page).fill('At ten.');
    await send.click();
    await expect(
      page.getByText('This message is on its way already, as it was before your last changes.'),
    ).toBeVisible();
    await send.click();
    await expect(page.getByText('Message sent')).toBeVisible();
    await expect.poll(async () => (await arrived('Lighthouse')).length).toBe(2);
    await expect(drafts(page).filter({ hasText: 'Lighthouse' })).toHaveCount(0);
  });

  await test.step('its draft was discarded in another window: what is written on is a draft again', async () => {
    await write('Rowing', 'On Sunday.');
    await expect(page.getByTestId('save-state')).toContainText('Saved');
    const other = await page.context().newPage();
    await other.goto(`${app.url}/mail/draft`);
    await drafts(other).filter({ hasText: 'Rowing' }).click();
    await other.getByTestId('composer').getByRole('button', { name: 'Discard draft' }).click();
    await expect(other.getByText('Draft discarded')).toBeVisible();
    await body(page).fill('On Monday.');
    await close(page);
    await expect(drafts(page).filter({ hasText: 'Rowing' })).toContainText('On Monday.');
  });

  await test.step('another program’s draft is opened whole, and stays whole when it is written on', async () => {
    const words = 'We leave at nine, and are there by noon. '.repeat(20);
    const raw = [
      'From: ada@lab.test',
      'To: bob@lab.test',
      'Subject: Begun elsewhere',
      'Message-ID: <elsewhere@lab.test>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      `--b\r\nContent-Type: text/plain\r\n\r\n${words}These are its last words.`,
      '--b\r\nContent-Type: text/plain; name=plan.txt\r\nContent-Disposition: attachment; filename=plan.txt\r\n\r\n09:00',
      '--b--',
      '',
    ].join('\r\n');
    const ada = await mail.imap(ADA);
    await ada.append('Drafts', raw, ['\\Draft', '\\Seen']);
    await drafts(page).filter({ hasText: 'Begun elsewhere' }).click();
    await expect(body(page)).toContainText('These are its last words.');
    await expect(page.getByTestId('compose-files')).toContainText('plan.txt');
    await subject(page).fill('Begun elsewhere, ended here');
    await close(page);
    await ada.mailboxOpen('Drafts');
    const sources = async () =>
      (await ada.fetchAll('1:*', { source: true })).map(({ source }) => source?.toString() ?? '');
    await expect.poll(async () => (await sources()).filter((one) => one.includes('ended here')).length).toBe(1);
    const [draft = ''] = (await sources()).filter((one) => one.includes('ended here'));
    expect([draft.includes('last words'), draft.includes('plan.txt')]).toEqual([true, true]);
  });
});
