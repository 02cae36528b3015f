/**
 * The hostile set in the real app: nothing of it runs, nothing is asked of anybody, nothing leaves its frame. All messages
 * of a conversation are open at once; under SOAK=1 each message is a conversation by itself.
 */
import { expect, type Page } from '@playwright/test';
import { hostileMails } from '@postroom/mail-lab';
import { netLog, watchedBrowser } from './browser.ts';
import { type Detectors, hostsLookedUp, watch } from './detectors.ts';
import { type Shown, test } from './mailbox.fixture.ts';
import { openAll, openConversation, openDialogs, untouchedApp } from './reader.ts';

const IS_SOAK = process.env.SOAK === '1';
const TOGETHER = IS_SOAK ? 1 : 12;

test.use(watchedBrowser);
test.setTimeout(600_000);

test('nothing of the hostile set runs, loads or leaves its frame', async ({ hostile, page }) => {
  const { harmless, shown } = await hostile.fill(grouped());
  expect(shown.reduce((sum, { messages }) => sum + messages.size, 0)).toBe(hostileMails.length);
  const detectors = await hostile.open(page);
  const untouched = await untouchedApp(page, harmless);
  const opening = { detectors, untouched, nameOf };
  expect(await openAll(page, shown, opening)).toEqual({});
  expect(hostsLookedUp(netLog)).toEqual([]);

  await hostile.allowPictures(true);
  await page.reload();
  const withPictures = shown.filter(({ hasPictures }) => hasPictures);
  expect(withPictures.length).toBeGreaterThan(2);
  expect(await openAll(page, withPictures, opening)).toEqual({});

  // Last: an answer that was begun stays, and shows as a draft beside the inbox.
  const worded = shown.filter(({ messages }) => familiesOf(messages).some((family) => WORDED.has(family)));
  const looked = worded.filter((_, at) => IS_SOAK || at % 2 === 0);
  expect(await openOtherViews(page, looked, detectors)).toEqual({});
  expect(hostsLookedUp(netLog)).toEqual([]);
});

/** Families whose messages do something by themselves on a page that cleans nothing. */
const SHARP = /^(?:script elements|event handlers|mutation|SVG|CSS that loads|attributes that load|frames, .*)$/;

test('on a page that cleans nothing, every detector notices what the set does', async ({ page }) => {
  const site = 'http://localhost:1';
  let html = '';
  await page.route(`${site}/**`, (route) =>
    route.request().url().startsWith(`${site}/mail/`)
      ? route.fulfill({ contentType: 'text/html; charset=utf-8', body: html })
      : route.abort(),
  );
  const detectors = await watch(page, { appUrl: site, pictures: () => 'blocked' });
  const tried = hostileMails.filter(({ family, number }) => SHARP.test(family) && (IS_SOAK || number % 3 === 0));
  const noticed = new Set<(typeof tried)[number]>();
  const kinds = new Set<string>();
  for (const mail of tried) {
    html = mail.html ?? '';
    // What goes elsewhere at once is noticed all the same.
    await page.goto(`${site}/mail/${mail.number}`).catch(() => undefined);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 15))).catch(() => undefined);
    const found = Object.entries(detectors.take()).filter(([, list]) => list.length > 0);
    for (const [kind] of found) kinds.add(kind);
    if (found.length > 0) noticed.add(mail);
  }
  // Without a policy nothing is refused; a broken script may still be told of.
  expect([...kinds]).toEqual(expect.arrayContaining(['asked', 'left', 'ran']));
  for (const [family, mails] of Map.groupBy(tried, ({ family }) => family)) {
    expect(mails.filter((mail) => noticed.has(mail)).length, family).toBeGreaterThan(mails.length / 5);
  }
  expect(hostsLookedUp(netLog).length).toBeGreaterThan(tried.length / 6);
});

/** Conversations of one family each. */
function grouped(): Buffer[][] {
  return [...Map.groupBy(hostileMails, ({ family }) => family).values()].flatMap((mails) =>
    Array.from({ length: Math.ceil(mails.length / TOGETHER) }, (_, at) =>
      mails.slice(at * TOGETHER, (at + 1) * TOGETHER).map(({ raw }) => raw),
    ),
  );
}

/** Families of what is shown outside the frame too. */
const WORDED: ReadonlySet<string> = new Set(['plain text', 'header fields', 'files', 'parts']);

function familiesOf(messages: Shown['messages']): string[] {
  return [...messages.values()].map((mid) => mailOf(mid)?.family ?? '');
}

/** The details of messages, their source, an answer with what it quotes; at last a list of what was searched. */
async function openOtherViews(
  page: Page,
  shown: readonly Shown[],
  detectors: Detectors,
): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const { threadId, messages } of shown) {
    await openConversation(page, threadId, [...messages.keys()]);
    await openDialogs(page);
    const findings = Object.entries(detectors.take()).filter(([, list]) => list.length > 0);
    if (findings.length > 0) found[[...messages.values()].map(nameOf).join(', ')] = Object.fromEntries(findings);
  }
  await page.goto(`${new URL(page.url()).origin}/mail/all?q=canary`);
  await page.getByTestId('thread-row').first().waitFor();
  const inTheList = Object.entries(detectors.take()).filter(([, list]) => list.length > 0);
  return inTheList.length > 0 ? { ...found, list: inTheList } : found;
}

function mailOf(mid: string) {
  const number = Number(/^h(\d+)@/.exec(mid)?.[1]);
  return hostileMails.find((one) => one.number === number);
}

function nameOf(mid: string): string {
  const mail = mailOf(mid);
  return mail ? `${mail.number} ${mail.family}: ${mail.name}` : mid;
}
