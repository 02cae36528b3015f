/** The app as a whole, over HTTP, on a real Dovecot and Postfix: from signing up to an answer in somebody's mailbox. */
import { message, startMailServer, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AppClient, connectionTo, startTestApp, type TestApp } from './app.fixture.ts';

const uploadSchema = z.object({ uploadId: z.string(), size: z.number() });

let mail: Awaited<ReturnType<typeof startMailServer>>;
let app: TestApp;
let ada: AppClient;
let connectionId: string;

beforeAll(async () => {
  mail = await startMailServer();
  app = await startTestApp({ env: { MAIL_TLS_CA_FILE: mail.caFile }, logTo: process.stderr });
  ada = await app.signUp();
  ({ id: connectionId } = await ada.api.connections.create.mutate(connectionTo(mail, 'ada@lab.test')));
});
afterAll(async () => {
  await app?.stop();
  await mail?.stop();
});

const subjects = async (folder = 'inbox') =>
  (await ada.api.mail.listThreads.query({ folder })).threads.map(({ subject }) => subject);

async function stateOf() {
  const { connections } = await ada.api.connections.list.query();
  return connections.find(({ id }) => id === connectionId)?.state;
}

describe('the app as a whole', () => {
  it('becomes live, shows delivered mail within two seconds, and tells the screen', async () => {
    await waitUntil(async () => (await stateOf()) === 'live');
    const events = await ada.events();
    const at = performance.now();
    await mail.deliver('ada@lab.test', message({ from: 'Bob <bob@lab.test>', subject: 'Ferry', text: 'At nine.' }));
    await waitUntil(async () => (await subjects()).includes('Ferry'));
    expect(performance.now() - at).toBeLessThan(2000);
    await waitUntil(async () => events.seen.some(({ kind }) => kind === 'threads'));
    events.stop();
  });

  it('sends an answer with a file, which arrives byte for byte, once, with one copy in Sent', async () => {
    const { threads } = await ada.api.mail.listThreads.query({});
    const ferry = threads.find(({ subject }) => subject === 'Ferry');
    const conversation = await ada.api.mail.get.query({ id: ferry?.id ?? '' });
    const form = new FormData();
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256));
    form.append('file', new File([bytes], 'tickets é.bin', { type: 'application/octet-stream' }));
    const uploaded = uploadSchema.parse(await (await ada.fetch('/api/uploads', { method: 'POST', body: form })).json());
    expect(uploaded.size).toBe(bytes.length);
    const sent = await ada.api.mail.send.mutate({
      to: [{ email: 'bob@lab.test' }],
      subject: 'Re: Ferry',
      message: '<p>See you <b>there</b>.</p>',
      attachments: [{ uploadId: uploaded.uploadId }],
      threadId: conversation.id,
      inReplyTo: conversation.latest?.messageId,
    });
    await waitUntil(async () => (await ada.api.outbox.get.query({ id: sent.id })).state === 'sent');
    const bob = await mail.imap('bob@lab.test');
    await bob.mailboxOpen('INBOX');
    await waitUntil(async () => {
      await bob.noop();
      return bob.mailbox && bob.mailbox.exists === 1;
    });
    const received = await bob.fetchOne('1', { envelope: true, bodyStructure: true });
    expect(received ? received.envelope?.inReplyTo : undefined).toBe(conversation.latest?.messageId);
    const parts = await bob.download('1', '2', { uid: false });
    const chunks: Buffer[] = [];
    for await (const chunk of parts.content ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    const other = await mail.imap('ada@lab.test');
    await waitUntil(async () => (await other.status('Sent', { messages: true })) && true);
    await other.mailboxOpen('Sent');
    await waitUntil(async () => {
      await other.noop();
      return other.mailbox && other.mailbox.exists === 1;
    });
    await waitUntil(async () => (await ada.api.mail.get.query({ id: conversation.id })).messages.length === 2);
    const answered = await ada.api.mail.get.query({ id: conversation.id });
    const [attachment] = answered.messages[1]?.attachments ?? [];
    const file = await ada.fetch(
      `/api/messages/${answered.messages[1]?.id}/attachments/${attachment?.attachmentId ?? ''}`,
    );
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true);
  });
});
