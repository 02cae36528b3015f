/** What is written often: kept in the settings, put into messages and filled in, deleted and brought back. */
import { expect } from '@playwright/test';
import { message } from '@postroom/mail-lab';
import { test } from './app.fixture.ts';
import { connectAccount, row, signUp } from './steps.ts';

test('a template is made, put into a new message and an answer, and deleted with a way back', async ({
  app,
  mail,
  page,
}) => {
  await mail.deliver(
    'ada@lab.test',
    message({ from: 'Ivers, Bob <bob@lab.test>', to: 'ada@lab.test', subject: 'An offer', text: 'Yes or no?' }),
  );
  await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });
  await connectAccount(page, mail, 'ada@lab.test');
  await expect(row(page, 'An offer')).toBeVisible();
  const shot = (name: string) => page.screenshot({ path: `${test.info().outputDir}/${name}.png` });
  const composer = page.getByTestId('composer');
  const body = composer.getByTestId('compose-body');

  await test.step('made in the settings, in the composer’s editor', async () => {
    await page.goto(`${app.url}/settings/templates`);
    await page.getByRole('button', { name: 'Add a template' }).click();
    const form = page.getByTestId('template-form');
    await form.getByLabel('Name').fill('Thanks, but no');
    await form.getByLabel('Subject').fill('Your offer, {{first name}}');
    await form.getByTestId('template-text').pressSequentially('Dear {{first name}},\nthank you, but ');
    await form.getByRole('button', { name: 'Bold' }).click();
    await form.getByTestId('template-text').pressSequentially('no');
    await form.getByRole('button', { name: 'Bold' }).click();
    await form.getByTestId('template-text').pressSequentially('.\n{{my first name}}');
    await shot('template');
    await page.setViewportSize({ width: 390, height: 780 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await shot('template-phone-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByTestId('template-row')).toContainText('Dear {{first name}}, thank you, but no.');
    await shot('templates');
  });

  await test.step('in an answer, by the key, at the cursor: the name is known, the subject stays', async () => {
    await page.goto(`${app.url}/mail/inbox`);
    await row(page, 'An offer').click();
    await expect(page.getByTestId('message')).toBeVisible();
    await page.keyboard.press('r');
    await body.pressSequentially('First, hello.\n');
    await page.keyboard.press('ControlOrMeta+.');
    await expect(page.getByRole('menuitem', { name: 'Thanks, but no' })).toBeVisible();
    await shot('menu');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shot('menu-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('menuitem', { name: 'Thanks, but no' }).click();
    await expect(body.locator('p').filter({ hasText: /\S/ })).toHaveText([
      'First, hello.',
      'Dear Bob,',
      'thank you, but no.',
      'Ada',
    ]);
    await expect(body.locator('strong')).toHaveText('no');
    await expect(body).toBeFocused();
    await composer.getByRole('button', { name: 'Discard draft' }).click();
  });

  await test.step('in a new message, by the palette: what is not known stays, and is asked about', async () => {
    await page.getByTestId('compose-button').click();
    await composer.getByRole('combobox', { name: 'To' }).fill('nobody@lab.test');
    await page.keyboard.press('Enter');
    await body.click();
    await page.keyboard.press('ControlOrMeta+k');
    await page
      .getByRole('dialog')
      .getByPlaceholder(/command/i)
      .fill('template');
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Thanks, but no' }).click();
    await expect(composer.getByTestId('compose-subject')).toHaveValue('Your offer, {{first name}}');
    await expect(body).toContainText('Dear {{first name}},');
    await composer.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(page.getByRole('dialog', { name: 'Is something left to fill in?' })).toContainText('{{first name}}');
    await page.getByRole('button', { name: 'Fill it in' }).click();
    await composer.getByRole('button', { name: 'Discard draft' }).click();
  });

  await test.step('deleted, and back by Undo', async () => {
    await page.goto(`${app.url}/settings/templates`);
    await page.getByRole('button', { name: 'Delete Thanks, but no' }).click();
    await expect(page.getByTestId('template-row')).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByTestId('template-row')).toContainText('Thanks, but no');
  });
});
