/** A message on paper: its headers and what is shown of it, and nothing of the app. */
import { writeFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { message } from '@postroom/mail-lab';
import { test } from './app.fixture.ts';
import { connectAccount, row, signUp } from './steps.ts';

const HTML = `<style>h1,table,td{display:none!important}</style><p>Dear Ada,</p><p>the boat leaves at nine.</p>
<img src="https://pictures.example/boat.png" alt="The boat" width="20" height="20">`;

test('is printed by menu and by key, with headers that its own styles cannot touch', async ({ app, mail, page }) => {
  await page.addInitScript(() => {
    // Nobody is there to close the dialog.
    window.print = () => undefined;
  });
  const letter = message({
    from: 'Bob <b> Ivers <bob@lab.test>',
    to: 'ada@lab.test',
    subject: 'Boat <i>trip</i>',
    html: HTML,
    date: new Date(Date.UTC(2026, 4, 1)),
  });
  await mail.deliver('ada@lab.test', letter);
  await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });
  await connectAccount(page, mail, 'ada@lab.test');
  await row(page, 'Boat').click();
  const paper = page.frameLocator('iframe[data-print]');

  await test.step('from the menu of the message', async () => {
    await page.getByRole('button', { name: 'More for this message' }).click();
    await page.screenshot({ path: `${test.info().outputDir}/menu.png` });
    await page.getByRole('menuitem', { name: 'Print' }).click();
    await expect(paper.getByRole('heading', { name: 'Boat <i>trip</i>' })).toBeVisible();
    await expect(paper.getByText('bob@lab.test')).toBeVisible();
    await expect(paper.getByText('the boat leaves at nine.')).toBeVisible();
    await expect(paper.locator('img[src]')).toHaveCount(0);
  });

  await test.step('by key, with the pictures once they are shown', async () => {
    await page.getByRole('button', { name: 'Show pictures' }).click();
    await page.keyboard.press('ControlOrMeta+p');
    await expect(paper.locator('img[src^="/api/image"]')).toHaveCount(1);
    const srcdoc = await page.locator('iframe[data-print]').getAttribute('srcdoc');
    const sheet = await page.context().newPage();
    await sheet.setContent(srcdoc ?? '');
    await writeFile(`${test.info().outputDir}/paper.png`, await sheet.screenshot());
    await sheet.close();
  });
});
