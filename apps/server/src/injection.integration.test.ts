/**
 * Text with line breaks, NULs, quotes and literals in every field that reaches IMAP, SMTP or a header: the servers hear
 * no command and messages have no header field that nobody meant, and the client is told what is wrong, or nothing is.
 */
import { type MemoryImap, startMemoryImap, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AppClient, startTestApp, type TestApp } from './app.fixture.ts';
import {
  BODIES,
  DRAFTING,
  type Field,
  HAZARDS,
  headerFault,
  IDENTITIES,
  LABELLING,
  oddSmtp,
  REDIRECTING,
  SEARCHING,
  SENDING,
  unexpected,
} from './injection.fixture.ts';
import { connectMemoryMail, type MemoryMailServers, startMemoryMail } from './memory-account.fixture.ts';
import { type Answer, answerOf, callProcedure } from './tenancy.fixture.ts';

const FILING = ['APPEND', 'UID STORE', 'UID EXPUNGE', 'EXPUNGE'];

let app: TestApp;
let servers: MemoryMailServers;
let ada: AppClient;
let connectionId: string;
let messageId: string;

beforeAll(async () => {
  app = await startTestApp();
  servers = await startMemoryMail('ada@lab.test');
  ada = await app.signUp();
  servers.imap
    .mailbox('INBOX')
    .append('From: bob@lab.test\r\nSubject: Hello\r\nMessage-ID: <a@lab.test>\r\n\r\nHello\r\n');
  connectionId = await connectMemoryMail(ada, servers);
  expect(connectionId).toBe('c1');
  const { threads } = await ada.api.mail.listThreads.query({});
  messageId = (await ada.api.mail.get.query({ id: threads[0]?.id ?? '' })).messages[0]?.id ?? '';
});
afterAll(async () => {
  await Promise.all([app?.stop(), servers?.stop()]);
});

const isHeard = ({ status, code }: Answer) =>
  status === 200 || (status >= 400 && status < 500 && code === 'INVALID_INPUT');
const isNowhere = ({ code }: Answer) => code === 'MESSAGE_NOT_FOUND' || code === 'MAILBOX_NOT_FOUND';

/** What fits into an address, so that it is we who refuse it. */
const inAddress = (text: string) => text.slice(0, 5_000);

/** Says every hazard in every field; what was answered otherwise than it must be, by name. */
async function sayAll(fields: readonly Field[]) {
  const wrong: object[] = [];
  for (const { name, path, type = 'mutation', input, isId } of fields) {
    const answers = Object.entries(HAZARDS).map(async ([hazard, text], at) => {
      const answer = await callProcedure(
        ada,
        path,
        type,
        input(type === 'query' ? inAddress(text) : text, `u${at}`, messageId),
      );
      if (isHeard(answer) || (isId && isNowhere(answer))) return;
      wrong.push({ path, name, hazard, status: answer.status, code: answer.code, text: answer.text.slice(0, 200) });
    });
    await Promise.all(answers);
  }
  return wrong;
}

/** What the servers hear from now on. */
function listen() {
  const { imap, smtp } = servers;
  const [commands, lines, messages] = [imap.commands().length, smtp.transcript.length, smtp.messages.length];
  return {
    commands: () => imap.commands().slice(commands),
    smtp: () => smtp.transcript.slice(lines).map(({ line }) => line),
    messages: () => smtp.messages.slice(messages),
  };
}

const appended = (path: string) => servers.imap.mailbox(path).messages.map(({ raw }) => raw);
const faults = (raws: readonly Buffer[], kept: readonly string[] = []) =>
  raws.map((raw) => headerFault(raw, kept)).filter((fault) => fault !== '');

async function outboxIsEmpty(): Promise<boolean> {
  const { rows } = await app.database.pool.query(
    `select 1 from outbox where state not in ('sent', 'scheduled') or state = 'sent' and not sent_copy_filed limit 1`,
  );
  return rows.length === 0;
}

async function draftsArePushed(): Promise<boolean> {
  const { rows } = await app.database.pool.query('select 1 from draft where pushed_revision < revision limit 1');
  return rows.length === 0;
}

describe('hostile text', () => {
  it('in a search reaches no server', async () => {
    const wire = listen();
    expect(await sayAll(SEARCHING)).toEqual([]);
    expect(unexpected(wire.commands())).toEqual([]);
    expect(
      wire.commands().filter((command) => /^UID SEARCH/.test(command) && !/^UID SEARCH [\w:,* ()]+$/.test(command)),
    ).toEqual([]);
  });

  it('in a label’s name becomes one keyword of plain letters', async () => {
    const wire = listen();
    expect(await sayAll(LABELLING)).toEqual([]);
    const { threads } = await ada.api.mail.listThreads.query({});
    const labels = await ada.api.labels.list.query();
    expect(labels.length).toBeGreaterThan(8);
    await ada.api.mail.modifyLabels.mutate({
      threadId: threads.map(({ id }) => id),
      addLabels: labels.map(({ id }) => id),
    });
    await waitUntil(() => (servers.imap.mailbox('INBOX').messages[0]?.flags.size ?? 0) >= labels.length);
    expect(unexpected(wire.commands(), ['UID STORE'])).toEqual([]);
    const stores = wire.commands().filter((command) => command.startsWith('UID STORE'));
    expect(
      stores.filter(
        (command) => !/^UID STORE [\d:,]+ (\(UNCHANGEDSINCE \d+\) )?[+-]FLAGS(\.SILENT)? \([\w\\$ -]+\)$/.test(command),
      ),
    ).toEqual([]);
  });

  it('in a message that is sent makes no command and no header field', async () => {
    const wire = listen();
    expect(await sayAll(SENDING)).toEqual([]);
    await waitUntil(outboxIsEmpty, { timeoutMs: 30_000 });
    expect(wire.messages().length).toBeGreaterThan(50);
    expect(oddSmtp(wire.smtp())).toEqual([]);
    expect(unexpected(wire.commands(), FILING)).toEqual([]);
    expect(faults(wire.messages().map(({ raw }) => raw))).toEqual([]);
    expect(faults(appended('Sent'), ['bcc'])).toEqual([]);
    const everywhere = wire.messages().flatMap(({ mailFrom, rcptTo }) => [mailFrom, ...rcptTo]);
    expect(everywhere.filter((address) => !address.endsWith('@lab.test'))).toEqual([]);
  });

  it('in a message that is redirected makes no command and no header field but the Resent- ones', async () => {
    const wire = listen();
    expect(await sayAll(REDIRECTING)).toEqual([]);
    await waitUntil(outboxIsEmpty, { timeoutMs: 30_000 });
    expect(wire.messages().length).toBeGreaterThan(20);
    expect(oddSmtp(wire.smtp())).toEqual([]);
    expect(unexpected(wire.commands())).toEqual([]);
    const original = /\r\nFrom: bob@lab\.test\r\nSubject: Hello\r\nMessage-ID: <a@lab\.test>\r\n\r\nHello\r\n$/;
    const before = wire.messages().map(({ raw }) => raw.toString('latin1').replace(original, ''));
    const fields = before.map((header) => header.replace(/\r\n[ \t]+/g, ' ').split('\r\n'));
    expect(fields.flat().filter((line) => !/^Resent-(?:Date|From|To|Cc|Message-ID): [^\r\n\0]*$/.test(line))).toEqual(
      [],
    );
  });

  it('in a draft makes no command and no header field', async () => {
    const wire = listen();
    expect(await sayAll(DRAFTING)).toEqual([]);
    await waitUntil(draftsArePushed, { timeoutMs: 30_000 });
    expect(appended('Drafts').length).toBeGreaterThan(30);
    expect(unexpected(wire.commands(), FILING)).toEqual([]);
    expect(faults(appended('Drafts'), ['bcc', 'x-postroom-draft-id', 'x-postroom-draft-saved'])).toEqual([]);
    expect(wire.smtp()).toEqual([]);
  });

  it('in a body stays in the body', async () => {
    const wire = listen();
    expect(await sayAll(BODIES)).toEqual([]);
    await waitUntil(async () => (await outboxIsEmpty()) && (await draftsArePushed()), { timeoutMs: 30_000 });
    expect(wire.messages().length).toBeGreaterThan(10);
    expect(oddSmtp(wire.smtp())).toEqual([]);
    expect(unexpected(wire.commands(), FILING)).toEqual([]);
    expect(faults(wire.messages().map(({ raw }) => raw))).toEqual([]);
  });

  it('in the name a user writes as makes no header field', async () => {
    const wire = listen();
    expect(await sayAll(IDENTITIES)).toEqual([]);
    for (const { email } of await ada.api.identities.list.query()) {
      await ada.api.mail.send.mutate({
        to: [{ email: 'bob@lab.test' }],
        subject: 'Hello',
        message: '',
        fromEmail: email,
      });
    }
    await waitUntil(outboxIsEmpty, { timeoutMs: 30_000 });
    expect(wire.messages().length).toBeGreaterThan(5);
    expect(faults(wire.messages().map(({ raw }) => raw))).toEqual([]);
    const senders = wire.messages().map(({ mailFrom }) => mailFrom);
    expect(senders.filter((address) => !/^[a-z0-9]+@lab\.test$/.test(address))).toEqual([]);
  });

  it.each(Object.entries(HAZARDS))('in the name of an uploaded file is cleaned: %s', async (_hazard, text) => {
    const uploads = [bodyOf(text, 'text/plain'), bodyOf('a.txt', `text/plain; x=${text}`), bodyOf('a.txt', text)];
    for (const body of uploads) {
      const headers = { 'Content-Type': 'multipart/form-data; boundary=fake-boundary' };
      const response = await ada.fetch('/api/uploads', { method: 'POST', headers, body });
      expect([200, 400]).toContain(response.status);
      const upload = z
        .object({ uploadId: z.string(), name: z.string(), type: z.string() })
        .safeParse(await response.json());
      if (!upload.success) continue;
      expect(upload.data.name).toMatch(/^[^\p{Cc}\u2028\u2029/\\"<>]+$/u);
      expect(upload.data.type).toMatch(/^[\w.+-]+\/[\w.+-]+$/);
    }
  });

  it('in an address that is looked up is refused before anybody is asked', async () => {
    const answers: Answer[] = [];
    for (const text of Object.values(HAZARDS)) {
      answers.push(
        await callProcedure(ada, 'connections.discover', 'mutation', { email: text }),
        await callProcedure(ada, 'connections.discover', 'mutation', { email: `ada@${text}` }),
      );
    }
    expect(answers.filter((answer) => answer.code !== 'INVALID_INPUT')).toEqual([]);
  });
});

/** A multipart body by hand: what no browser would escape so. */
const bodyOf = (name: string, type: string) =>
  Buffer.from(
    `--fake-boundary\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\nhi\r\n--fake-boundary--\r\n`,
  );

describe('hostile text in the settings of an account', () => {
  let plainImap: MemoryImap;
  beforeAll(async () => {
    plainImap = await startMemoryImap({ capabilities: ['IMAP4rev1'], users: [{ user: 'nobody', password: 'none' }] });
  });
  afterAll(() => plainImap?.stop());

  const settings: readonly (readonly [string, (text: string) => object])[] = [
    ['user name', (username) => ({ imap: { username }, smtp: { username } })],
    ['password', (password) => ({ auth: { type: 'password', password }, smtp: { password } })],
    ['IMAP host', (host) => ({ imap: { host } })],
    ['SMTP host', (host) => ({ smtp: { host: `127.0.0.1${host}` } })],
    ['address', (hazard) => ({ email: `ada${hazard}@lab.test` })],
    ['name', (name) => ({ name })],
    ['pin', (pin) => ({ smtp: { pin }, tls: { pins: { imap: pin, smtp: pin } } })],
  ];

  it.each(settings)('as its %s makes no command', async (name, change) => {
    const { connection, smtp } = servers;
    const [heard, lines] = [plainImap.commands().length, smtp.transcript.length];
    const wrong: object[] = [];
    for (const [hazard, text] of Object.entries(HAZARDS)) {
      const { imap: imapChange, smtp: smtpChange, ...rest } = { imap: {}, smtp: {}, ...change(text) };
      const input = {
        ...connection,
        imap: { ...connection.imap, port: plainImap.port, ...imapChange },
        smtp: { ...connection.smtp, ...smtpChange },
        ...rest,
      };
      await app.database.pool.query('delete from rate_limit');
      const answer = await callProcedure(ada, 'connections.test', 'mutation', input);
      if (!isHeard(answer)) wrong.push({ hazard, ...answer });
      if ('smtp' in change(text)) {
        const answered = await callProcedure(ada, 'identities.test', 'mutation', {
          email: connection.email,
          smtp: { username: connection.email, password: 'fake-password', ...input.smtp },
        });
        if (!isHeard(answered)) wrong.push({ hazard, ...answered });
      }
      await app.database.pool.query('delete from rate_limit');
      const updated = await callProcedure(ada, 'connections.update', 'mutation', { connectionId, name: text });
      if (!isHeard(updated)) wrong.push({ hazard, ...updated });
    }
    expect(wrong).toEqual([]);
    expect(unexpected(plainImap.commands().slice(heard))).toEqual([]);
    const logins = plainImap
      .commands()
      .slice(heard)
      .filter((command) => command.startsWith('LOGIN'));
    if (name === 'user name' || name === 'password') expect(logins).not.toEqual([]);
    expect(logins.filter((command) => /DELETE INBOX\r\n|NOOP\r\n/.test(command))).toEqual([]);
    expect(oddSmtp(smtp.transcript.slice(lines).map(({ line }) => line))).toEqual([]);
  });

  it('in an app account answers what is wrong with it', async () => {
    const anonymous = app.anonymous();
    const statuses = new Map<string, number>();
    for (const hazard of ['a header field', 'a NUL', 'half of a character', 'a text without end']) {
      const text = HAZARDS[hazard];
      for (const field of ['name', 'email', 'password']) {
        await app.database.pool.query('delete from rate_limit');
        const body = { name: 'Ada', email: `a${statuses.size}@app.test`, password: 'fake-app-password', [field]: text };
        const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
        const { status } = await answerOf(await anonymous.fetch('/api/auth/sign-up/email', init));
        statuses.set(`${field}: ${hazard}`, status);
      }
    }
    expect([...statuses].filter(([, status]) => status >= 500)).toEqual([]);
  });
});

describe('after all of it', () => {
  it('the server has the mailboxes and the mail that it had', async () => {
    const { store } = servers.imap;
    expect([...store.mailboxes.keys()].sort()).toEqual(['Archive', 'Drafts', 'INBOX', 'Junk', 'Sent', 'Trash']);
    expect(store.get('INBOX')?.messages.length).toBe(1);
  });
});
