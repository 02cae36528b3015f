/** An app with one mailbox full of given messages, and a browser that is signed in to it and watched. */
import { test as base, type Page } from '@playwright/test';
import { type MailServer, message, startMailServer, waitUntil, writeMaildir } from '@postroom/mail-lab';
import type { Connection, Conversation, ThreadPage } from '../../apps/server/src/lib/driver/schemas.ts';
import { type AppClient, signUp } from '../../scripts/lib/app-client.ts';
import type { AppProcess } from '../../scripts/lib/app-process.ts';
import { startFreshApp } from '../fresh-app.ts';
import { type Detectors, watch } from './detectors.ts';

const OWNER = { email: 'ada@lab.test', password: 'fake-mail-password' };

/** A conversation as the app shows it, and its messages. */
export interface Shown {
  readonly threadId: string;
  /** Message-IDs without their brackets, by our ids. */
  readonly messages: ReadonlyMap<string, string>;
  /** Whether there are pictures to be allowed. */
  readonly hasPictures: boolean;
}

export interface Hostile {
  readonly app: AppProcess;
  readonly api: AppClient;
  /** Puts the conversations and a harmless one into the inbox, read, and waits until the app has them. */
  fill(conversations: readonly (readonly Buffer[])[]): Promise<{ harmless: Shown; shown: readonly Shown[] }>;
  /** Watches the page and opens the app in it. */
  open(page: Page): Promise<Detectors>;
  /** Shows pictures, or does not, from now on. */
  allowPictures(isAllowed: boolean): Promise<void>;
}

export const test = base.extend<{ hostile: Hostile }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  hostile: async ({}, use) => {
    const mail = await startMailServer({ accounts: [OWNER] });
    const app = await startFreshApp({ env: { MAIL_TLS_CA_FILE: mail.caFile } });
    const api = await signUp(app.url, { name: 'Ada', email: OWNER.email, password: 'fake-app-password' });
    await use(hostileOf(mail, app, api));
    api.close();
    await app.stop();
    await mail.stop();
  },
});

function hostileOf(mail: MailServer, app: AppProcess, api: AppClient): Hostile {
  let pictures: 'blocked' | 'allowed' = 'blocked';
  return {
    app,
    api,
    async fill(conversations) {
      const start = Date.parse('2026-01-05T09:00:00Z');
      const items = [[message({ subject: 'Harmless', messageId: 'harmless@lab.test' })], ...conversations].flatMap(
        (messages, at) =>
          messages.map((raw) => ({
            mailbox: 'INBOX',
            flags: ['\\Seen'],
            internalDate: new Date(start - at * 60_000),
            raw: Buffer.concat([Buffer.from(`In-Reply-To: <conversation-${at}@lab.test>\r\n`), raw]),
          })),
      );
      await writeMaildir(mail.dovecot, OWNER.email, items);
      const { imap, smtp } = mail.endpoints;
      await api.mutate('connections.create', {
        email: OWNER.email,
        imap,
        smtp,
        auth: { type: 'password', password: OWNER.password },
      });
      // The newest is the first of the list.
      const [harmless, ...shown] = await showAll(api);
      if (!harmless || ![...harmless.messages.values()].includes('harmless@lab.test')) throw new Error('not in order');
      return { harmless, shown };
    },
    async open(page) {
      const [name = '', value = ''] = api.cookie.split(/=(.*)/s);
      await page.context().addCookies([{ name, value, url: app.url }]);
      const detectors = await watch(page, { appUrl: app.url, pictures: () => pictures });
      await page.goto(`${app.url}/mail/inbox`);
      await page.getByTestId('thread-row').first().waitFor();
      return detectors;
    },
    async allowPictures(isAllowed) {
      await api.mutate('settings.save', { externalImages: isAllowed });
      pictures = isAllowed ? 'allowed' : 'blocked';
    },
  };
}

/** Waits until all messages are here, and reads each once, as the app does. */
async function showAll(api: AppClient): Promise<Shown[]> {
  const isLive = async () => {
    const { connections } = await api.query<{ connections: Connection[] }>('connections.list');
    return connections.every(({ state }) => state === 'live');
  };
  await waitUntil(isLive, { timeoutMs: 60_000, intervalMs: 200, what: 'all messages' });
  const shown: Shown[] = [];
  for (const { id } of await listAll(api)) {
    const { messages } = await api.query<Conversation>('mail.get', { id });
    shown.push({
      threadId: id,
      messages: new Map(messages.map((one) => [one.id, (one.messageId ?? '').replace(/^<|>$/g, '')])),
      hasPictures: messages.some(({ processedHtml }) => processedHtml.includes('/api/image?')),
    });
  }
  return shown;
}

async function listAll(api: AppClient): Promise<ThreadPage['threads']> {
  const threads: ThreadPage['threads'] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: ThreadPage = await api.query('mail.listThreads', { folder: 'inbox', max: 500, cursor });
    threads.push(...page.threads);
    cursor = page.nextPageToken;
  }
  return threads;
}
