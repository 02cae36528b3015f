/** An account against a real Dovecot: the index must equal the server, whatever other clients did meanwhile. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row, rows } from '../index/sql.ts';
import { mail, withAccount } from './account.fixture.ts';
import { localCount } from './apply.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const WAYS = [
  { name: 'with all of its capabilities', capabilities: undefined },
  { name: 'without QRESYNC', capabilities: ['IMAP4rev1', 'UIDPLUS', 'CONDSTORE', 'ENABLE', 'MOVE', 'IDLE'] },
  { name: 'with IMAP4rev1 alone', capabilities: ['IMAP4rev1'] },
];

describe.each(WAYS)('an account on Dovecot $name', ({ capabilities }) => {
  const options = capabilities ? { capabilities } : {};

  it('is here whole after the first look, and unchanged after the second', () =>
    withAccount(database, options, async ({ other, look, list, connectionId }) => {
      for (const subject of ['One', 'Two', 'Three']) await other.append('INBOX', mail(subject));
      await other.append('INBOX', mail('Re: One', { inReplyTo: '<one@lab.test>' }), ['\\Seen']);
      expect(await look()).toBe(true);
      expect(await list('INBOX')).toEqual(['One *', 'Three *', 'Two *']);
      const before = await rows(database.pool, 'select * from placement where connection_id = $1', [connectionId]);
      await look();
      expect(await rows(database.pool, 'select * from placement where connection_id = $1', [connectionId])).toEqual(
        before,
      );
    }));

  it('follows what another client does: new, read, removed, moved', () =>
    withAccount(database, options, async ({ other, look, list, connectionId }) => {
      for (const subject of ['Stays', 'Read', 'Removed', 'Moved']) await other.append('INBOX', mail(subject));
      await look();
      const moved = await row<{ id: number }>(
        database.pool,
        `select id from message where connection_id = $1 and subject = 'Moved'`,
        [connectionId],
      );
      await other.mailboxOpen('INBOX');
      await other.messageFlagsAdd('2', ['\\Seen'], { uid: true });
      await other.messageMove('4', 'Archive', { uid: true });
      await other.messageDelete('3', { uid: true });
      await other.append('INBOX', mail('New'));
      await look();
      expect(await list('INBOX')).toEqual(['New *', 'Read', 'Stays *']);
      expect(
        await rows(
          database.pool,
          `select m.id, b.path, m.orphaned_at from message m join placement p on p.connection_id = m.connection_id and p.message_id = m.id
           join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
           where m.connection_id = $1 and m.subject = 'Moved'`,
          [connectionId],
        ),
      ).toEqual([{ id: moved?.id, path: 'Archive', orphaned_at: null }]);
    }));

  it('one removed and one new do not cancel out', () =>
    withAccount(database, options, async ({ other, look, list }) => {
      for (const subject of ['A', 'B']) await other.append('INBOX', mail(subject));
      await look();
      await other.mailboxOpen('INBOX');
      await other.messageDelete('1', { uid: true });
      await other.append('INBOX', mail('C'));
      await look();
      expect(await list('INBOX')).toEqual(['B *', 'C *']);
    }));
});

describe('a first look that is cut off', () => {
  it('goes on where it was and ends exact', () =>
    withAccount(database, {}, async ({ other, look, connectionId, session }) => {
      for (let n = 0; n < 150; n += 1) await other.append('INBOX', mail(`Number ${n}`));
      const fetchMessages = session.fetchMessages.bind(session);
      let pieces = 0;
      session.fetchMessages = async (...args) => {
        pieces += 1;
        if (pieces === 2) throw new Error('cut');
        return fetchMessages(...args);
      };
      await expect(look()).rejects.toThrow('cut');
      const mailbox = await row<{ id: never }>(
        database.pool,
        `select id from mailbox where connection_id = $1 and role = 'inbox'`,
        [connectionId],
      );
      expect(await localCount(database.pool, connectionId, mailbox?.id as never)).toBe(120);
      expect(await look()).toBe(true);
      expect(await localCount(database.pool, connectionId, mailbox?.id as never)).toBe(150);
    }));
});
