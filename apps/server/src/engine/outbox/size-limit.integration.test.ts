/** The submission server's SIZE (RFC 1870): learned with each message, and told before one is queued or any of it goes out. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type MemorySmtp, startMemorySmtp } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOutboxService } from '../../lib/services/outbox.ts';
import { row } from '../index/sql.ts';
import { type Sending, USER_ID, withSending } from './sending.fixture.ts';

const LIMIT = 100_000;

let database: TestDatabase;
let smtp: MemorySmtp;
let unlimited: MemorySmtp;
beforeAll(async () => {
  database = await createTestDatabase();
  smtp = await startMemorySmtp({ sizeLimit: LIMIT });
  unlimited = await startMemorySmtp({ sizeLimit: 0 });
});
afterAll(async () => {
  await smtp.stop();
  await unlimited.stop();
  await database.drop();
});

/** A file of so many octets. */
const file = (size: number) => ({
  attachments: [{ name: 'film.mp4', type: 'video/mp4', size, base64: Buffer.alloc(size, 'film').toString('base64') }],
});
const knownLimit = async ({ account }: Sending) =>
  (
    await row<{ limit: number | null }>(
      database.pool,
      `select (learned ->> 'smtpSize')::int as limit from connection where id = $1`,
      [account.connectionId],
    )
  )?.limit;
const queued = async ({ account }: Sending) =>
  (await database.pool.query('select 1 from outbox where connection_id = $1', [account.connectionId])).rowCount;

it('what is too large with its files as base64 is refused before it is queued, once the limit is known', () =>
  withSending(database, smtp, async (lab) => {
    await lab.send();
    await lab.run();
    expect(await knownLimit(lab)).toBe(LIMIT);
    // 75 kB of a file are 103 kB on their way.
    await expect(lab.send(file(75_000))).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      message: expect.stringContaining('the server takes 0.1 MB'),
      fix: 'Send fewer or smaller files.',
    });
    expect(await queued(lab)).toBe(1);
    await lab.send(file(70_000));
    await lab.run();
    expect(smtp.messages.length).toBe(2);
  }));

it('where the limit was not known, EHLO tells it, and no octet of the message goes out', () =>
  withSending(database, smtp, async (lab) => {
    const spoken = smtp.transcript.length;
    const id = await lab.send(file(75_000));
    await lab.run();
    const { state, error } = await createOutboxService(database).get(USER_ID, id);
    expect([state, error?.code, await knownLimit(lab)]).toEqual(['failed', 'MESSAGE_TOO_LARGE', LIMIT]);
    expect(smtp.transcript.slice(spoken).filter(({ line }) => /^(MAIL|RCPT|DATA)/.test(line))).toEqual([]);
  }));

it('a limit that is not named any more is forgotten', () =>
  withSending(database, unlimited, async (lab) => {
    await database.pool.query(`update connection set learned = '{"smtpSize": 1000000}' where id = $1`, [
      lab.account.connectionId,
    ]);
    await lab.send();
    await lab.run();
    expect(await knownLimit(lab)).toBeNull();
  }));
