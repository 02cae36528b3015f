/** Who writes as several answers as the one that was written to. One story, in order. */
import { expect } from '@playwright/test';
import { message } from '@postroom/mail-lab';
import { test } from './app.fixture.ts';
import { connectAccount, row, signUp } from './steps.ts';

test('identities, and answers from the one that was written to', async ({ app, mail, page }) => {
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
  await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });
  await connectAccount(page, mail, 'ada@lab.test');
  await expect(row(page, 'A question about an order')).toBeVisible();

  await test.step('an identity for a whole domain, with answers to somewhere else', async () => {
    await page.goto(`${app.url}/settings/identities`);
    await page.getByRole('button', { name: 'Add an identity' }).click();
    const form = page.getByTestId('identity-form').last();
    await form.getByLabel('Name').fill('The shop');
    await form.getByLabel('Address').fill('*@ada.test');
    await form.getByLabel('Answers go to').fill('team@lab.test');
    await form.getByLabel('Signature').fill('The shop\nOpen at nine');
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByTestId('identity-form')).toHaveCount(2);
  });

  await test.step('the answer is from the very address', async () => {
    await page.goto(`${app.url}/mail/inbox`);
    await row(page, 'A question about an order').click();
    await expect(page.getByTestId('message')).toBeVisible();
    await page.keyboard.press('r');
    const composer = page.getByTestId('composer');
    await expect(composer.getByLabel('From', { exact: true })).toHaveValue('shop@ada.test');
    await expect(composer).toContainText('Open at nine');
    await composer.getByRole('textbox', { name: 'Message' }).pressSequentially('It has.');
    await composer.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(page.getByText('Message sent')).toBeVisible();
    const bob = await mail.imap('bob@lab.test');
    await bob.mailboxOpen('INBOX');
    const answers = () => bob.search({ header: { 'In-Reply-To': '<order@lab.test>' } });
    await expect.poll(answers).toHaveLength(1);
    const answer = await bob.fetchOne(String(await answers()), { envelope: true });
    const { from, replyTo } = (answer || undefined)?.envelope ?? {};
    expect([from, replyTo].map((all) => all?.map(({ name, address }) => ({ name, address })))).toEqual([
      [{ name: 'The shop', address: 'shop@ada.test' }],
      [{ name: '', address: 'team@lab.test' }],
    ]);
  });
});
