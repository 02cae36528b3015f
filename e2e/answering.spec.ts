/** Who writes as several answers as the one that was written to, and sends on and anew what came. One story, in order. */
import { expect } from '@playwright/test';
import { message } from '@postroom/mail-lab';
import { parseMessage } from '../apps/server/src/engine/mime/index.ts';
import { test } from './app.fixture.ts';
import { connectAccount, row, signUp } from './steps.ts';

test('identities with their signatures, answers, a file that is forgotten, forwarding as a file, and a draft', async ({
  app,
  mail,
  page,
}) => {
  await mail.deliver(
    'ada@lab.test',
    message({
      from: 'Bob Ivers <bob@lab.test>',
      to: 'Shop <shop@ada.test>',
      headers: { 'Delivered-To': 'ada@lab.test' },
      subject: 'A question about an order',
      text: 'Has it gone out?',
      html: '<p>Has it gone out?</p>',
      messageId: '<order@lab.test>',
    }),
  );
  /** The message that Bob got with that in its header, as it came. */
  const received = async (field: string, value: string): Promise<Buffer> => {
    const bob = await mail.imap('bob@lab.test');
    await bob.mailboxOpen('INBOX');
    const found = () => bob.search({ header: { [field]: value } });
    await expect.poll(found).toHaveLength(1);
    const one = await bob.fetchOne(String(await found()), { source: true });
    return (one || undefined)?.source ?? Buffer.alloc(0);
  };
  await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });
  await connectAccount(page, mail, 'ada@lab.test');
  await expect(row(page, 'A question about an order')).toBeVisible();

  await test.step('an identity for a whole domain, with answers to somewhere else', async () => {
    await page.goto(`${app.url}/settings/identities`);
    await page.getByRole('button', { name: 'Add an identity' }).click();
    const form = page.getByTestId('identity-form');
    await form.getByLabel('Name').fill('The shop');
    await form.getByLabel('Address').fill('*@ada.test');
    await form.getByLabel('Answers go to').fill('team@lab.test');
    await form.getByTestId('signature').pressSequentially('The shop\nOpen at nine');
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByTestId('identity-row')).toHaveCount(2);
    await page.getByRole('button', { name: 'Change: ada@lab.test' }).click();
    await form.getByTestId('signature').pressSequentially('Ada Lund, harbour office');
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(form).toHaveCount(0);
  });

  await test.step('the answer is from the very address', async () => {
    await page.goto(`${app.url}/mail/inbox`);
    await row(page, 'A question about an order').click();
    await expect(page.getByTestId('message')).toBeVisible();
    await page.keyboard.press('r');
    const composer = page.getByTestId('composer');
    await expect(composer.getByLabel('From', { exact: true })).toHaveValue('shop@ada.test');
    await expect(composer).toContainText('Open at nine');
    await composer.getByLabel('From', { exact: true }).selectOption('ada@lab.test');
    await expect(composer).toContainText('harbour office');
    await expect(composer).not.toContainText('Open at nine');
    await composer.getByLabel('From', { exact: true }).selectOption('shop@ada.test');
    await expect(composer).toContainText('Open at nine');
    await composer.getByRole('textbox', { name: 'Message' }).pressSequentially('The list is attached.');
    await composer.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(page.getByRole('dialog', { name: 'Is a file missing?' })).toContainText('attached');
    await page.getByRole('button', { name: 'Send anyway' }).click();
    await expect(page.getByText('Message sent')).toBeVisible();
    const answer = await received('In-Reply-To', '<order@lab.test>');
    const { from, replyTo, text } = parseMessage(answer);
    expect({ from, replyTo, text: text.split('\n').slice(0, 4) }).toEqual({
      from: [{ name: 'The shop', email: 'shop@ada.test' }],
      replyTo: [{ email: 'team@lab.test' }],
      text: ['The list is attached.', '-- ', 'The shop', 'Open at nine'],
    });
  });

  await test.step('forwarded as a file, which is the message as it came', async () => {
    await page.getByTestId('message').first().getByRole('button', { name: 'More for this message' }).click();
    await page.getByRole('menuitem', { name: 'Forward as attachment' }).click();
    const composer = page.getByTestId('composer');
    await expect(composer).toContainText('A question about an order.eml');
    await composer.getByRole('combobox', { name: 'To' }).fill('bob@lab.test');
    await page.keyboard.press('Enter');
    await composer.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(composer).toHaveCount(0);
    const carried = parseMessage(await received('Subject', 'Fwd: A question about an order')).attachments;
    const own = await mail.imap('ada@lab.test');
    await own.mailboxOpen('INBOX');
    const original = await own.fetchOne('1', { source: true });
    expect(
      carried.map(({ mimeType, filename, content }) => ({ mimeType, filename, text: content.toString() })),
    ).toEqual([
      {
        mimeType: 'message/rfc822',
        filename: 'A question about an order.eml',
        text: (original || undefined)?.source?.toString(),
      },
    ]);
    const flags = async () => [...(((await own.fetchOne('1', { flags: true })) || { flags: [] }).flags ?? [])].sort();
    await expect.poll(flags).toEqual(['$Forwarded', '\\Answered', '\\Seen']);
  });

  await test.step('redirected: it goes on as it came, under the name of its sender', async () => {
    await page.getByTestId('message').first().getByRole('button', { name: 'More for this message' }).click();
    await page.getByRole('menuitem', { name: 'Redirect' }).click();
    const dialog = page.getByRole('dialog', { name: 'Redirect' });
    await dialog.getByRole('combobox', { name: 'To' }).fill('bob@lab.test');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Redirect', exact: true }).click();
    await expect(page.getByText('Message redirected')).toBeVisible();
    const redirected = await received('Resent-From', 'shop@ada.test');
    const { from, messageId, subject } = parseMessage(redirected);
    expect({ from, messageId, subject }).toEqual({
      from: [{ name: 'Bob Ivers', email: 'bob@lab.test' }],
      messageId: '<order@lab.test>',
      subject: 'A question about an order',
    });
  });

  await test.step('written anew, kept as a draft, opened again: signed once', async () => {
    await page.getByTestId('message').first().getByRole('button', { name: 'More for this message' }).click();
    await page.getByRole('menuitem', { name: 'Edit as a new message' }).click();
    const composer = page.getByTestId('composer');
    await expect(composer.getByTestId('compose-body')).toContainText('Has it gone out?');
    await composer.getByRole('button', { name: 'Discard draft' }).click();
    await page.keyboard.press('c');
    await composer.getByTestId('compose-subject').fill('For later');
    await composer.getByRole('textbox', { name: 'Message' }).pressSequentially('Remember this.');
    await composer.getByRole('button', { name: 'Save and close' }).click();
    await page.goto(`${app.url}/mail/draft`);
    await page.getByText('For later').first().click();
    await expect(composer.getByTestId('compose-body')).toContainText('Remember this.');
    await expect(composer.getByText('harbour office')).toHaveCount(1);
  });
});
