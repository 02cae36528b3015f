/**
 * Hostile messages in the editor, which is no frame but a part of the app: edited as new, nothing of them runs, loads or
 * leaves its place there. Of all families some; under SOAK=1 all.
 */
import { expect, type Page } from '@playwright/test';
import { hostileMails } from '@postroom/mail-lab';
import { netLog, watchedBrowser } from './browser.ts';
import { hostsLookedUp } from './detectors.ts';
import { test } from './mailbox.fixture.ts';
import { openConversation } from './reader.ts';

const EVERY = process.env.SOAK === '1' ? 1 : 10;

test.use(watchedBrowser);
test.setTimeout(900_000);

/** What in the editor is none of what it makes itself, a line each. */
function oddIn(page: Page): Promise<string[]> {
  return page.getByTestId('compose-body').evaluate((body) => {
    const ELEMENTS = /^(?:p|br|strong|em|s|u|code|pre|blockquote|ul|ol|li|a|hr|img|table|tbody|tr|td|th|div)$/;
    const ATTRIBUTES =
      /^(?:class|style|href|target|rel|src|alt|width|height|border|cellpadding|cellspacing|align|valign|bgcolor|colspan|rowspan|start|type|data-placeholder|draggable|contenteditable)$/;
    const odd: string[] = [];
    for (const element of body.querySelectorAll('*')) {
      if (!ELEMENTS.test(element.localName)) odd.push(`<${element.localName}>`);
      for (const { name, value } of element.attributes) {
        if (!ATTRIBUTES.test(name)) odd.push(`${element.localName} ${name}`);
        if (name === 'href' && !/^(?:https?:\/\/|mailto:|tel:)/i.test(value)) odd.push(`a link to ${value}`);
        if (name === 'src' && !/^(?:\/api\/messages\/|blob:|data:image\/)/.test(value))
          odd.push(`a picture of ${value}`);
        if (name === 'style' && /url|position|@|\\|transform|z-index/i.test(value)) odd.push(`a style ${value}`);
      }
      const { position, transform, zIndex } = getComputedStyle(element);
      if (position !== 'static' || transform !== 'none' || zIndex !== 'auto') odd.push(`${element.localName} is moved`);
      for (const type of ['mouseover', 'focusin', 'pointerenter'])
        element.dispatchEvent(new Event(type, { bubbles: true }));
    }
    return odd;
  });
}

test('nothing of the hostile set runs, loads or leaves its place in the editor', async ({ hostile, page }) => {
  const tried = hostileMails.filter(({ html, number }) => html !== undefined && number % EVERY === 0);
  const { shown } = await hostile.fill(tried.map(({ raw }) => [raw]));
  const detectors = await hostile.open(page);
  const composer = page.getByTestId('composer');
  const found: Record<string, unknown> = {};
  for (const { threadId, messages } of shown) {
    await openConversation(page, threadId, [...messages.keys()]);
    detectors.take();
    await page.keyboard.press('Shift+E');
    await composer.getByTestId('compose-body').waitFor();
    const findings = Object.entries({ ...detectors.take(), odd: await oddIn(page) }).filter(
      ([, list]) => list.length > 0,
    );
    if (findings.length > 0) found[[...messages.values()].join()] = Object.fromEntries(findings);
    await composer.getByRole('button', { name: 'Discard draft' }).click();
    await composer.waitFor({ state: 'detached' });
  }
  expect(shown.length).toBe(tried.length);
  expect(found).toEqual({});
  expect(hostsLookedUp(netLog)).toEqual([]);
});
