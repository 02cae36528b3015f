/**
 * Servers that say what is not so: no local message is lost by it, and what they then say truly is believed again. The
 * dangers, one a title; answers without end are in endless.integration.test.ts.
 */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row, rows } from '../index/sql.ts';
import { createActions } from '../operations/actions.ts';
import { runOperations } from '../operations/remote.ts';
import { mail, newConnection } from './account.fixture.ts';
import { BARE, CONDSTORE, type LyingAccount, QRESYNC, withLiar } from './lying-server.fixture.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const learnedOf = async ({ connectionId }: LyingAccount) =>
  (
    await row<{ learned: { qresyncTrusted?: boolean } }>(
      database.pool,
      'select learned from connection where id = $1',
      [connectionId],
    )
  )?.learned;

/** Looks until index and server say the same; what is there now was there before under the same id. */
async function expectExact(account: LyingAccount): Promise<void> {
  await account.lookAgain();
  expect(await account.index()).toEqual(account.onServer());
}

const insertAfter = (mark: RegExp, line: string) => (lines: string[]) =>
  lines.flatMap((one) => (mark.test(one) ? [one, line] : [one]));

describe('a VANISHED that is false', () => {
  it.each([
    { what: 'of three messages among hundred', set: '4:6', count: 100 },
    { what: 'of more than a fifth', set: '1:30', count: 100 },
    { what: 'of more than fifty', set: '1:60', count: 400 },
    { what: 'of every UID there can be', set: '1:4294967295', count: 100 },
    { what: 'that is malformed', set: '1:*', count: 20 },
  ])('$what removes nothing, and QRESYNC is not believed again', async ({ set, count }) => {
    await withLiar(database, { capabilities: QRESYNC }, async (account) => {
      const { imap, connectionId } = account;
      account.fill(count);
      await account.look();
      const before = await account.messages();
      imap.mailbox('INBOX').setFlags(1, ['\\Seen']);
      account.lie(/^EXAMINE$/, () => ({ edit: insertAfter(/EXISTS/, `* VANISHED (EARLIER) ${set}`) }));
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
      expect(await account.messages()).toEqual(before);
      const orphans = await rows(
        database.pool,
        'select id from message where connection_id = $1 and orphaned_at is not null',
        [connectionId],
      );
      expect(orphans).toEqual([]);
      if (set !== '1:*') expect(await learnedOf(account)).toEqual({ qresyncTrusted: false });
      imap.transcript.length = 0;
      imap.mailbox('INBOX').setFlags(2, ['\\Seen']);
      await expectExact(account);
      if (set !== '1:*') expect(imap.commands().join('\n')).not.toContain('(QRESYNC');
    });
  });

  it('while nothing is selected, or in the middle of a FETCH, removes nothing', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(100);
      account.lie(/FETCH|LIST/, () => ({ before: ['* VANISHED 1:100', '* VANISHED (EARLIER) 1:100'] }));
      await account.look();
      account.imap.mailbox('INBOX').setFlags(1, ['\\Seen']);
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
      expect((await account.messages()).length).toBe(100);
    }));

  it('that leaves out what is gone is found out by the count, and QRESYNC is not believed again', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(20);
      await account.look();
      account.imap.mailbox('INBOX').expunge(3, 4);
      account.lie(/^EXAMINE$/, () => ({ edit: (lines) => lines.filter((line) => !line.includes('VANISHED')) }));
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
      expect(await learnedOf(account)).toEqual({ qresyncTrusted: false });
    }));

  it('is not believed of the same host by another account either, and by one elsewhere as before', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      const others = await Promise.all([newConnection(database), newConnection(database)]);
      const hosts = ['liar.test', 'liar.test', 'honest.test'];
      for (const [at, id] of [account.connectionId, ...others].entries()) {
        const imap = JSON.stringify({ host: hosts[at] });
        await database.pool.query('update connection set imap = $2 where id = $1', [id, imap]);
      }
      account.fill(20);
      await account.look();
      account.imap.mailbox('INBOX').setFlags(1, ['\\Seen']);
      account.lie(/^EXAMINE$/, () => ({ edit: insertAfter(/EXISTS/, '* VANISHED (EARLIER) 2:3') }));
      await account.look();
      const learned = await rows(
        database.pool,
        'select learned from connection where id = any($1::int[]) order by id',
        [others],
      );
      expect(learned).toEqual([{ learned: { qresyncTrusted: false } }, { learned: {} }]);
    }));

  it('is none where an action of ours is carried out in the middle of a look', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      const { connectionId } = account;
      account.fill(20);
      await account.look();
      const threads = await rows<{ thread_id: never }>(
        database.pool,
        `select thread_id from message where connection_id = $1 and subject in ('Message 3', 'Message 4')`,
        [connectionId],
      );
      await createActions(database).archive(
        connectionId,
        threads.map(({ thread_id }) => thread_id),
      );
      account.imap.mailbox('INBOX').setFlags(1, ['\\Seen']);
      const session = await account.session();
      const select = session.select.bind(session);
      session.select = async (...args) => {
        const selected = await select(...args);
        const other = await account.connect();
        await runOperations(database.pool, connectionId, other, new AbortController().signal);
        return selected;
      };
      await account.look();
      expect(await learnedOf(account)).toEqual({});
      await expectExact(account);
    }));

  it('beside a true one: a mailbox that really was emptied is empty, after a second look at it', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(100);
      await account.look();
      account.imap.mailbox('INBOX').expunge(...Array.from({ length: 100 }, (_, n) => n + 1));
      account.imap.transcript.length = 0;
      await account.look();
      expect(await account.index()).toEqual([]);
      expect(account.imap.commands().filter((line) => line.startsWith('EXAMINE INBOX')).length).toBe(2);
      expect(await learnedOf(account)).toEqual({});
    }));
});

describe('a mailbox that seems to be empty', () => {
  it.each([
    { what: 'with no QRESYNC', capabilities: BARE },
    { what: 'with CONDSTORE', capabilities: CONDSTORE },
  ])('because SEARCH finds nothing once $what keeps every message', async ({ capabilities }) => {
    await withLiar(database, { capabilities }, async (account) => {
      account.fill(80);
      await account.look();
      account.imap.mailbox('INBOX').expunge(1);
      account.lie(/SEARCH/, ({ tag }) => ({ answer: ['* SEARCH', `${tag} OK Done`] }), 1);
      await account.look();
      await expectExact(account);
      expect((await account.messages()).length).toBeGreaterThanOrEqual(79);
    });
  });

  it('because SEARCH finds nothing every time, against what EXISTS says, keeps every message', () =>
    withLiar(database, { capabilities: BARE }, async (account) => {
      account.fill(80);
      await account.look();
      account.imap.mailbox('INBOX').expunge(1);
      account.lie(/SEARCH/, ({ tag }) => ({ answer: ['* SEARCH', `${tag} OK Done`] }));
      await account.look();
      expect((await account.list('INBOX')).length).toBe(80);
    }));

  it('because SEARCH is refused keeps every message', () =>
    withLiar(database, { capabilities: BARE }, async (account) => {
      account.fill(10);
      await account.look();
      account.imap.mailbox('INBOX').expunge(1);
      account.lie(/SEARCH/, ({ tag }) => ({ answer: [`${tag} NO Not today`] }));
      await expect(account.look()).rejects.toMatchObject({ name: 'MailError' });
      expect((await account.list('INBOX')).length).toBe(10);
      account.imap.onCommand(undefined);
      await expectExact(account);
    }));

  it('because every message is said to be expunged while we look keeps every message', () =>
    withLiar(database, { capabilities: BARE }, async (account) => {
      account.fill(60);
      await account.look();
      const lines = Array.from({ length: 60 }, () => '* 1 EXPUNGE');
      account.lie(/NOOP|FETCH|SEARCH/, () => ({ before: lines }));
      account.imap.mailbox('INBOX').append(mail('One more'));
      await account.lookAgain();
      expect((await account.list('INBOX')).length).toBe(61);
      account.imap.onCommand(undefined);
      await expectExact(account);
    }));
});

describe('a LIST that is not true', () => {
  it.each([
    { what: 'is empty', edit: (lines: string[]) => lines.filter((line) => !line.startsWith('* ')) },
    { what: 'names no inbox', edit: (lines: string[]) => lines.filter((line) => !/INBOX/.test(line)) },
    { what: 'is refused', edit: (lines: string[]) => [`${lines.at(-1)?.split(' ')[0]} NO Not today`] },
  ])('and $what removes no mailbox, however often', async ({ edit }) => {
    await withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(3);
      account.fill(2, 'Archive', 10);
      await account.look();
      account.lie(/^(LIST|LSUB)$/, () => ({ edit }));
      for (let n = 0; n < 3; n += 1) await account.look().catch(() => false);
      expect(await account.index()).toEqual(account.onServer());
    });
  });

  it('and leaves one mailbox out once removes it not', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(2, 'Archive');
      await account.look();
      account.lie(/^LIST$/, () => ({ edit: (lines) => lines.filter((line) => !/Archive/.test(line)) }), 1);
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
      await expectExact(account);
    }));
});

describe('numbers that are none', () => {
  it('another UIDVALIDITY at every look: every message keeps its id, and is never out of the list', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(20);
      await account.look();
      const before = await account.messages();
      const seen: number[] = [];
      account.lie(/./, async () => {
        seen.push((await account.list('INBOX')).length);
        return undefined;
      });
      for (let looks = 0; looks < 6; looks += 1) {
        account.imap.mailbox('INBOX').bumpUidValidity();
        await account.look();
      }
      account.imap.onCommand(undefined);
      await expectExact(account);
      expect(await account.messages()).toEqual(before);
      expect(new Set(seen)).toEqual(new Set([20]));
    }));

  it('UIDs that are none in the answer to SEARCH are passed over', () =>
    withLiar(database, { capabilities: BARE }, async (account) => {
      account.fill(10);
      await account.look();
      account.imap.mailbox('INBOX').expunge(3);
      account.lie(/SEARCH/, () => ({
        edit: (lines) => lines.map((line) => line.replace('* SEARCH', '* SEARCH 0 4294967296 99999999999999999999')),
      }));
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
    }));

  it('UIDVALIDITY 0, always: nothing is read twice, and changes are followed', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      const edit = (lines: string[]) => lines.map((line) => line.replace(/UIDVALIDITY \d+/, 'UIDVALIDITY 0'));
      account.lie(/^(EXAMINE|LIST|STATUS)$/, () => ({ edit }));
      account.fill(20);
      await account.look();
      const before = await account.messages();
      account.imap.transcript.length = 0;
      account.imap.mailbox('INBOX').append(mail('New'));
      account.imap.mailbox('INBOX').expunge(2);
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
      expect((await account.messages()).slice(0, 20)).toEqual(before);
      const fetched = account.imap.commands().filter((line) => /BODYSTRUCTURE/.test(line));
      expect(fetched.map((line) => line.split(' ')[2])).toEqual(['21']);
    }));

  it('UIDVALIDITY 0 for a while takes nothing from a mailbox that had one', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(20);
      await account.look();
      const before = await account.messages();
      account.lie(/^(EXAMINE|LIST|STATUS)$/, () => ({
        edit: (lines) => lines.map((line) => line.replace(/UIDVALIDITY \d+/, 'UIDVALIDITY 0')),
      }));
      account.imap.mailbox('INBOX').setFlags(3, ['\\Seen']);
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
      account.imap.onCommand(undefined);
      await expectExact(account);
      expect(await account.messages()).toEqual(before);
    }));

  it('UIDNEXT missing: new mail is found by its UID', () =>
    withLiar(database, { capabilities: CONDSTORE }, async (account) => {
      const edit = (lines: string[]) =>
        lines.filter((line) => !line.includes('[UIDNEXT')).map((line) => line.replace(/ ?UIDNEXT \d+/, ''));
      account.lie(/^(EXAMINE|LIST|STATUS)$/, () => ({ edit }));
      account.fill(5);
      await account.look();
      account.fill(2, 'INBOX', 6);
      account.imap.mailbox('INBOX').expunge(1);
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
    }));

  it('UIDNEXT at the end of all numbers costs a few commands, not millions', () =>
    withLiar(database, { capabilities: BARE }, async (account) => {
      account.fill(5);
      await account.look();
      account.imap.mailbox('INBOX').append(mail('New'));
      const edit = (lines: string[]) => lines.map((line) => line.replace(/UIDNEXT \d+/, 'UIDNEXT 4294967295'));
      account.lie(/^(EXAMINE|LIST|STATUS)$/, () => ({ edit }));
      account.imap.transcript.length = 0;
      await account.look();
      expect(account.imap.commands().length).toBeLessThan(40);
      account.imap.onCommand(undefined);
      await expectExact(account);
    }));

  it('a HIGHESTMODSEQ that goes back makes all flags be read again', () =>
    withLiar(database, { capabilities: CONDSTORE }, async (account) => {
      account.fill(5);
      await account.look();
      account.imap.mailbox('INBOX').setFlags(2, ['\\Flagged']);
      const edit = (lines: string[]) => lines.map((line) => line.replace(/HIGHESTMODSEQ \d+/, 'HIGHESTMODSEQ 1'));
      account.lie(/^(EXAMINE|LIST|STATUS)$/, () => ({ edit }));
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
    }));
});

describe('a FETCH that does not give everything', () => {
  const withoutEverySecond = (lines: string[]) => {
    let row = 0;
    return lines.filter((line) => !/^\* \d+ FETCH/.test(line) || row++ % 2 === 0);
  };

  it('answered OK with every second message only, once: all are here after the same look', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(30);
      account.lie(/FETCH/, () => ({ edit: withoutEverySecond }), 1);
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
    }));

  it('answered OK with every second message only, each time: what lacks is asked for at each look until it comes', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(30);
      account.lie(/FETCH/, ({ args }) =>
        JSON.stringify(args).includes('BODYSTRUCTURE') || JSON.stringify(args).includes('HEADER.FIELDS')
          ? { edit: (lines) => lines.filter((line) => !/^\* \d*[02468] FETCH/.test(line)) }
          : undefined,
      );
      await account.look();
      expect((await account.list('INBOX')).length).toBe(15);
      account.imap.onCommand(undefined);
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
    }));

  it.each([1, 40, 400, 2000, 9000])('and ends after %d octets, mid-literal or not: the next look goes on', (octets) =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(30);
      account.lie(/FETCH/, () => ({ cutAfterBytes: octets }), 2);
      await account.look().catch(() => false);
      await account.look().catch(() => false);
      await expectExact(account);
      expect((await account.messages()).length).toBe(30);
    }),
  );

  it.each([
    {
      what: 'a BODYSTRUCTURE without its end',
      from: /BODYSTRUCTURE \(.*\)(?= BODY\[)/,
      to: 'BODYSTRUCTURE ("TEXT" "PLAIN"',
    },
    { what: 'a BODYSTRUCTURE that is a word', from: /BODYSTRUCTURE \(.*\)(?= BODY\[)/, to: 'BODYSTRUCTURE NONE' },
    {
      what: 'an ENVELOPE nobody asked for, malformed',
      from: / BODYSTRUCTURE/,
      to: ' ENVELOPE (NIL ((((" "))) BODYSTRUCTURE',
    },
    { what: 'an INTERNALDATE that is none', from: /INTERNALDATE "[^"]*"/, to: 'INTERNALDATE "yesterday"' },
  ])('because of $what: every message is listed all the same', async ({ from, to }) => {
    await withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(5);
      const edit = (lines: string[]) =>
        lines.map((line, at) => (/^\* \d+ FETCH/.test(line) && at % 2 === 0 ? line.replace(from, to) : line));
      account.lie(/FETCH/, () => ({ edit }));
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
      expect((await account.list('INBOX')).length).toBe(5);
    });
  });

  it('with rows of flags nobody asked for in between stores no message without its header', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(5);
      account.lie(
        /FETCH/,
        () => ({ before: ['* 3 FETCH (UID 3 FLAGS (\\Seen) MODSEQ (99))', '* 4 FETCH (FLAGS ())'] }),
        1,
      );
      await account.look();
      expect(await account.list('INBOX')).toEqual([1, 2, 3, 4, 5].map((n) => `Message ${n} *`));
    }));
});
