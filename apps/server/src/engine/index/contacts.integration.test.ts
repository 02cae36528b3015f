/** People learned from mail, and found again by what one types. */
import type { ConnectionId, UserId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { message } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withAccount } from '../sync/account.fixture.ts';
import { findContacts, setHidden } from './find-contacts.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ADA = 'ada@lab.test';

/** One account's user, who asks for the addresses that are found. */
async function seekerOf(connectionId: ConnectionId) {
  const { rows } = await database.pool.query('select user_id, email, name from connection where id = $1', [
    connectionId,
  ]);
  const { user_id: userId, email, name } = rows[0] as { user_id: UserId; email: string; name: string };
  const seeker = { userId, connectionIds: [connectionId], own: [{ email, name }] };
  return { userId, find: (query: string) => findContacts(database.pool, seeker, query, 10) };
}

it('whom one writes to comes first, machines never, and a word of name or address finds them', () =>
  withAccount(database, {}, async ({ other, look, connectionId }) => {
    const at = (day: number) => new Date(Date.UTC(2026, 0, day));
    const put = (mailbox: string, from: string, to: string, day: number) =>
      other.append(mailbox, message({ from, to, subject: `Day ${day}`, text: 'x', date: at(day) }), [], at(day));
    await other.mailboxCreate('Sent');
    for (let day = 1; day <= 3; day += 1) await put('INBOX', 'Bruno Ivers <bruno@fjord.example>', ADA, day);
    await put('INBOX', 'Shop <no-reply@shop.example>', ADA, 4);
    await put('INBOX', 'Ивана Брук <ivana@pošta.example>', ADA, 5);
    await put('Sent', `Ada <${ADA}>`, 'Brigitte Oswald <b.oswald@harbour.example>', 6);
    await look();
    const seeker = await seekerOf(connectionId);
    const find = async (query: string) => (await seeker.find(query)).map(({ email }) => email);
    expect(await find('br')).toEqual(['b.oswald@harbour.example', 'bruno@fjord.example']);
    expect(await find('osw brig')).toEqual(['b.oswald@harbour.example']);
    expect(await find('брук')).toEqual(['ivana@pošta.example']);
    expect(await find('harb')).toEqual(['b.oswald@harbour.example']);
    expect(await find('no-reply')).toEqual([]);
    expect(await find('.*')).toEqual([]);
    expect(await find('')).toEqual(['b.oswald@harbour.example', 'bruno@fjord.example', 'ivana@pošta.example']);
  }));

it('spellings of one address are one person, found by every name it had, shown as last seen', () =>
  withAccount(database, {}, async ({ other, look, connectionId }) => {
    const at = (day: number) => new Date(Date.UTC(2026, 0, day));
    const put = (from: string, day: number) =>
      other.append('INBOX', message({ from, to: ADA, subject: `Day ${day}`, text: 'x', date: at(day) }), [], at(day));
    await put('Renée Fontaine <Renee.Fontaine@Gmail.com>', 1);
    await put("'Renée Fontaine-Bly' <reneefontaine@googlemail.com>", 2);
    await put('ANNA@fjord.example', 3);
    await put('Anna Ivers <anna@fjord.example>', 4);
    await look();
    const { find } = await seekerOf(connectionId);
    const renee = { name: 'Renée Fontaine-Bly', email: 'reneefontaine@googlemail.com' };
    expect(await find('renee font')).toEqual([renee]);
    expect(await find('renee.fontaine@gmail')).toEqual([renee]);
    expect(await find('bly')).toEqual([renee]);
    expect(await find('anna')).toEqual([{ name: 'Anna Ivers', email: 'anna@fjord.example' }]);
  }));

it('lists, newsletters and answering machines are nobody; oneself stands after whom one writes to', () =>
  withAccount(database, {}, async ({ other, look, connectionId }) => {
    const at = (day: number) => new Date(Date.UTC(2026, 0, day));
    const put = (mailbox: string, from: string, to: string, day: number, headers: Record<string, string> = {}) => {
      const raw = message({ from, to, subject: `Day ${day}`, text: 'x', date: at(day), headers });
      return other.append(mailbox, raw, [], at(day));
    };
    await other.mailboxCreate('Sent');
    await put('INBOX', 'Adam News <news@shop.example>', ADA, 1, { 'List-Unsubscribe': '<https://shop.example/u>' });
    await put('INBOX', 'Adam Poster <poster@list.example>', ADA, 2, { 'List-Id': '<all.list.example>' });
    await put('INBOX', 'Adam Away <away@fjord.example>', ADA, 3, { 'Auto-Submitted': 'auto-replied' });
    await put('INBOX', 'Adam Bulk <bulk@fjord.example>', ADA, 4, { Precedence: 'bulk' });
    for (let day = 5; day < 9; day += 1) await put('INBOX', 'Adam Ivers <ivers@fjord.example>', ADA, day);
    await put('Sent', `Ada <${ADA}>`, `Adam Oswald <oswald@harbour.example>, ${ADA}`, 9);
    await look();
    const { userId, find } = await seekerOf(connectionId);
    const emails = async (query: string) => (await find(query)).map(({ email }) => email);
    expect(await emails('ada')).toEqual(['oswald@harbour.example', ADA, 'ivers@fjord.example']);
    expect(await emails('')).toEqual(['oswald@harbour.example', 'ivers@fjord.example']);
    await setHidden(database.pool, userId, 'Oswald@Harbour.example', true);
    await setHidden(database.pool, userId, ADA, true);
    expect(await emails('ada')).toEqual(['ivers@fjord.example']);
    await setHidden(database.pool, userId, 'oswald@harbour.example', false);
    expect(await emails('ada')).toEqual(['oswald@harbour.example', 'ivers@fjord.example']);
  }));

it('a word without end, marks that a query language would read, and scripts without spaces are found', () =>
  withAccount(database, {}, async ({ other, look, connectionId }) => {
    const date = new Date(Date.UTC(2026, 0, 1));
    const put = (from: string) =>
      other.append('INBOX', message({ from, to: ADA, subject: 'x', text: 'x', date }), [], date);
    const endless = '語'.repeat(200);
    await put(`"${'w'.repeat(150)}" <${'w'.repeat(300)}@fjord.example>`);
    await put(`${endless} <endless@fjord.example>`);
    await put('"O\'Hara & !Bly:*|(x)" <o\'hara@fjord.example>');
    await put('"back\\\\slash" <back@fjord.example>');
    await put('"山田太郎 Lund" <yamada@fjord.example>');
    await look();
    const seeker = await seekerOf(connectionId);
    const find = async (query: string) => (await seeker.find(query)).map(({ email }) => email);
    expect(await find('w'.repeat(300))).toEqual([`${'w'.repeat(300)}@fjord.example`]);
    expect(await find(endless)).toEqual(['endless@fjord.example']);
    expect(await find("o'hara")).toEqual(["o'hara@fjord.example"]);
    expect(await find("o'")).toEqual(["o'hara@fjord.example"]);
    expect(await find('bly:*|')).toEqual(["o'hara@fjord.example"]);
    expect(await find('back\\sl')).toEqual(['back@fjord.example']);
    expect(await find('back\\\\sl')).toEqual([]);
    expect(await find('太郎 lun')).toEqual(['yamada@fjord.example']);
    expect(await find("' & !:*")).toEqual([]);
  }));
