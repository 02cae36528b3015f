import type { LabelId, ListKey } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLAG } from './flags.ts';
import { type IndexFixture, indexFixture, newMessage } from './index.fixture.ts';
import { searchThreads } from './search.ts';
import { indexBodies, indexNext } from './search-index.ts';
import { parseSearchQuery } from './search-query.ts';
import { vectorOf } from './search-words.ts';
import { rows } from './sql.ts';

let database: TestDatabase;
let index: IndexFixture;
beforeAll(async () => {
  database = await createTestDatabase();
  index = await indexFixture(database.pool);
  const { inbox, archive, trash } = index.mailboxes;
  const people = (name: string, email: string) => ({ from: { name, email }, to: [], cc: [], bcc: [], replyTo: [] });
  await index.add(inbox, [
    { ...newMessage({ subject: 'Déjeuner at noon', at: 1 }), addresses: people('José', 'jose@example.test') },
    { ...newMessage({ subject: '会議の資料', at: 2 }), flags: FLAG.seen },
    { ...newMessage({ subject: 'Invoice 2026', at: 3 }), hasAttachments: true, size: 6_000_000 },
    newMessage({ subject: 'Greetings from José', at: 4 }),
  ]);
  const archived = await index.add(archive, [{ ...newMessage({ subject: 'Old news', at: 0 }), flags: FLAG.seen }]);
  await index.add(trash, [newMessage({ subject: 'Invoice thrown away', at: 5 })]);
  while ((await indexNext(database.pool, index.connectionId, 3)) !== null);
  const [id] = archived.messageIds;
  if (id !== undefined)
    await indexBodies(database.pool, index.connectionId, new Map([[id, 'The quick brown fox jumps']]));
});
afterAll(() => database.drop());

async function find(query: string, list: ListKey | null = null): Promise<string[]> {
  const found = await searchThreads({
    sql: database.pool,
    connectionId: index.connectionId,
    list,
    query: parseSearchQuery(query, new Date('2026-11-22T12:00:00Z')),
    resolveList: (name) => (name === 'bin' ? `m${index.mailboxes.trash}` : null),
    resolveLabel: (): LabelId | null => null,
    after: null,
    max: 50,
  });
  const subjects = new Map(
    (
      await rows<{ thread_id: number; subject: string }>(
        database.pool,
        'select thread_id, subject from message where connection_id = $1',
        [index.connectionId],
      )
    ).map(({ thread_id, subject }) => [thread_id, subject]),
  );
  return found.map(({ threadId }) => subjects.get(threadId) ?? '');
}

describe('searching', () => {
  it.each([
    { name: 'accents and case aside', query: 'DEJEUNER', found: ['Déjeuner at noon'] },
    { name: 'from the start of a word', query: 'dej', found: ['Déjeuner at noon'] },
    { name: 'not from its middle', query: 'jeuner', found: [] },
    { name: 'two characters of Japanese', query: '資料', found: ['会議の資料'] },
    { name: 'all words, anywhere', query: 'noon dejeuner', found: ['Déjeuner at noon'] },
    { name: 'a phrase in its order', query: '"brown fox"', found: ['Old news'] },
    { name: 'no phrase in another order', query: '"fox brown"', found: [] },
    { name: 'a name wherever it stands', query: 'jose', found: ['Greetings from José', 'Déjeuner at noon'] },
    { name: 'a sender only among senders', query: 'from:jose', found: ['Déjeuner at noon'] },
    { name: 'a whole address', query: 'from:jose@example.test', found: ['Déjeuner at noon'] },
    { name: 'a subject only in subjects', query: 'subject:fox', found: [] },
    { name: 'a body', query: 'body:jumps', found: ['Old news'] },
    { name: 'attachments', query: 'has:attachment', found: ['Invoice 2026'] },
    { name: 'sizes', query: 'larger:5M', found: ['Invoice 2026'] },
    { name: 'either', query: 'fox OR noon', found: ['Déjeuner at noon', 'Old news'] },
    { name: 'without', query: 'is:unread -jose', found: ['Invoice 2026'] },
    { name: 'what was read', query: 'is:read', found: ['会議の資料', 'Old news'] },
    { name: 'nothing in the bin by itself', query: 'thrown', found: [] },
    { name: 'in the bin when asked', query: 'in:bin invoice', found: ['Invoice thrown away'] },
    { name: 'by Message-ID', query: 'rfc822msgid:old-news@lab.test', found: ['Old news'] },
    { name: 'quotes and backslashes harmlessly', query: `it's \\' "" ':*A`, found: [] },
  ])('finds $name', async ({ query, found }) => {
    expect(await find(query)).toEqual(found);
  });

  it('keeps words that PostgreSQL takes of a mail made of words', async () => {
    const text = (seed: number) =>
      Array.from({ length: 65_000 }, (_, i) =>
        String.fromCodePoint(0x4e00 + ((i * 7919 + seed + ((i * i) % 9973)) % 20_000)),
      ).join('');
    const vector = vectorOf([
      { text: text(1), weight: 'A' },
      { text: text(14), weight: 'C', field: 'filename' },
      { text: text(27), weight: 'D' },
    ]);
    const [kept] = await rows<{ any: boolean }>(database.pool, 'select length($1::tsvector) > 30000 as any', [vector]);
    expect(kept).toEqual({ any: true });
  });

  it('keeps to the folder', async () => {
    expect(await find('jose OR fox', `m${index.mailboxes.archive}`)).toEqual(['Old news']);
  });
});
