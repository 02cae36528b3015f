/** What a newcomer does: from an empty app to an answer in somebody else's mailbox, and back. One story, in order. */
import { createHash } from 'node:crypto';
import { expect } from '@playwright/test';
import { message } from '@postroom/mail-lab';
import { test } from './app.fixture.ts';
import { connectAccount, row, signUp } from './steps.ts';

const FILE = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 31) % 256));
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

// As a newcomer starts it.
test.use({ isEmbedded: true });

test('sign up, connect, read, answer with a file, archive and undo, search, and new mail by itself', async ({
  app,
  mail,
  page,
}) => {
  await mail.deliver(
    'ada@lab.test',
    message({
      from: 'Bob Ivers <bob@lab.test>',
      to: 'ada@lab.test',
      subject: 'Ferry on Friday',
      text: 'Shall we take the one at nine?',
      html: '<p>Shall we take the <b>one at nine</b>?</p><script>document.title = "owned"</script>',
      messageId: '<ferry@lab.test>',
    }),
  );

  // The composer is on a slow line until the answer is written.
  const arrived = Promise.withResolvers<void>();
  await page.route(/\/composer-[^/]*\.js$/, async (route) => {
    await arrived.promise;
    await route.continue();
  });

  await test.step('sign up', () => signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' }));

  await test.step('connect: a wrong password is said in plain words, the right one leads to the mail', async () => {
    await connectAccount(page, mail, 'ada@lab.test', 'not-the-password');
    await expect(page.getByTestId('probe-imap')).toContainText('does not accept this user name and password');
    await page.locator('[name=mail-password]').fill(mail.accounts[0]?.password ?? '');
    await page.getByTestId('connect-submit').click();
    await expect(row(page, 'Ferry on Friday')).toBeVisible();
  });

  await test.step('read: the message in its frame, and nothing of it runs', async () => {
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    const frame = page.frameLocator('[data-testid=message] iframe');
    await expect(frame.getByText('one at nine')).toBeVisible();
    expect(await page.locator('[data-testid=message] iframe').getAttribute('sandbox')).not.toMatch(/scripts|forms|top/);
    await expect(page).not.toHaveTitle(/owned/);
    await expect(row(page, 'Ferry on Friday')).not.toHaveAttribute('data-unread', 'true');
  });

  await test.step('answer with a file, which the other receives byte for byte', async () => {
    await page.keyboard.press('r');
    await page.locator('[data-expects-typing]').waitFor();
    // Whoever types on at once archives, deletes and reports nothing, and has written.
    await page.keyboard.type('e#! x');
    arrived.resolve();
    await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
    await expect(page.getByRole('textbox', { name: 'Message' })).toContainText('e#! x');
    await expect(row(page, 'Ferry on Friday')).toBeVisible();
    await page.getByRole('textbox', { name: 'Message' }).fill('At nine it is');
    const uploaded = Promise.withResolvers<void>();
    await page.route('**/api/uploads', async (route) => {
      await uploaded.promise;
      await route.continue();
    });
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Attach files' }).click();
    await (await chooser).setFiles({ name: 'tickets é.bin', mimeType: 'application/octet-stream', buffer: FILE });
    await expect(page.getByText('tickets é.bin')).toBeVisible();
    // Sent before the file is there, it goes with the file; and not in the middle of what is still being written.
    const send = page.getByRole('button', { name: 'Send', exact: true });
    const waits = page.getByText('Goes as soon as its files are uploaded.');
    await send.click();
    await expect(waits).toBeVisible();
    await page.screenshot({ path: `${test.info().outputDir}/sending-with-files.png` });
    await page.getByRole('textbox', { name: 'Message' }).press('End');
    await page.keyboard.type('.');
    await expect(waits).toHaveCount(0);
    await send.click();
    await expect(waits).toBeVisible();
    uploaded.resolve();
    await expect(page.getByText('Message sent')).toBeVisible();

    const bob = await mail.imap('bob@lab.test');
    await bob.mailboxOpen('INBOX');
    const answers = () => bob.search({ header: { 'In-Reply-To': '<ferry@lab.test>' } });
    await expect.poll(answers).toHaveLength(1);
    const { content } = await bob.download(String(await answers()), '2');
    const chunks: Buffer[] = [];
    for await (const chunk of content ?? []) chunks.push(Buffer.from(chunk));
    expect(sha256(Buffer.concat(chunks))).toBe(sha256(FILE));
    await expect(page.getByTestId('message')).toHaveCount(2);
  });

  await test.step('archive, and take it back', async () => {
    await page.keyboard.press('u');
    await page.keyboard.press('e');
    await expect(row(page, 'Ferry on Friday')).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(row(page, 'Ferry on Friday')).toBeVisible();
    const other = await mail.imap('ada@lab.test');
    await other.mailboxOpen('INBOX');
    await expect.poll(() => other.search({ subject: 'Ferry' })).toHaveLength(1);
  });

  await test.step('a new message appears by itself within two seconds', async () => {
    const unread = async () => Number(/^\((\d+)\)/.exec(await page.title())?.[1] ?? 0);
    const unreadBefore = await unread();
    const deliveredAt = Date.now();
    await mail.deliver(
      'ada@lab.test',
      message({ from: 'Carla <carla@elsewhere.test>', subject: 'Harbour wall survey' }),
    );
    await expect(row(page, 'Harbour wall survey')).toBeVisible({ timeout: 2000 });
    expect(Date.now() - deliveredAt).toBeLessThan(2500);
    await expect.poll(unread).toBe(unreadBefore + 1);
  });

  await test.step('search', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('from:carla harb');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('thread-row')).toHaveCount(1);
    await expect(row(page, 'Harbour wall survey')).toBeVisible();
  });
});
