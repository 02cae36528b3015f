/** Whom one may mean, while one types a recipient. */
import { expect } from '@playwright/test';
import { message } from '@postroom/mail-lab';
import { test } from './app.fixture.ts';
import { connectAccount, row, signUp } from './steps.ts';

test('people are suggested, picked, suggested no more, and again', async ({ app, mail, page }) => {
  const people = [
    'Émile Brâncuș <emile@lab.test>',
    'Emily Ångström <emily@fjord.example>',
    '山田太郎 <yamada@fjord.example>',
    'Emily Ångström <emily@fjord.example>',
  ];
  for (const [index, from] of people.entries()) {
    const date = new Date(Date.UTC(2026, 4, index + 1));
    await mail.deliver(
      'ada@lab.test',
      message({ from, to: 'ada@lab.test', subject: `Letter ${index}`, text: 'x', date }),
    );
  }
  // The composer is on a slow line until it is looked for.
  const arrived = Promise.withResolvers<void>();
  await page.route(/\/composer-[^/]*\.js$/, async (route) => {
    await arrived.promise;
    await route.continue();
  });
  await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });
  await connectAccount(page, mail, 'ada@lab.test');
  await expect(row(page, 'Letter 3')).toBeVisible();
  const shot = (name: string) => page.screenshot({ path: `${test.info().outputDir}/${name}.png` });
  const to = page.getByRole('combobox', { name: 'To' });
  const found = page.getByRole('option');

  await test.step('not by what was typed before somebody pointed elsewhere', async () => {
    await page.keyboard.type('cemil');
    await page.mouse.click(700, 400);
    arrived.resolve();
    await expect(to).toBeFocused();
    await expect(to).toHaveValue('');
    await page.getByTestId('compose-window').getByRole('button', { name: 'Close' }).click();
    await expect(to).toHaveCount(0);
  });

  await test.step('by what is typed right after the key that opens the composer', async () => {
    await page.keyboard.type('cemil');
    await expect(to).toHaveValue('emil');
    await expect(found).toHaveCount(2);
  });

  await test.step('by the start of a word, accents aside, and by any part of a Chinese or Japanese name', async () => {
    await to.fill('太郎');
    await expect(found).toHaveText([/山田太郎/]);
    await to.fill('angs');
    await expect(found).toHaveText([/Emily Ångström/]);
    await to.fill('emil');
    await expect(found).toHaveText([/Emily Ångström/, /Émile Brâncuș/]);
    await shot('suggestions');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shot('suggestions-dark');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  await test.step('not any more from the keyboard, again by Undo, not any more by the mouse', async () => {
    await page.keyboard.press('Shift+Delete');
    await expect(found).toHaveText([/Émile Brâncuș/]);
    await expect(page.getByText('emily@fjord.example is not suggested any more')).toBeVisible();
    await shot('hidden');
    await page.getByRole('button', { name: 'Undo' }).click();
    await to.fill('emi');
    await expect(found).toHaveText([/Emily Ångström/, /Émile Brâncuș/]);
    await found.last().hover();
    await found.last().getByTitle('Don’t suggest this address').click();
    await expect(found).toHaveText([/Emily Ångström/]);
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('address-chip')).toHaveText(/Emily/);
    await to.fill('emi');
    await expect(found).toHaveCount(0);
  });

  await test.step('and suggested again, in the settings', async () => {
    await page.goto(`${app.url}/settings/general`);
    const hidden = page.getByTestId('hidden-suggestions');
    await expect(hidden.getByRole('listitem')).toHaveText([/emile@lab.test/]);
    await hidden.scrollIntoViewIfNeeded();
    await shot('hidden-list');
    await page.getByRole('button', { name: 'Suggest again: emile@lab.test' }).click();
    await expect(page.getByText('emile@lab.test is suggested again')).toBeVisible();
    await expect(hidden).toHaveCount(0);
    await page.goto(`${app.url}/mail/inbox`);
    await page.getByTestId('compose-button').click();
    await to.fill('brancus');
    await expect(found).toHaveText([/Émile Brâncuș/]);
  });
});
