/** Reading an account anew compares it with its server; what that found is in the report and in the metrics. */

import { waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.fixture.ts';
import { connectMemoryMail, type MemoryMailServers, startMemoryMail } from './memory-account.fixture.ts';

let app: TestApp;
let servers: MemoryMailServers;
beforeAll(async () => {
  [app, servers] = await Promise.all([startTestApp(), startMemoryMail('ada@lab.test')]);
});
afterAll(async () => {
  await app.stop();
  await servers.stop();
});

it('a message that the index lost is found, counted and shown', async () => {
  servers.imap.mailbox('INBOX').append('Subject: Lost\r\nMessage-ID: <lost@lab.test>\r\n\r\nHere.\r\n');
  const ada = await app.signUp();
  const connectionId = await connectMemoryMail(ada, servers);
  const report = async () => (await ada.api.connections.doctor.mutate({ connectionId })).checks;
  expect((await report()).find(({ id }) => id === 'audit')).toMatchObject({ ok: true });

  // A row that is there and means nothing: no count shows it.
  await app.database.pool.query('update placement set uid = 99');
  await ada.api.connections.resync.mutate({ connectionId });
  await waitUntil(
    async () => (await app.database.pool.query('select 1 from connection where audit is not null')).rowCount === 1,
    { what: 'the audit' },
  );
  expect((await report()).find(({ id }) => id === 'audit')?.detail).toMatch(/^1 messages in 6 folders/);
  expect((await ada.api.mail.listThreads.query({ folder: 'inbox' })).threads.map(({ subject }) => subject)).toEqual([
    'Lost',
  ]);
  const metrics = await (await ada.fetch('/metrics')).text();
  expect(metrics).toMatch(/postroom_audit_drift\{kind="missing"\} \d/);
});
