/** Writing as another: through its own server, and with a signature that stands where one wants it. One story, in order. */
import { expect } from '@playwright/test';
import { message, startMemorySmtp, waitUntil } from '@postroom/mail-lab';
import { parseMessage } from '../apps/server/src/engine/mime/index.ts';
import { test } from './app.fixture.ts';
import { connectAccount, row, signUp } from './steps.ts';

test('an identity with its own server and signature, which stands below what is quoted', async ({
  app,
  mail,
  page,
}) => {
  const relay = await startMemorySmtp({ tls: 'none', users: [{ user: 'shop', password: 'fake-shop-password' }] });
  await mail.deliver(
    'ada@lab.test',
    message({
      from: 'Bob Ivers <bob@lab.test>',
      to: 'ada@lab.test',
      subject: 'Opening hours',
      text: 'When do you open?',
      html: '<p>When do you <b>open</b>?</p>',
    }),
  );
  await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });
  await connectAccount(page, mail, 'ada@lab.test');
  await expect(row(page, 'Opening hours')).toBeVisible();
  const shot = (name: string) => page.screenshot({ path: `${test.info().outputDir}/${name}.png` });
  const form = page.getByTestId('identity-form');
  const signature = form.getByTestId('signature');

  await test.step('what is wrong with the server is said in the form, and nothing is kept', async () => {
    await page.goto(`${app.url}/settings/identities`);
    await page.getByRole('button', { name: 'Add an identity' }).click();
    await form.getByLabel('Name').fill('The shop');
    await form.getByLabel('Address').fill('shop@ada.test');
    await signature.pressSequentially('The shop, by the ');
    await form.getByRole('button', { name: 'Bold' }).click();
    await signature.pressSequentially('harbour');
    await form.getByRole('switch', { name: 'Send through another server' }).click();
    await form.locator('[name=smtp-host]').fill('localhost');
    await form.locator('[name=smtp-port]').fill(String(relay.port));
    await form.getByLabel('Security').selectOption('none');
    await form.locator('[name=smtp-username]').fill('shop');
    await form.locator('[name=smtp-password]').fill('wrong');
    await form.getByRole('button', { name: 'Test and save' }).click();
    await expect(form.getByTestId('probe-smtp')).toContainText('does not accept this user name and password');
    await shot('identity-refused');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shot('identity-refused-dark');
    await page.setViewportSize({ width: 390, height: 780 });
    await shot('identity-refused-phone-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await shot('identity-refused-phone');
    await page.setViewportSize({ width: 1280, height: 800 });
    await form.locator('[name=smtp-password]').fill('fake-shop-password');
    await form.getByRole('button', { name: 'Test and save' }).click();
    await expect(page.getByTestId('identity-row').last()).toContainText('Sends through localhost');
    await page.getByRole('button', { name: 'Change: ada@lab.test' }).click();
    await signature.pressSequentially('Ada Lund');
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(form).toHaveCount(0);
    await shot('identities');
  });

  await test.step('opened again, it has no password to show, and is kept without one', async () => {
    await page.getByRole('button', { name: 'Change: shop@ada.test' }).click();
    await expect(signature.locator('strong')).toHaveText('harbour');
    await expect(form.locator('[name=smtp-password]')).toHaveValue('');
    await form.getByLabel('Name', { exact: true }).fill('The little shop');
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByTestId('identity-row').last()).toContainText('The little shop');
  });

  await test.step('the signature of an answer stands below the quote, and changes with the sender', async () => {
    await page.goto(`${app.url}/settings/general`);
    await page.getByLabel('Signature of an answer').selectOption('below');
    await page.goto(`${app.url}/mail/inbox`);
    await row(page, 'Opening hours').click();
    await expect(page.getByTestId('message')).toBeVisible();
    await page.keyboard.press('r');
    const composer = page.getByTestId('composer');
    const below = composer.getByTestId('signature-below').frameLocator('iframe');
    await expect(below.getByText('Ada Lund')).toBeVisible();
    await composer.getByLabel('From', { exact: true }).selectOption('shop@ada.test');
    await expect(below.getByText('The shop, by the harbour')).toBeVisible();
    await expect(below.getByText('Ada Lund')).toHaveCount(0);
    await composer.getByRole('textbox', { name: 'Message' }).pressSequentially('At nine.');
    await composer.getByRole('button', { name: 'Show quoted text' }).click();
    await shot('signed-below');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shot('signed-below-dark');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  await test.step('a draft of it, opened again, is signed once', async () => {
    const composer = page.getByTestId('composer');
    await composer.getByRole('textbox', { name: 'Message' }).press('Escape');
    await expect(composer).toHaveCount(0);
    await page.goto(`${app.url}/mail/draft`);
    await page.getByText('At nine.').first().click();
    const below = composer.getByTestId('signature-below').frameLocator('iframe');
    await expect(below.getByText('The shop, by the harbour')).toHaveCount(1);
    await expect(composer.getByTestId('compose-body')).toHaveText('At nine.');
    await composer.getByLabel('From', { exact: true }).selectOption('ada@lab.test');
    await expect(below.getByText('Ada Lund')).toHaveCount(1);
    await composer.getByLabel('From', { exact: true }).selectOption('shop@ada.test');
    await expect(below.getByText('The shop, by the harbour')).toHaveCount(1);
  });

  await test.step('it goes through the identity’s server alone, signed once, below', async () => {
    const composer = page.getByTestId('composer');
    await composer.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(page.getByText('Message sent')).toBeVisible();
    const sent = await waitUntil(() => relay.messages[0]);
    const { from, text } = parseMessage(sent.raw);
    expect({ user: sent.user, mailFrom: sent.mailFrom, rcptTo: sent.rcptTo, from }).toEqual({
      user: 'shop',
      mailFrom: 'shop@ada.test',
      rcptTo: ['bob@lab.test'],
      from: [{ name: 'The little shop', email: 'shop@ada.test' }],
    });
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('On '))).toEqual([
      'At nine.',
      '> When do you open?',
      '-- ',
      'The shop, by the harbour',
    ]);
  });
  await relay.stop();
});
