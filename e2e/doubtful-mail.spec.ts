/** Mail that may not be what it seems: the reader is told, links ask before they lead elsewhere, files run nothing. */
import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { makePdf, makePng, message } from '@postroom/mail-lab';
import { test } from './app.fixture.ts';
import { connectAccount, look, row, signUp } from './steps.ts';

test('warnings, links, files: what a reader sees of doubtful mail, and of clean mail nothing', async ({
  app,
  mail,
  page,
}, info) => {
  await mail.deliver(
    'ada@lab.test',
    message({
      from: { name: 'service@paypal.com', email: 'info@paypa1.com' },
      replyTo: 'collect@evil.test',
      subject: 'Your account is limited',
      headers: { 'Authentication-Results': 'mx.lab.test; dmarc=fail header.from=paypa1.com' },
      html: '<p>Sign in at <a href="https://evil.test/login">www.paypal.com</a> or <a href="https://help.example/a">get help</a>.</p>',
      attachments: [
        { filename: 'invoice.pdf.exe', content: 'MZ' },
        { filename: 'invoice\u202efdp.scr', content: 'MZ' },
      ],
    }),
  );
  await mail.deliver(
    'ada@lab.test',
    message({
      from: 'Bob Ivers <bob@lab.test>',
      subject: 'Plans for the harbour',
      headers: { 'Authentication-Results': 'mx.lab.test; dmarc=pass' },
      html: '<p>See the <a href="https://lab.test/plans">plans</a>.</p>',
      attachments: [
        { filename: 'plans.pdf', type: 'application/pdf', content: makePdf('The harbour wall') },
        { filename: 'harbour.png', type: 'image/png', content: makePng(40, 30, [20, 60, 120], [200, 220, 240]) },
      ],
    }),
  );
  await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });
  await connectAccount(page, mail, 'ada@lab.test');

  await test.step('warnings stand above the text, the gravest first', async () => {
    await row(page, 'Your account is limited').click();
    const warnings = page.getByTestId('sender-warnings').getByRole('alert');
    await expect(warnings).toContainText('This may not be from info@paypa1.com');
    await expect(warnings.getByRole('listitem')).toHaveText([
      /only looks like paypal\.com/,
      /calls itself service@paypal\.com, which it is not/,
      /Answers go to collect@evil\.test/,
    ]);
  });

  await test.step('a link that says another site asks first, by every button; an honest one does not', async () => {
    const frame = page.frameLocator('[data-testid=message-frame]');
    for (const button of ['left', 'middle'] as const) {
      await frame.getByText('www.paypal.com').click({ button });
      await expect(page.getByTestId('link-hosts')).toContainText('evil.test');
      if (button === 'left') await look(page, info, 'link');
      await page.getByRole('button', { name: 'Stay here' }).click();
      await expect(page.getByTestId('link-hosts')).toHaveCount(0);
    }
    expect(page.context().pages()).toHaveLength(1);
    const opened = page.context().waitForEvent('page');
    await frame.getByText('get help').click();
    const other = await opened;
    expect(await other.evaluate(() => window.opener)).toBeNull();
    await other.close();
  });

  await test.step('files that hide what they are are marked, and only downloaded', async () => {
    await look(page, info, 'files');
    await expect(page.getByTestId('file-warning')).toHaveText([/Its name hides/, /Its name hides/]);
    await expect(page.getByRole('button', { name: /Look at/ })).toHaveCount(0);
  });

  await test.step('clean mail: no warning; a PDF and a picture are shown in place', async () => {
    await page.keyboard.press('k');
    await expect(page.locator('#thread-subject')).toHaveText('Plans for the harbour');
    await expect(page.getByTestId('sender-warnings')).toHaveCount(0);
    await page.getByRole('button', { name: 'Look at plans.pdf' }).click();
    await expect(page.getByTestId('pdf-pages').locator('canvas')).toHaveCount(1);
    await expect(page.getByTestId('file-preview').getByRole('status')).toHaveCount(0);
    await look(page, info, 'pdf');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Look at harbour.png' }).click();
    await expect(page.getByTestId('file-preview').getByRole('img')).toHaveJSProperty('naturalWidth', 40);
    await page.keyboard.press('Escape');
  });

  await test.step('all files at once', async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download all' }).click();
    const archive = await readFile(await (await download).path());
    expect([archive.subarray(0, 2).toString(), archive.includes('plans.pdf'), archive.includes('harbour.png')]).toEqual(
      ['PK', true, true],
    );
  });
});
