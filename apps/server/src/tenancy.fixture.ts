/** What one user has, of every kind that has an id, and a caller that shows what comes back. Test code only. */
import { message, waitUntil } from '@postroom/mail-lab';
import superjson from 'superjson';
import { z } from 'zod';
import type { AppClient, TestApp } from './app.fixture.ts';
import { connectMemoryMail, type MemoryMailServers } from './memory-account.fixture.ts';

/** An id of every kind. */
export interface Ids {
  readonly connection: string;
  readonly thread: string;
  readonly message: string;
  readonly attachment: string;
  readonly mailbox: string;
  readonly label: string;
  readonly draft: string;
  readonly outbox: string;
  readonly identity: string;
  readonly template: string;
  readonly upload: string;
  readonly invite: string;
  readonly undo: string;
  /** A signed link of the image proxy. */
  readonly image: string;
}

/** Ids that are all the same text. */
export const everyIdIs = (id: string): Ids => ({
  connection: id,
  thread: id,
  message: id,
  attachment: id,
  mailbox: id,
  label: id,
  draft: id,
  outbox: id,
  identity: id,
  template: id,
  upload: id,
  invite: id,
  undo: id,
  image: id,
});

const PIXEL = '<img src="http://pictures.example/pixel.png">';

/** Connects an account and makes one of everything in it. Every text that is the user's contains `word`. */
export async function ownEverything(
  app: TestApp,
  client: AppClient,
  servers: MemoryMailServers,
  word: string,
): Promise<Ids> {
  const { api } = client;
  servers.imap.store.create(`${word} folder`);
  servers.imap.mailbox('INBOX').append(
    message({
      from: `${word} friend <friend@${word}.test>`,
      to: servers.connection.email,
      subject: `${word} subject`,
      html: `<p>${word} body</p>${PIXEL}`,
      attachments: [{ filename: `${word}.txt`, type: 'text/plain', content: `${word} file` }],
    }),
  );
  const connection = await connectMemoryMail(client, servers);
  const { threads } = await waitUntil(async () => {
    const page = await api.mail.listThreads.query({});
    return page.threads.length === 1 && page;
  });
  const thread = threads[0]?.id ?? '';
  const { messages } = await api.mail.get.query({ id: thread });
  const folder = (await api.mail.count.query()).find(({ path }) => path === `${word} folder`);
  const invite = `${word}-invitation`;
  await app.database.pool.query(
    `insert into invite (token, invited_by, expires_at) select $1, user_id, now() + interval '1 day' from connection
     where email = $2`,
    [invite, servers.connection.email],
  );
  const form = new FormData();
  form.append('file', new File([`${word} upload`], `${word}.bin`));
  const uploaded = await (await client.fetch('/api/uploads', { method: 'POST', body: form })).json();
  const { uploadId } = z.object({ uploadId: z.string() }).parse(uploaded);
  const draft = await api.drafts.create.mutate({
    to: [{ email: `to@${word}.test` }],
    subject: `${word} draft`,
    message: `<p>${word} draft</p>`,
    attachments: [{ uploadId }],
  });
  const sent = await api.mail.send.mutate({
    to: [{ email: `to@${word}.test` }],
    subject: `${word} scheduled`,
    message: `<p>${word} scheduled</p>`,
    sendAt: new Date(Date.now() + 86_400_000).toISOString(),
  });
  const identity = await api.identities.create.mutate({
    connectionId: connection,
    name: `${word} alias`,
    email: `alias@${word}.test`,
  });
  const template = await api.templates.create.mutate({ name: `${word} template`, html: `<p>${word} template</p>` });
  await api.settings.save.mutate({ trustedSenders: [`friend@${word}.test`] });
  await api.shortcuts.save.mutate({ archive: word });
  const starred = await api.mail.bulkStar.mutate({ ids: [thread] });
  await app.database.pool.query('delete from rate_limit');
  const html = messages[0]?.processedHtml ?? '';
  return {
    connection,
    thread,
    message: messages[0]?.id ?? '',
    attachment: messages[0]?.attachments[0]?.attachmentId ?? '',
    mailbox: folder?.id ?? '',
    label: (await api.labels.create.mutate({ name: `${word} label` })).id,
    draft: draft.id,
    outbox: sent.id,
    identity: identity.id,
    template: template.id,
    upload: uploadId,
    invite,
    undo: starred.undo ?? '',
    image: /\/api\/image\?[^"]+/.exec(html)?.[0].replaceAll('&amp;', '&') ?? '',
  };
}

/** What an answer of tRPC says. */
export interface Answer {
  readonly status: number;
  /** `data.mail.code` of an error. */
  readonly code: string | undefined;
  readonly text: string;
}

const errorSchema = z.object({
  error: z.object({
    json: z.object({ data: z.object({ mail: z.object({ code: z.string() }).nullish() }) }),
  }),
});

export type ProcedureType = 'query' | 'mutation' | 'subscription';

/** Calls a procedure by its path, as any client could. */
export async function callProcedure(
  client: Pick<AppClient, 'fetch'>,
  path: string,
  type: ProcedureType,
  input: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = JSON.stringify(superjson.serialize(input));
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body };
  const response =
    type === 'mutation'
      ? await client.fetch(`/api/trpc/${path}`, init)
      : await client.fetch(`/api/trpc/${path}?input=${encodeURIComponent(body)}`, { headers });
  return answerOf(response);
}

/** Reads an answer whole; of a live stream only that it is one. */
export async function answerOf(response: Response): Promise<Answer> {
  if (response.headers.get('Content-Type')?.includes('event-stream')) {
    await response.body?.cancel();
    return { status: response.status, code: undefined, text: '' };
  }
  const text = await response.text();
  return { status: response.status, code: codeIn(text), text };
}

function codeIn(text: string): string | undefined {
  try {
    return errorSchema.safeParse(JSON.parse(text)).data?.error.json.data.mail?.code;
  } catch {
    return undefined;
  }
}
