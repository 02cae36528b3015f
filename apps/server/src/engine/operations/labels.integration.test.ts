/** Labels on a real Dovecot, and conversations that wait. */
import type { LabelId, ThreadId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseId } from '../../lib/driver/ids.ts';
import { rows } from '../index/sql.ts';
import { mail, type TestAccount, withAccount } from '../sync/account.fixture.ts';
import { createActions } from './actions.ts';
import { createLabels } from './labels.ts';
import { runOperations } from './remote.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const run = ({ connectionId, session }: TestAccount) =>
  runOperations(database.pool, connectionId, session, new AbortController().signal);
const threadOf = async ({ connectionId }: TestAccount, subject: string): Promise<ThreadId> => {
  const [found] = await rows<{ id: ThreadId }>(
    database.pool,
    'select thread_id as id from message where connection_id = $1 and subject = $2',
    [connectionId, subject],
  );
  return (found as { id: ThreadId }).id;
};
const keywordsOnServer = async ({ other }: TestAccount): Promise<string[]> => {
  await other.mailboxOpen('INBOX');
  const found = await other.fetchOne('1', { flags: true });
  return found ? [...(found.flags ?? [])].filter((flag) => !flag.startsWith('\\')) : [];
};

it('a label is a keyword on the server, and undo takes it away there too', () =>
  withAccount(database, {}, async (account) => {
    await account.other.append('INBOX', mail('Trip'));
    await account.look();
    const labels = createLabels(database);
    const { id } = await labels.create(account.connectionId, { name: 'Travel' });
    const labelId: LabelId = parseId('label', id).id;
    const thread = await threadOf(account, 'Trip');
    const { undo } = await labels.modify(account.connectionId, [thread], { add: [labelId], remove: [] });
    await run(account);
    expect(await keywordsOnServer(account)).toEqual(['Travel']);
    await createActions(database).undo(account.connectionId, undo as string);
    await run(account);
    expect(await keywordsOnServer(account)).toEqual([]);
  }));

it('a label of an account without keywords is kept here', () =>
  withAccount(database, {}, async (account) => {
    await account.other.append('INBOX', mail('Trip'));
    await account.look();
    await database.pool.query('update mailbox set keywords_allowed = false where connection_id = $1', [
      account.connectionId,
    ]);
    const labels = createLabels(database);
    const { id } = await labels.create(account.connectionId, { name: 'Travel' });
    const labelId: LabelId = parseId('label', id).id;
    const thread = await threadOf(account, 'Trip');
    await labels.modify(account.connectionId, [thread], { add: [labelId], remove: [] });
    await run(account);
    expect(await keywordsOnServer(account)).toEqual([]);
    expect(
      await rows(database.pool, 'select label_ids from thread where connection_id = $1 and id = $2', [
        account.connectionId,
        thread,
      ]),
    ).toEqual([{ label_ids: [labelId] }]);
  }));

it('snoozing and muting can be taken back, also when the worker has been there in between', () =>
  withAccount(database, {}, async (account) => {
    await account.other.append('INBOX', mail('Trip'));
    await account.other.append('INBOX', mail('Noise'));
    await account.look();
    const { connectionId } = account;
    const actions = createActions(database);
    const until = new Date(Date.now() + 60_000);
    const snoozed = await actions.snooze(connectionId, [await threadOf(account, 'Trip')], until, new Date());
    const muted = await actions.mute(connectionId, [await threadOf(account, 'Noise')]);
    expect(await account.list('INBOX')).toEqual([]);
    await actions.undo(connectionId, muted.undo ?? '');
    expect(await account.list('INBOX')).toEqual(['Noise *']);
    await run(account);
    await actions.undo(connectionId, snoozed.undo ?? '');
    expect(await account.list('INBOX')).toEqual(['Noise *', 'Trip *']);
  }));

it('a label kept here can be taken back, and only from what did not have it', () =>
  withAccount(database, {}, async (account) => {
    await account.other.append('INBOX', mail('Trip'));
    await account.other.append('INBOX', mail('Hotel'));
    await account.look();
    const { connectionId } = account;
    await database.pool.query('update mailbox set keywords_allowed = false where connection_id = $1', [connectionId]);
    const labels = createLabels(database);
    const labelId: LabelId = parseId('label', (await labels.create(connectionId, { name: 'Travel' })).id).id;
    const [trip, hotel] = [await threadOf(account, 'Trip'), await threadOf(account, 'Hotel')];
    await labels.modify(connectionId, [trip], { add: [labelId], remove: [] });
    const both = await labels.modify(connectionId, [trip, hotel], { add: [labelId], remove: [] });
    await createActions(database).undo(connectionId, both.undo ?? '');
    expect(
      await rows(database.pool, 'select id, label_ids from thread where connection_id = $1 order by id', [
        connectionId,
      ]),
    ).toEqual([
      { id: trip, label_ids: [labelId] },
      { id: hotel, label_ids: [] },
    ]);
  }));
