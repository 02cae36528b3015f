/** Whom the dialler refuses before a socket is opened, and where it goes when nothing answers. */
import type { ConnectionId } from '@postroom/db';
import { freePorts, startMemoryImap, startMemorySmtp } from '@postroom/mail-lab';
import { afterEach, describe, expect, it } from 'vitest';
import { MailError } from '../../lib/driver/errors.ts';
import { createEgress, type Egress } from '../../security/egress.ts';
import { createTlsPolicy } from '../../security/tls.ts';
import { sourceOfBuffer } from '../mime/index.ts';
import { createDialler, type Dialler } from './dialler.ts';

const tls = createTlsPolicy({ extraCa: null, insecureHosts: [] });
const USER = { user: 'ada@lab.test', password: 'not-a-secret-ada' };
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

type Security = 'tls' | 'starttls' | 'none';
const endpointOf = (port: number, security: Security) => ({
  host: 'mail.example',
  port,
  security,
  username: USER.user,
});

const auth = { type: 'password', password: USER.password } as const;

function dialImap(dialler: Dialler, port: number, security: Security) {
  return dialler.dialImap({
    connectionId: 1 as ConnectionId,
    email: USER.user,
    endpoint: endpointOf(port, security),
    auth,
  });
}

const submission = {
  mailFrom: USER.user,
  rcptTo: ['bob@lab.test'],
  message: sourceOfBuffer(Buffer.from('Subject: Hi\r\n\r\nHi\r\n')),
};
const submit = (
  dialler: Dialler,
  port: number,
  security: Security,
  onData: () => Promise<void> = async () => undefined,
) => dialler.dialSubmission({ endpoint: endpointOf(port, security), auth }, { ...submission, onData });

function dialler(addresses: readonly string[], mode: 'public' | 'private' = 'private'): Dialler {
  return createDialler({ egress: createEgress({ mode, resolve: async () => addresses }), tls });
}

describe('refused before anything is dialled', () => {
  it.each([
    { name: 'clear text to the world', address: '8.8.8.8', port: 143, security: 'none', code: 'TLS_REQUIRED' },
    { name: 'a port that is not for mail', address: '8.8.8.8', port: 22, security: 'tls', code: 'HOST_NOT_ALLOWED' },
    { name: 'a private address', address: '10.0.0.1', port: 993, security: 'tls', code: 'HOST_NOT_ALLOWED' },
  ] as const)('$name is $code, on the side that asked', async ({ address, port, security, code }) => {
    const outside = dialler([address], 'public');
    const refusal = { code, fix: expect.any(String) };
    await expect(dialImap(outside, port, security)).rejects.toMatchObject({ ...refusal, on: 'imap' });
    expect(await submit(outside, port, security)).toMatchObject({
      kind: 'not-sent',
      error: { ...refusal, on: 'smtp' },
    });
  });

  it('a name with one address in the world is out in the world', async () => {
    await expect(dialImap(dialler(['127.0.0.1', '8.8.8.8']), 143, 'none')).rejects.toMatchObject({
      code: 'TLS_REQUIRED',
    });
  });

  it('an outage of the name server can be tried again', async () => {
    const egress: Egress = {
      resolve: async () => {
        throw new MailError({ code: 'HOST_NOT_FOUND', message: 'No answer.', retryable: true });
      },
    };
    expect(await submit(createDialler({ egress, tls }), 587, 'starttls')).toMatchObject({
      kind: 'not-sent',
      error: { code: 'HOST_NOT_FOUND', retryable: true, on: 'smtp' },
    });
  });
});

describe('a name with several addresses', () => {
  it('is reached where something answers', async () => {
    const imap = await startMemoryImap();
    const smtp = await startMemorySmtp({ tls: 'none', users: [USER] });
    stops.push(
      () => imap.stop(),
      () => smtp.stop(),
    );
    const dual = dialler(['::1', '127.0.0.1']);
    const [account] = imap.users;
    const session = await dual.dialImap({
      connectionId: 1 as ConnectionId,
      email: USER.user,
      endpoint: { ...endpointOf(imap.port, 'none'), username: account?.user ?? '' },
      auth: { type: 'password', password: account?.password ?? '' },
    });
    session.destroy();
    expect(await submit(dual, smtp.port, 'none')).toMatchObject({ kind: 'accepted' });
    await dual.verifySubmission({ endpoint: endpointOf(smtp.port, 'none'), auth });
  });

  it('is not reached when nothing answers anywhere', async () => {
    const [port = 0] = await freePorts(1);
    const refused = { code: 'CONNECTION_REFUSED', on: 'imap' };
    await expect(dialImap(dialler(['::1', '127.0.0.1']), port, 'tls')).rejects.toMatchObject(refused);
  });

  it('is asked once when the server said no', async () => {
    const smtp = await startMemorySmtp({ tls: 'none', users: [] });
    stops.push(() => smtp.stop());
    expect(await submit(dialler(['127.0.0.1', '127.0.0.1']), smtp.port, 'none')).toMatchObject({
      kind: 'not-sent',
      error: { code: 'AUTHENTICATION_FAILED' },
    });
    expect(smtp.connectionCount()).toBe(1);
  });
});

it('leaves to the sender what the sender’s own note throws', async () => {
  const smtp = await startMemorySmtp({ tls: 'none', users: [USER] });
  stops.push(() => smtp.stop());
  const lost = new MailError({ code: 'CONFLICT', message: 'Another process has the message.' });
  await expect(submit(dialler(['127.0.0.1']), smtp.port, 'none', () => Promise.reject(lost))).rejects.toBe(lost);
  expect(smtp.messages).toEqual([]);
});
