/** Storing a message that is too large to be held, on a real Dovecot and on servers that refuse or go away. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageSource } from '../mime/index.ts';
import { type TestAccount, withAccount } from '../sync/account.fixture.ts';
import { BARE, withLiar } from '../sync/lying-server.fixture.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const PIECE = Buffer.from(`${'x'.repeat(98)}\r\n`.repeat(655));
const HEADER = Buffer.from('From: ada@lab.test\r\nSubject: Large\r\nMessage-ID: <large@lab.test>\r\n\r\n');
const FLAGS = { system: ['seen' as const, 'draft' as const], keywords: [] };

/** Of so many pieces of 65,500 octets; `breaksAt`: the one that cannot be read. */
function large(pieces: number, breaksAt = Number.POSITIVE_INFINITY): MessageSource {
  return {
    size: HEADER.length + pieces * PIECE.length,
    async *octets() {
      yield HEADER;
      for (let index = 0; index < pieces; index += 1) {
        if (index === breaksAt) throw new Error('The file is gone.');
        yield PIECE;
      }
    },
  };
}

const storedIn = async ({ other }: TestAccount, path: string) => {
  await other.mailboxOpen(path);
  return other.fetchAll('1:*', { uid: true, flags: true, size: true, internalDate: true, bodyParts: ['1'] });
};

describe('a large message', () => {
  it('is stored as it is, in a mailbox of any name, with its flags and its date', () =>
    withAccount(database, {}, async (account) => {
      const path = 'Entwürfe & Ähnliches';
      await account.other.mailboxCreate(path);
      const at = new Date('2026-03-04T05:06:07Z');
      const message = large(100);
      const { uid } = await account.session.append(path, message, FLAGS, at);
      const [stored] = await storedIn(account, path);
      expect({
        uid: stored?.uid,
        size: stored?.size,
        flags: [...(stored?.flags ?? [])].filter((flag) => flag !== '\\Recent').sort(),
        at: stored?.internalDate,
        isWhole: stored?.bodyParts?.get('1')?.equals(Buffer.concat(new Array(100).fill(PIECE))),
      }).toEqual({ uid, size: message.size, flags: ['\\Draft', '\\Seen'], at, isWhole: true });
      await account.session.noop();
    }));

  it('that cannot be read to its end is not stored, and the connection is not used again', () =>
    withAccount(database, {}, async (account) => {
      const session = await account.connect();
      await expect(session.append('Drafts', large(100, 50), FLAGS)).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(session.closed).toBe(true);
      expect(await storedIn(account, 'Drafts')).toEqual([]);
    }));

  it('that is shorter than it was said to be is not stored', () =>
    withAccount(database, {}, async (account) => {
      const session = await account.connect();
      const short = { ...large(100), size: large(101).size };
      await expect(session.append('Drafts', short, FLAGS)).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(await storedIn(account, 'Drafts')).toEqual([]);
    }));

  it('that is larger than the server keeps is not sent to it', () =>
    withLiar(database, { capabilities: [...BARE, 'APPENDLIMIT=1000000'] }, async (account) => {
      const session = await account.connect();
      await expect(session.append('Drafts', large(100), FLAGS)).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
      expect(account.imap.commands().filter((line) => line.startsWith('APPEND'))).toEqual([]);
      await session.noop();
    }));

  it('that the server has no room for is refused in its words, and the session lives', () =>
    withLiar(database, {}, async (account) => {
      account.lie(/^APPEND$/, ({ tag }) => ({ answer: [`${tag} NO [OVERQUOTA] No room left`] }));
      const session = await account.connect();
      await expect(session.append('Drafts', large(100), FLAGS)).rejects.toMatchObject({ code: 'OVER_QUOTA' });
      await session.noop();
    }));

  it('whose connection ends in the middle is an error at once', () =>
    withLiar(database, {}, async (account) => {
      const session = await account.connect();
      const cut: MessageSource = {
        ...large(400),
        async *octets() {
          yield* large(10).octets();
          account.imap.cutAll();
          yield* large(390).octets();
        },
      };
      await expect(session.append('Drafts', cut, FLAGS)).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
      expect(session.closed).toBe(true);
    }));
});
