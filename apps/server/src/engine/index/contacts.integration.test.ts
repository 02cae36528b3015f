/** People learned from mail, and found again by what one types. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { message } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withAccount } from '../sync/account.fixture.ts';
import { findContacts } from './contacts.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ADA = 'ada@lab.test';

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
    const find = async (query: string) =>
      (await findContacts(database.pool, [connectionId], query, 10)).map(({ email }) => email);
    expect(await find('br')).toEqual(['b.oswald@harbour.example', 'bruno@fjord.example']);
    expect(await find('osw brig')).toEqual(['b.oswald@harbour.example']);
    expect(await find('брук')).toEqual(['ivana@pošta.example']);
    expect(await find('harb')).toEqual(['b.oswald@harbour.example']);
    expect(await find('no-reply')).toEqual([]);
    expect(await find('.*')).toEqual([]);
    expect(await find('')).toEqual(['b.oswald@harbour.example', 'bruno@fjord.example', 'ivana@pošta.example']);
  }));
