/** Uploads and the drafts that hold them, over the days, on a real PostgreSQL. */
import { buffer } from 'node:stream/consumers';
import type { ConnectionId, UserId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseId } from '../../lib/driver/ids.ts';
import { createDrafts } from '../drafts/save.ts';
import { row, rows } from '../index/sql.ts';
import { enqueue, type Sender } from './enqueue.ts';
import { cleanUpUploads, loadDraftFile, storeUpload } from './uploads.ts';

const ADA = 'ada' as UserId;
const BOB = 'bob' as UserId;
const TODAY = new Date();
const later = (hours: number) => new Date(TODAY.getTime() + hours * 3_600_000);

let database: TestDatabase;
let sender: Sender;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  await database.pool.query('truncate "user" cascade');
  await database.pool.query(
    `insert into "user" (id, name, email) values ('ada', 'Ada', 'ada@lab.test'), ('bob', 'Bob', 'bob@lab.test')`,
  );
  const made = await row<{ id: ConnectionId }>(
    database.pool,
    `insert into connection (user_id, email, imap, smtp, imap_secret) values ('ada', 'ada@lab.test', '{}', '{}', 'none')
     returning id`,
  );
  sender = { id: (made as { id: ConnectionId }).id, userId: ADA, email: 'ada@lab.test', name: 'Ada' };
  await database.pool.query(
    `insert into mailbox (connection_id, path, name, role) values ($1, 'Drafts', 'Drafts', 'drafts'), ($1, 'Sent', 'Sent', 'sent')`,
    [sender.id],
  );
});

const drafts = () =>
  createDrafts({ pool: database.pool, withImap: () => Promise.reject(new Error('no server is needed')) });
const upload = (name = 'plan.txt', userId = ADA, content = Buffer.from('the plan')) =>
  storeUpload(database.pool, userId, { name, type: 'text/plain', octets: [content] }, TODAY);
const save = (uploadIds: readonly string[], id: string | null = null) =>
  drafts().create(sender, {
    id,
    to: [],
    subject: 'Plans',
    message: '<p>Here.</p>',
    attachments: uploadIds.map((uploadId) => ({ uploadId })),
  });
const names = async () =>
  (await rows<{ name: string }>(database.pool, 'select name from upload order by name')).map(({ name }) => name);

it('an upload that nothing uses is there for a day', async () => {
  await upload();
  await cleanUpUploads(database.pool, later(23));
  expect(await names()).toEqual(['plan.txt']);
  await cleanUpUploads(database.pool, later(25));
  expect(await names()).toEqual([]);
});

it('a draft holds its files for as long as it stands', async () => {
  const { uploadId } = await upload();
  await save([uploadId]);
  for (const hours of [25, 1000]) await cleanUpUploads(database.pool, later(hours));
  expect(await names()).toEqual(['plan.txt']);
});

it('saving a draft does not use its files up: saved again, then sent with the same upload', async () => {
  const { uploadId } = await upload();
  const { id } = await save([uploadId]);
  await save([uploadId], id);
  await enqueue(database.pool, sender, {
    to: [{ email: 'bob@lab.test' }],
    subject: 'Plans',
    message: '<p>Here.</p>',
    attachments: [{ uploadId }],
    draftId: id,
  });
  const sent = await row<{ mime: Buffer }>(database.pool, 'select mime from outbox');
  expect(sent?.mime.toString()).toContain('filename=plan.txt');
});

it('files of a draft that was removed, and those taken out of one, go a day after somebody noticed', async () => {
  const [kept, takenOut, removed] = [await upload('kept'), await upload('taken-out'), await upload('removed')];
  const { id } = await save([kept.uploadId, takenOut.uploadId]);
  const other = await save([removed.uploadId]);
  await save([kept.uploadId], id);
  await drafts().delete(sender, { id: other.id });
  await cleanUpUploads(database.pool, later(48));
  expect(await names()).toEqual(['kept', 'removed', 'taken-out']);
  await cleanUpUploads(database.pool, later(73));
  expect(await names()).toEqual(['kept']);
});

it('a draft that takes a file up again on its last day keeps it', async () => {
  const { uploadId } = await upload();
  const { id } = await save([uploadId]);
  await save([], id);
  await cleanUpUploads(database.pool, later(48));
  await save([uploadId], id);
  await cleanUpUploads(database.pool, later(1000));
  expect(await names()).toEqual(['plan.txt']);
});

it('a file that was marked to go while a draft was being saved stays with the draft', async () => {
  const { uploadId } = await upload();
  await save([uploadId]);
  await database.pool.query('update upload set expires_at = $1', [later(1)]);
  await cleanUpUploads(database.pool, later(48));
  expect(await names()).toEqual(['plan.txt']);
});

it('a user can only have so much lying about; what a draft holds does not count', async () => {
  const { uploadId } = await upload('small');
  await database.pool.query('update upload set size = $1', [500 * 1024 * 1024 - 3]);
  await expect(upload('large')).rejects.toMatchObject({ code: 'THROTTLED' });
  await expect(upload('of bob', BOB)).resolves.toMatchObject({ name: 'of bob' });
  await save([uploadId]);
  await expect(upload('large')).resolves.toMatchObject({ size: 8 });
});

it('the file of a draft is read by its owner only, and only from the draft that holds it', async () => {
  const [mine, other] = [await upload('mine'), await upload('other')];
  const draft = parseId('draft', (await save([mine.uploadId])).id);
  const read = async (userId: UserId, uploadId: string) => {
    const file = await loadDraftFile(database.pool, userId, draft, uploadId);
    return file && { ...file, octets: (await buffer(file.octets)).toString() };
  };
  expect(await read(ADA, mine.uploadId)).toEqual({ name: 'mine', type: 'text/plain', size: 8, octets: 'the plan' });
  expect(await read(ADA, other.uploadId)).toBeUndefined();
  expect(await read(BOB, mine.uploadId)).toBeUndefined();
});
