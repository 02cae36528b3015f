/**
 * Servers that do not stop: a line, a literal, a response, a number of responses without end. Each ends the connection
 * within seconds and within a bound of memory, no mail is lost by it, and the next look goes on. The heap is what counts:
 * the sending server lives in the same process.
 */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mail } from './account.fixture.ts';
import { BARE, QRESYNC, withLiar } from './lying-server.fixture.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const MEGABYTE = 1024 * 1024;
const MAX_GROWTH = 400 * MEGABYTE;

/** The most that the process held more than at the beginning, while the work ran. */
async function growthOf(work: () => Promise<unknown>): Promise<number> {
  const held = () => {
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return heapUsed + external + arrayBuffers;
  };
  const before = held();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, held());
  }, 20);
  await work();
  clearInterval(timer);
  return most - before;
}

const FLOODS = [
  { what: 'a line that does not end', on: /EXAMINE/, endless: 'x'.repeat(64 * 1024) },
  { what: 'a line of words that does not end', on: /EXAMINE/, endless: '(a '.repeat(20_000) },
  { what: 'literals without end', on: /SEARCH/, endless: '* 1 FETCH (BODY[] {100}\r\n' },
  { what: 'EXISTS without end', on: /EXAMINE/, endless: '* 7 EXISTS\r\n'.repeat(1000) },
  { what: 'mailboxes without end', on: /LIST/, endless: '* LIST () "/" "Another"\r\n'.repeat(1000) },
  { what: 'UIDs without end', on: /SEARCH/, endless: `* SEARCH ${'7 '.repeat(20_000)}\r\n` },
  { what: 'VANISHED without end', on: /EXAMINE/, endless: `* VANISHED (EARLIER) ${'1,3,5,7,'.repeat(5000)}9\r\n` },
  { what: 'the same message without end', on: /FETCH/, endless: '* 1 FETCH (UID 1 FLAGS ())\r\n'.repeat(1000) },
  {
    what: 'messages nobody asked for without end',
    on: /EXAMINE/,
    endless: '* 1 FETCH (UID 1 FLAGS ())\r\n'.repeat(1000),
  },
];

const ANSWERS = [
  { what: 'a literal of 10 GB', line: '* 1 FETCH (UID 1 BODY[HEADER] {10737418240}' },
  {
    what: 'a literal of more digits than there are numbers',
    line: `* 1 FETCH (UID 1 BODY[HEADER] {${'9'.repeat(60)}}`,
  },
  { what: 'a response of a million words', line: `* 1 FETCH (UID 1 FLAGS (${'a '.repeat(1_000_000)}))` },
  { what: 'a response of a million lists', line: `* 1 FETCH (UID 1 BODYSTRUCTURE ${'('.repeat(1_000_000)}` },
];

describe('a server that does not stop', () => {
  it.each(FLOODS)('with $what', { timeout: 30_000 }, async ({ on, endless }) => {
    // SEARCH is what a server is asked that can do little else.
    await withLiar(database, { capabilities: on.test('SEARCH') ? BARE : QRESYNC }, async (account) => {
      account.fill(10);
      await account.look();
      account.imap.mailbox('INBOX').append(mail('New'));
      account.imap.mailbox('INBOX').expunge(2);
      account.lie(on, () => ({ endless }), 1);
      const session = await account.session();
      const growth = await growthOf(async () => {
        await expect(account.look()).rejects.toMatchObject({ name: 'MailError', retryable: true });
      });
      expect(session.closed).toBe(true);
      expect(growth).toBeLessThan(MAX_GROWTH);
      await account.look();
      expect(await account.index()).toEqual(account.onServer());
      expect((await account.messages()).length).toBe(11);
    });
  });

  it('while it owes an answer, and says this and that meanwhile, is given up after a time', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(3);
      account.lie(/FETCH/, () => ({ endless: '* OK still at it\r\n' }));
      const session = await account.connect({ commandMs: 300 });
      await session.select('INBOX', { readOnly: true });
      const growth = await growthOf(async () => {
        await expect(session.fetchSource(1 as never)).rejects.toMatchObject({ retryable: true });
      });
      expect(session.closed).toBe(true);
      expect(growth).toBeLessThan(MAX_GROWTH);
    }));

  it('with headers far longer than any letter has them is read all the same, with what is a letterhead', () =>
    withLiar(database, { capabilities: QRESYNC }, async (account) => {
      const long = Buffer.from(
        `Message-ID: <long@lab.test>\r\nSubject: Long\r\nReferences: ${'<a@b> '.repeat(700_000)}\r\n\r\nHi`,
      );
      for (let n = 0; n < 12; n += 1) account.imap.mailbox('INBOX').append(long);
      const growth = await growthOf(() => account.look());
      expect(growth).toBeLessThan(MAX_GROWTH);
      expect((await account.messages()).length).toBe(12);
    }));

  it.each(ANSWERS)('with $what', { timeout: 30_000 }, async ({ line }) => {
    await withLiar(database, { capabilities: QRESYNC }, async (account) => {
      account.fill(10);
      await account.look();
      account.imap.mailbox('INBOX').append(mail('New'));
      account.lie(/FETCH/, ({ tag }) => ({ answer: [line, `${tag} OK Done`] }), 1);
      const growth = await growthOf(() => account.look().catch(() => false));
      expect(growth).toBeLessThan(MAX_GROWTH);
      await account.lookAgain();
      expect(await account.index()).toEqual(account.onServer());
    });
  });
});
