/** Reading through the driver from a real Dovecot: what is listed can be opened, and its source is exact. */
import { buffer } from 'node:stream/consumers';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { message } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WithImap } from '../../../engine/accounts/access.ts';
import { createTextWork } from '../../../engine/reading/text-work.ts';
import { mail, type TestAccount, withAccount } from '../../../engine/sync/account.fixture.ts';
import { createReader } from './read.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function readerOf({ connectionId, session }: TestAccount) {
  const withImap: WithImap = (_connectionId, _purpose, work) => work(session, new AbortController().signal);
  return createReader({
    pool: database.pool,
    connectionId,
    withImap,
    textWork: createTextWork(),
    signImage: (_messageId, url) => `/api/image?url=${encodeURIComponent(url)}`,
    now: () => new Date(),
  });
}

const page = { folder: 'inbox', query: '', max: 500, cursor: '' };

describe('reading through the driver', () => {
  it('shows what the account’s own server says of a sender, and nobody else’s word', () =>
    withAccount(database, {}, async (account) => {
      const checked = (id: string, results: string) => ({ 'Authentication-Results': `${id}; ${results}` });
      const from = 'Bank <info@bank.example>';
      await account.other.append('INBOX', mail('Forged', { from, headers: checked('mx.evil.test', 'dmarc=pass') }));
      await account.other.append('INBOX', mail('Failed', { from, headers: checked('mx.lab.test', 'dmarc=fail') }));
      await account.other.append(
        'INBOX',
        mail('Passed', { from, headers: checked('mx.lab.test', 'dmarc=pass; spf=pass') }),
      );
      await account.look();
      const reader = readerOf(account);
      const { threads } = await reader.list(page);
      const shown = await Promise.all(threads.map(async ({ id }) => (await reader.get(id)).messages[0]));
      expect(shown.map((one) => [one?.subject, one?.authentication, one?.warnings?.map(({ kind }) => kind)])).toEqual([
        ['Passed', { spf: 'pass', dmarc: 'pass' }, undefined],
        ['Failed', { dmarc: 'fail' }, ['unauthentic']],
        ['Forged', undefined, undefined],
      ]);
    }));

  it('a conversation with its bodies, attachment and exact source', () =>
    withAccount(database, {}, async (account) => {
      const file = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
      const raw = message({
        from: 'Bob <bob@lab.test>',
        to: 'ada@lab.test',
        subject: 'Report',
        html: '<p>See <b>attached</b><script>alert(1)</script></p>',
        messageId: '<report@lab.test>',
        attachments: [{ filename: 'report.bin', type: 'application/octet-stream', content: file }],
      });
      await account.other.append('INBOX', raw);
      await account.other.append('INBOX', mail('Re: Report', { inReplyTo: '<report@lab.test>' }), ['\\Seen']);
      await account.look();
      const reader = readerOf(account);
      const { threads } = await reader.list(page);
      expect(
        threads.map(({ subject, messageCount, unreadCount, hasAttachments }) => ({
          subject,
          messageCount,
          unreadCount,
          hasAttachments,
        })),
      ).toEqual([{ subject: 'Report', messageCount: 2, unreadCount: 1, hasAttachments: true }]);
      const { messages } = await reader.get(threads[0]?.id ?? '');
      expect(messages.map(({ subject, unread, folders }) => ({ subject, unread, folders }))).toEqual([
        { subject: 'Report', unread: true, folders: ['inbox'] },
        { subject: 'Re: Report', unread: false, folders: ['inbox'] },
      ]);
      expect(messages[0]?.processedHtml).toContain('<b>attached</b>');
      expect(messages[0]?.processedHtml).not.toContain('script');
      expect(messages[1]?.text).toContain('About Re: Report.');
      const [attachment] = messages[0]?.attachments ?? [];
      const download = await reader.getAttachment(messages[0]?.id ?? '', attachment?.attachmentId ?? '');
      expect([attachment?.filename, (await buffer(download.stream)).equals(file)]).toEqual(['report.bin', true]);
      expect((await buffer((await reader.getRaw(messages[0]?.id ?? '')).stream)).equals(raw)).toBe(true);
      const counts = await reader.count();
      expect(counts.find(({ id }) => id === 'inbox')).toEqual({
        id: 'inbox',
        label: 'Inbox',
        path: 'INBOX',
        role: 'inbox',
        count: 1,
        total: 1,
      });
      expect((await reader.list({ ...page, folder: 'all', query: 'attached' })).threads.length).toBe(1);
    }));

  it('someone else’s ids are not found', () =>
    withAccount(database, {}, async (account) => {
      await account.look();
      const reader = readerOf(account);
      for (const id of ['t999999-1', 'm1-1', 'nonsense', `t${account.connectionId}-999999`]) {
        await expect(reader.get(id)).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
      }
    }));
});
