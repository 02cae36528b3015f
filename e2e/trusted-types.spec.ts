/** Text does not become markup or a script anywhere in the app's page: the browser refuses it, whoever tries. */
import { expect, type Page } from '@playwright/test';
import { message } from '@postroom/mail-lab';
import { test } from './app.fixture.ts';
import { watchRefusals } from './refusals.ts';
import { connectAccount, row, signUp } from './steps.ts';

/** What a fault in our code, or in a library's, could do with somebody else's text; and ways around the policy. */
const tryAll = (page: Page) =>
  page.evaluate(async () => {
    // What a debugger calls may make code of text; what follows is not called by it any more.
    await new Promise((resolve) => setTimeout(resolve));
    const text = '<img src=x onerror="window.ran = true"><script>window.ran = true</script>';
    const element = (name: string) => document.body.appendChild(document.createElement(name)) as HTMLElement;
    const { trustedTypes } = window as unknown as {
      trustedTypes: { createPolicy(name: string, rules: object): unknown; defaultPolicy: unknown };
    };
    const makePolicy = (name: string) => trustedTypes.createPolicy(name, { createHTML: (html: string) => html });
    const tries: Record<string, () => unknown> = {
      innerHTML: () => Object.assign(element('div'), { innerHTML: text }),
      outerHTML: () => Object.assign(element('div'), { outerHTML: text }),
      insertAdjacentHTML: () => element('div').insertAdjacentHTML('beforeend', text),
      'srcdoc as a property': () => Object.assign(element('iframe'), { srcdoc: text }),
      'srcdoc as an attribute': () => element('iframe').setAttribute('srcdoc', text),
      'a fragment': () => document.createRange().createContextualFragment(text),
      'a parsed document': () => new DOMParser().parseFromString(text, 'text/html'),
      write: () => document.write(text),
      'a handler': () => element('div').setAttribute('onclick', 'window.ran = true'),
      'text of a script': () => Object.assign(element('script'), { textContent: 'window.ran = true' }),
      'address of a script': () => Object.assign(element('script'), { src: '/assets/none.js' }),
      'a worker': () => new Worker('/assets/none.js'),
      'code of text': () => new Function('window.ran = true')(),
      'the default policy': () => makePolicy('default'),
      'a policy of another name': () => makePolicy('another'),
      'a policy once more': () => makePolicy('postroom-parser'),
    };
    const went = Object.entries(tries).filter(([, attempt]) => {
      try {
        attempt();
        return true;
      } catch {
        return false;
      }
    });
    return { went: went.map(([name]) => name), defaultPolicy: trustedTypes.defaultPolicy, ran: 'ran' in window };
  });

test('text becomes neither markup nor a script but by the ways that are named', async ({
  app,
  browser,
  mail,
  page,
  refusals,
}) => {
  await mail.deliver('ada@lab.test', message({ subject: 'No markup', html: '<p>The <b>boat</b> at nine.</p>' }));
  await signUp(page, app, { name: 'Ada Lund', email: 'ada@lab.test' });
  await connectAccount(page, mail, 'ada@lab.test');

  await test.step('a message is shown', async () => {
    await row(page, 'No markup').click();
    await expect(page.frameLocator('[data-testid=message-frame]').locator('b')).toHaveText('boat');
  });

  await test.step('what is pasted is read without its scripts', async () => {
    await page.keyboard.press('r');
    const body = page.getByTestId('compose-body');
    await body.click();
    await body.evaluate((editor) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/html', '<p>See <b>you</b><img src=x onerror="window.ran = true"></p>');
      editor.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    await expect(body.locator('strong')).toHaveText('you');
    await expect(body.locator('img:not(.ProseMirror-separator)')).toHaveCount(0);
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
    // Chromium reports a handler that it meets in a document without a window, where it could never run.
    expect(refusals().filter((line) => !/inline event handler|^script-src-attr: inline$/.test(line))).toEqual([]);
  });

  await test.step('everything else is refused, and noticed by these tests', async () => {
    const other = await browser.newContext({ storageState: await page.context().storageState() });
    const noticed: string[] = [];
    const takeRefusals = await watchRefusals(other);
    const window = await other.newPage();
    await window.goto(page.url());
    await expect(window.getByTestId('message-frame')).toBeVisible();
    expect(takeRefusals()).toEqual([]);
    expect(await tryAll(window)).toEqual({ went: [], defaultPolicy: null, ran: false });
    await expect
      .poll(() => noticed.push(...takeRefusals()) && noticed.filter((line) => /^(?:require-)?trusted-types/.test(line)))
      .toHaveLength(16);
    await other.close();
  });
});
