/** What the connection test makes of settings, and of a dialler that fails, with no server at all. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MailError } from '../../lib/driver/errors.ts';
import { typed } from './connection-test.fixture.ts';
import { accountsOf, createConnectionTest } from './connection-test.ts';
import type { Dialler, DialOptions } from './dialler.ts';

const settings = typed({ ports: { imap: 993, smtp: 465 }, pins: { smtp: 'sha256/fake' } });

const dialler = (failure: () => Promise<never>, peek?: Dialler['peekCertificate']): Dialler => ({
  dialImap: failure,
  verifySubmission: failure,
  dialSubmission: failure,
  peekCertificate: peek ?? failure,
});

describe('settings that leave things out', () => {
  it.each([
    { name: 'everything', imap: {}, smtp: {}, users: ['ada@lab.test', 'ada@lab.test', 'not-a-secret-ada'] },
    { name: 'the second user name', imap: { username: 'ada' }, smtp: {}, users: ['ada', 'ada', 'not-a-secret-ada'] },
    {
      name: 'the first user name',
      imap: {},
      smtp: { username: 'out', password: 'fake-out' },
      users: ['ada@lab.test', 'out', 'fake-out'],
    },
  ])('$name', ({ imap, smtp, users }) => {
    const made = accountsOf({
      ...settings,
      imap: { ...settings.imap, ...imap },
      smtp: { ...settings.smtp, ...smtp },
    });
    expect([
      made.imap.endpoint.username,
      made.smtp.endpoint.username,
      made.smtp.auth.type === 'password' && made.smtp.auth.password,
    ]).toEqual(users);
    expect(made.smtp.endpoint).not.toHaveProperty('password');
    expect([made.imap.pin, made.smtp.pin]).toEqual([undefined, 'sha256/fake']);
  });
});

describe('time', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('ends for each side after half a minute, and tells what is under way to leave off', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const never = (_account: unknown, { signal }: DialOptions = {}) => {
      signals.push(signal);
      return new Promise<never>(() => undefined);
    };
    const pending = createConnectionTest({
      dialler: { ...dialler(() => never(null)), dialImap: never, verifySubmission: never },
    })(settings);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(signals.map((signal) => signal?.aborted)).toEqual([false, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await pending).toMatchObject({ imap: { ok: false, code: 'TIMEOUT' }, smtp: { ok: false, code: 'TIMEOUT' } });
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
  });
});

describe('a certificate that is the reason', () => {
  const invalid = async () => {
    throw new MailError({ code: 'CERTIFICATE_INVALID', message: 'It has expired.', fix: 'Renew it.' });
  };

  it('is not shown when it cannot be had any more, and the reason stands', async () => {
    expect(await createConnectionTest({ dialler: dialler(invalid) })(settings)).toEqual({
      imap: { ok: false, code: 'CERTIFICATE_INVALID', message: 'It has expired.', fix: 'Renew it.' },
      smtp: { ok: false, code: 'CERTIFICATE_INVALID', message: 'It has expired.', fix: 'Renew it.' },
    });
  });

  it('is not asked for when something else is the reason', async () => {
    const peek = vi.fn<Dialler['peekCertificate']>();
    const refused = async () => {
      throw new MailError({ code: 'CONNECTION_REFUSED', message: 'Nothing answers.' });
    };
    await createConnectionTest({ dialler: dialler(refused, peek) })(settings);
    expect(peek).not.toHaveBeenCalled();
  });
});
