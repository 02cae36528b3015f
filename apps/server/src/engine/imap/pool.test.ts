import type { ConnectionId } from '@postroom/db';
import { describe, expect, test, vi } from 'vitest';
import { MailError } from '../../lib/driver/errors.ts';
import { NO_QUIRKS, type Quirks } from '../accounts/quirks/quirks.ts';
import { createImapPool } from './pool.ts';
import type { ImapAccount, ImapSession } from './types.ts';

const account: ImapAccount = {
  connectionId: 1 as ConnectionId,
  email: 'ada@lab.test',
  endpoint: { host: 'imap.lab.test', port: 993, security: 'tls', username: 'ada' },
  auth: { type: 'password', password: 'fake-password' },
};

/** Sessions that only count; `fail` decides over each dialling. */
function lab(fail: (dialled: number) => MailError | null = () => null, quirks: Partial<Quirks> = {}) {
  const sessions: { closed: boolean }[] = [];
  let dialled = 0;
  const limits: number[] = [];
  const pool = createImapPool({
    now: () => 0,
    onLimit: (_id, sessions) => limits.push(sessions),
    dial: async () => {
      dialled += 1;
      const failure = fail(dialled);
      if (failure) throw failure;
      const session = {
        closed: false,
        quirks: { ...NO_QUIRKS, ...quirks },
        destroy: () => {
          session.closed = true;
        },
        logout: async () => {
          session.closed = true;
        },
        noop: async () => undefined,
      };
      sessions.push(session);
      return session as unknown as ImapSession;
    },
  });
  return { pool, sessions, limits, dialled: () => dialled };
}

/** Work that goes on until it is told to end. */
function work() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  return {
    begun,
    end,
    run: async () => {
      begin();
      await ended;
    },
  };
}

describe('the connection budget', () => {
  test('uses a session again that was given back', async () => {
    const { pool, dialled } = lab();
    await pool.withSession(account, 'sync', async () => undefined);
    await pool.withSession(account, 'sync', async () => undefined);
    expect(dialled()).toBe(1);
  });

  test('iCloud: a server that is fit for fewer sessions gets fewer', async () => {
    const { pool } = lab(() => null, { maxConnections: 2 });
    await pool.withSession(account, 'sync', async () => undefined);
    expect(pool.budget(account.connectionId)).toBe(2);
  });

  test('mailbox.org: a session nobody uses stays open where logins are counted', async () => {
    vi.useFakeTimers();
    try {
      const [usual, patient] = [lab(), lab(() => null, { keepOpenMs: 10 * 60_000 })];
      for (const { pool } of [usual, patient]) await pool.withSession(account, 'sync', async () => undefined);
      await vi.advanceTimersByTimeAsync(2 * 60_000);
      expect([usual.pool.size, patient.pool.size]).toEqual([0, 1]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('opens no more than the account may have, and lets the interactive go first', async () => {
    const { pool, dialled } = lab();
    const first = work();
    const order: string[] = [];
    const running = pool.withSession(account, 'sync', first.run, { budget: 1 });
    await first.begun;
    const push = pool.withSession(account, 'push', async () => void order.push('push'));
    const sync = pool.withSession(account, 'sync', async () => void order.push('sync'));
    const reading = pool.withSession(account, 'interactive', async () => void order.push('interactive'));
    await Promise.resolve();
    expect({ dialled: dialled(), isWanted: pool.isWanted(account.connectionId) }).toEqual({
      dialled: 1,
      isWanted: true,
    });
    first.end();
    await Promise.all([running, push, sync, reading]);
    expect({ order, dialled: dialled(), isWanted: pool.isWanted(account.connectionId) }).toEqual({
      order: ['interactive', 'sync', 'push'],
      dialled: 1,
      isWanted: false,
    });
  });

  test('learns from a refusal how many the server allows, and makes do with them', async () => {
    const tooMany = new MailError({ code: 'TOO_MANY_CONNECTIONS', message: 'no more' });
    const { pool, limits } = lab((dialled) => (dialled > 1 ? tooMany : null));
    const first = work();
    const running = pool.withSession(account, 'push', first.run);
    await first.begun;
    const second = pool.withSession(account, 'interactive', async () => 'done');
    first.end();
    await running;
    expect({ answer: await second, limits, budget: pool.budget(account.connectionId) }).toEqual({
      answer: 'done',
      limits: [1],
      budget: 1,
    });
  });

  test('throws the refusal where not even one connection is allowed', async () => {
    const { pool } = lab(() => new MailError({ code: 'TOO_MANY_CONNECTIONS', message: 'none' }));
    await expect(pool.withSession(account, 'sync', async () => undefined)).rejects.toMatchObject({
      code: 'TOO_MANY_CONNECTIONS',
    });
  });

  test('logs in with a bad password three times at most, until the settings change', async () => {
    const { pool, dialled } = lab(() => new MailError({ code: 'AUTHENTICATION_FAILED', message: 'no' }));
    const attempt = (of = account) => pool.withSession(of, 'sync', async () => undefined).catch(({ code }) => code);
    for (let times = 0; times < 5; times += 1) expect(await attempt()).toBe('AUTHENTICATION_FAILED');
    expect(dialled()).toBe(3);
    await attempt({ ...account, auth: { type: 'password', password: 'another-fake' } });
    expect(dialled()).toBe(4);
  });

  test('drops a session that broke under its user and opens another', async () => {
    const { pool, sessions, dialled } = lab();
    const broken = pool.withSession(account, 'sync', async () => {
      (sessions[0] as { closed: boolean }).closed = true;
      throw new MailError({ code: 'SERVER_UNAVAILABLE', message: 'gone' });
    });
    await expect(broken).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    await pool.withSession(account, 'sync', async () => undefined);
    expect({ dialled: dialled(), open: pool.size }).toEqual({ dialled: 2, open: 1 });
  });

  test('closes what an account has when its settings are forgotten, also under whoever uses it', async () => {
    const { pool, sessions } = lab();
    const one = work();
    const running = pool.withSession(account, 'push', one.run);
    await one.begun;
    pool.forget(account.connectionId);
    expect(sessions.map(({ closed }) => closed)).toEqual([true]);
    one.end();
    await running;
    expect(pool.size).toBe(0);
  });

  test('ends a wait when it is called off', async () => {
    const { pool } = lab();
    const first = work();
    const running = pool.withSession(account, 'sync', first.run, { budget: 1 });
    await first.begun;
    const off = new AbortController();
    const waiting = pool.withSession(account, 'sync', async () => undefined, { signal: off.signal });
    off.abort();
    await expect(waiting).rejects.toMatchObject({ retryable: true });
    first.end();
    await running;
    expect(pool.isWanted(account.connectionId)).toBe(false);
  });
});
