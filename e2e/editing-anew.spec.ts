/** What the editor holds of a message that is sent anew, forwarded, or kept as a draft: its tables and pictures. */
import { expect, type Page } from '@playwright/test';
import { message } from '@postroom/mail-lab';
import { parseMessage } from '../apps/server/src/engine/mime/index.ts';
import { test } from './app.fixture.ts';
import { connectAccount, row, signUp } from './steps.ts';

/** A square of one colour. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAGElEQVR42mNgYPhPIhrVMKphVMOohmGmAQAhmv4BfwvG4QAAAABJRU5ErkJggg==',
  'base64',
);
const HTML = `<p>The figures:</p>
<table border="1" cellpadding="4"><tr><th>Quarter</th><th style="background-color: #eef; position: fixed">Sold</th></tr>
<tr><td>First</td><td align="right">1,204</td></tr></table>
<p><font color="red">And</font> the plan: <img src="cid:plan@lab.test" alt="the plan" width="64" height="64"></p>`;

async function picturesLoaded(page: Page): Promise<number> {
  return page
    .getByTestId('compose-body')
    .locator('img')
    .evaluateAll((images) => images.filter((one) => one instanceof HTMLImageElement && one.naturalWidth > 0).length);
}

test('a message is written anew with its tables and pictures, which a draft and a forward keep', async ({
  app,
  mail,
  page,
}) => {
  await mail.deliver(
    'ada@lab.test',
    message({
      from: 'Bob Ivers <bob@lab.test>',
      to: 'ada@lab.test',
      subject: 'Figures',
      text: 'See the HTML.',
      html: HTML,
      attachments: [
        { filename: 'plan.png', type: 'image/png', content: PNG, contentId: 'plan@lab.test', inline: true },
        { filename: 'notes.txt', type: 'text/plain', content: 'Notes' },
      ],
    }),
  );
  const received = async (subject: string) => {
    const bob = await mail.imap('bob@lab.test');
    await bob.mailboxOpen('INBOX');
    await expect.poll(() => bob.search({ header: { subject } })).toHaveLength(1);
    const one = await bob.fetchOne(String(await bob.search({ header: { subject } })), { source: true });
    const { html, attachments } = parseMessage((one || undefined)?.source ?? Buffer.alloc(0));
    return {
      html,
      files: attachments.map(({ filename, inline, contentId, content }) => ({
        filename,
        inline,
        contentId,
        isWhole: filename === 'notes.txt' ? content.toString() === 'Notes' : content.equals(PNG),
      })),
    };
  };
  const both = [
    { filename: 'plan.png', inline: true, contentId: 'plan@lab.test', isWhole: true },
    { filename: 'notes.txt', inline: false, contentId: undefined, isWhole: true },
  ];
  await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });
  await connectAccount(page, mail, 'ada@lab.test');
  await row(page, 'Figures').click();
  const shot = (name: string) => page.screenshot({ path: `${test.info().outputDir}/${name}.png` });
  const composer = page.getByTestId('composer');
  const body = composer.getByTestId('compose-body');
  const done = composer.locator('[data-testid=compose-files] [data-done=true]');
  const menu = async (item: string) => {
    await page.getByTestId('message').first().getByRole('button', { name: 'More for this message' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };

  await test.step('the editor shows both, and says what it leaves out', async () => {
    await menu('Edit as a new message');
    await expect(body.getByRole('cell', { name: '1,204' })).toHaveAttribute('align', 'right');
    await expect(body.locator('th').last()).toHaveAttribute('style', /^background-color: rgb\(238, 238, 255\);?$/);
    await expect.poll(() => picturesLoaded(page)).toBe(1);
    await expect(composer).toContainText('Fonts, colours and pictures from the internet');
    await expect(done).toHaveCount(2);
    await shot('anew');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shot('anew-dark');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  await test.step('a draft of it has them, opened again', async () => {
    await composer.getByTestId('compose-subject').fill('Figures anew');
    await composer.getByRole('button', { name: 'Save and close' }).click();
    await page.goto(`${app.url}/mail/draft`);
    await page.getByText('Figures anew').first().click();
    await expect(body.getByRole('cell', { name: '1,204' })).toBeVisible();
    await expect.poll(() => picturesLoaded(page)).toBe(1);
    await expect(done).toHaveCount(2);
  });

  await test.step('a picture that is pasted stands in the text; taken off the list it leaves it', async () => {
    const paste = (name: string) =>
      body.evaluate(
        (element, [file, base64]) => {
          const octets = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([octets], file, { type: 'image/png' }));
          element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        },
        [name, PNG.toString('base64')] as const,
      );
    await body.getByText('The figures:').click();
    await paste('pasted.png');
    await expect.poll(() => picturesLoaded(page)).toBe(2);
    await expect(done).toHaveCount(3);
    await composer.getByRole('button', { name: 'Remove pasted.png' }).click();
    await expect.poll(() => picturesLoaded(page)).toBe(1);
    await paste('second.png');
    await expect(done).toHaveCount(3);
  });

  await test.step('sent, it has both where they were', async () => {
    await composer.getByRole('combobox', { name: 'To' }).fill('bob@lab.test');
    await page.keyboard.press('Enter');
    await composer.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(page.getByText('Message sent')).toBeVisible();
    const { html, files } = await received('Figures anew');
    const second = {
      filename: 'second.png',
      inline: true,
      contentId: expect.stringMatching(/@postroom$/),
      isWhole: true,
    };
    expect(files).toEqual(expect.arrayContaining([...both, second]));
    expect(html).toMatch(/<td[^>]* align="right"[^>]*>1,204/);
    expect(html).toContain('src="cid:plan@lab.test"');
    expect(html.match(/src="cid:/g)).toHaveLength(2);
    expect(html).not.toMatch(/position|blob:|\/api\//);
  });

  await test.step('forwarded, the picture stands in what is quoted', async () => {
    await page.goto(`${app.url}/mail/inbox`);
    await row(page, 'See the HTML.').click();
    await expect(page.getByTestId('message')).toBeVisible();
    await page.keyboard.press('f');
    await expect(done).toHaveCount(2);
    await composer.getByRole('button', { name: 'Show quoted text' }).click();
    await shot('forward');
    await composer.getByRole('combobox', { name: 'To' }).fill('bob@lab.test');
    await page.keyboard.press('Enter');
    await composer.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(composer).toHaveCount(0);
    const { html, files } = await received('Fwd: Figures');
    expect(files).toEqual(both);
    expect(html).toContain('src="cid:plan@lab.test"');
  });
});
