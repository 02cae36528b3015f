/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** Opens one conversation after the other in the app, as fast as it can, and looks at what each has become. */
import { createHash } from 'node:crypto';
import type { Page } from '@playwright/test';
import type { Detectors } from './detectors.ts';
import type { Shown } from './mailbox.fixture.ts';

/** Opens the conversation and waits until each of these messages stands there with its text. */
export async function openConversation(page: Page, threadId: string, messageIds: readonly string[]): Promise<void> {
  await page.evaluate((id) => {
    // The router hears of it as of a click.
    history.pushState({}, '', `/mail/inbox?thread=${id}`);
  }, threadId);
  await page.waitForFunction(
    (ids) =>
      ids.every((id) => {
        const message = document.querySelector(`[data-testid=message][data-message-id="${id}"]`);
        if (message?.getAttribute('data-open') === 'false')
          message.querySelector<HTMLElement>('h3 button[aria-expanded=false]')?.click();
        if (!message?.querySelector('[data-testid=message-body]')) return false;
        const frame = message.querySelector('iframe');
        if (frame === null) return true;
        const inner = frame.contentDocument;
        return inner?.readyState === 'complete' && inner.URL === 'about:srcdoc';
      }),
    messageIds,
    { polling: 'raf', timeout: 20_000 },
  );
}

/** What is wrong with each message that is open, by its id. */
type Looks = Readonly<Record<string, readonly string[]>>;

/**
 * Touches what can be touched (links that are no links, everything that could hear of it) and looks at what is there: no
 * element or attribute that runs or loads, one frame a message, within the reader, and the app where it was around it.
 */
async function touchAndLook(page: Page): Promise<Looks> {
  const wrong = await page.evaluate(touchAll);
  const byMessage: Record<string, string[]> = {};
  for (const [id, line] of wrong) byMessage[id] = [...(byMessage[id] ?? []), line];
  return byMessage;
}

/** In the page: it can use nothing of this module. */
async function touchAll(): Promise<[messageId: string, what: string][]> {
  const ELEMENTS =
    /^(?:script|svg|math|form|input|button|select|textarea|iframe|object|embed|base|link|template|video|audio|dialog|slot|meta)$|[-:]/;
  const ATTRIBUTES =
    /^(?:on.*|srcset|ping|formaction|action|id|name|popover.*|autofocus|contenteditable|tabindex|accesskey|is|slot|part)$/;
  const wrong: [string, string][] = [];
  const idOf = (element: Element) => element.closest('[data-message-id]')?.getAttribute('data-message-id') ?? 'app';

  const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  function lookAtElement(element: Element, say: (what: string) => void): void {
    if (ELEMENTS.test(element.localName)) say(`<${element.localName}>`);
    for (const { name } of element.attributes) if (ATTRIBUTES.test(name)) say(`${element.localName} ${name}`);
    if (element.localName !== 'a') return;
    const href = element.getAttribute('href');
    if (href === null || !/^(?:https?:\/\/|mailto:|tel:)/.test(href)) {
      if (href !== null) say(`a link to ${href}`);
      (element as HTMLElement).click();
    } else if (!/noopener.*noreferrer/.test(element.getAttribute('rel') ?? '')) say('a link without noopener');
  }

  function lookAtFrame(frame: HTMLIFrameElement, reader: DOMRect): void {
    const say = (what: string) => wrong.push([idOf(frame), what]);
    if (frame.sandbox.value !== 'allow-same-origin allow-popups allow-popups-to-escape-sandbox') say('sandbox');
    const { left, right } = frame.getBoundingClientRect();
    if (left < reader.left || right > reader.right + 1) say('the frame is wider than the reader');
    const inner = frame.contentDocument;
    if (inner === null) return void say('the frame is of another origin');
    if (inner.defaultView?.frames.length !== 0) say('a frame in the frame');
    for (const element of inner.body.querySelectorAll('*')) {
      lookAtElement(element, say);
      for (const type of ['mouseover', 'focusin', 'pointerenter', 'click']) {
        if (type !== 'click' || element.localName !== 'a') element.dispatchEvent(new Event(type, { bubbles: true }));
      }
    }
  }

  const reader = document.querySelector('[data-testid=thread-view]')?.getBoundingClientRect() ?? new DOMRect();
  for (const frame of document.querySelectorAll('iframe')) lookAtFrame(frame, reader);
  const frames = [...document.querySelectorAll('iframe')];
  const heights = () => frames.map(({ offsetHeight }) => offsetHeight);
  await rest(80);
  const before = heights();
  await rest(120);
  for (const [at, height] of heights().entries()) {
    const frame = frames[at];
    if (frame && height !== before[at])
      wrong.push([idOf(frame), `a frame that does not come to rest: ${before[at]}, ${height}`]);
  }
  const shown = document.querySelectorAll('[data-testid=message][data-open=true]').length;
  if (document.querySelectorAll('iframe').length > shown) wrong.push(['app', 'a frame too many']);
  if (document.fullscreenElement !== null || document.querySelector('dialog,:popover-open') !== null)
    wrong.push(['app', 'something lies over the app']);
  for (const element of document.body.querySelectorAll(
    'script[src*="evil"], [onerror], [onload], [onclick], [src*="evil.test"]',
  ))
    wrong.push([idOf(element), 'markup in the app']);
  return wrong;
}

/** The app around the reader, as it is drawn. */
const AROUND = [
  { x: 0, y: 0, width: 224, height: 800 },
  { x: 645, y: 0, width: 635, height: 95 },
];

/** A picture of all that no message may draw on, once it is at rest; at once where it is the one that is expected. */
async function around(page: Page, expected?: string): Promise<string> {
  let before = '';
  for (let tries = 0; tries < 20; tries += 1) {
    const now = await pictureAround(page);
    if (now === expected || (expected === undefined && now === before)) return now;
    before = now;
    await page.waitForTimeout(250);
  }
  return before;
}

async function pictureAround(page: Page): Promise<string> {
  await page.mouse.move(300, 30);
  const pictures = await Promise.all(AROUND.map((clip) => page.screenshot({ clip, animations: 'disabled' })));
  return createHash('sha256').update(Buffer.concat(pictures)).digest('hex');
}

/** Everything that a conversation shows only when asked: details, source, an answer and what it quotes. */
export async function openDialogs(page: Page): Promise<void> {
  const messages = page.getByTestId('message');
  for (const message of (await messages.all()).slice(0, 2)) {
    await message.getByRole('button', { name: 'Details', exact: true }).click();
    const details = page.locator('[data-radix-popper-content-wrapper] dl');
    await details.waitFor();
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
  }
  await messages.last().getByRole('button', { name: 'More for this message' }).click();
  await page.getByRole('menuitem', { name: 'View source' }).click();
  await page.getByRole('dialog').locator('pre').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('f');
  await page.getByTestId('composer').waitFor();
  const quoted = page.getByRole('button', { name: 'Show quoted text' });
  await quoted.click();
  await page.getByTestId('composer').locator('iframe').waitFor();
  await page.keyboard.press('Escape');
}

/** What the app looks like around a harmless message. */
export async function untouchedApp(page: Page, harmless: Shown): Promise<string> {
  await openConversation(page, harmless.threadId, [...harmless.messages.keys()]);
  return around(page);
}

export interface Opening {
  readonly detectors: Detectors;
  readonly untouched: string;
  readonly nameOf: (mid: string) => string;
}

/** Opens each conversation, and gives what was found, by the name of the message where it is known. */
export async function openAll(
  page: Page,
  shown: readonly Shown[],
  { detectors, untouched, nameOf }: Opening,
): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const { threadId, messages } of shown) {
    await openConversation(page, threadId, [...messages.keys()]);
    const looks = await touchAndLook(page);
    for (const [id, mid] of messages) if (looks[id]) found[nameOf(mid)] = looks[id];
    const isSame = (await around(page, untouched)) === untouched;
    const outside = isSame ? [] : ['the app looks different around the reader'];
    const noticed = { ...detectors.take(), app: looks.app ?? [], outside };
    const findings = Object.entries(noticed).filter(([, list]) => list.length > 0);
    if (findings.length > 0) found[[...messages.values()].map(nameOf).join(', ')] = Object.fromEntries(findings);
  }
  return found;
}
