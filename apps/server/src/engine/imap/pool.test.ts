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
function lab(
  fail: (dialled: number) => MailError | null = () => null,
  { quirks = {}, ...more }: { maxPerHost?: number; quirks?: Partial<Quirks> } = {},
) {
  const sessions: { closed: boolean }[] = [];
  let dialled = 0;
  const limits: number[] = [];
  let now = 0;
  const pool = createImapPool({
    ...more,
    now: () => now,
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
  const pass = (ms: number) => {
    now += ms;
  };
  const open = () => sessions.filter(({ closed }) => !closed).length;
  return { pool, sessions, limits, dialled: () => dialled, pass, open };
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
    const { pool } = lab(() => null, { quirks: { maxConnections: 2 } });
    await pool.withSession(account, 'sync', async () => undefined);
    expect(pool.budget(account.connectionId)).toBe(2);
  });

  test('mailbox.org: a session nobody uses stays open where logins are counted', async () => {
    vi.useFakeTimers();
    try {
      const [usual, patient] = [lab(), lab(() => null, { quirks: { keepOpenMs: 10 * 60_000 } })];
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

  test('logs in with a bad password three times at most, a minute apart, until the settings change', async () => {
    const { pool, dialled, pass } = lab(() => new MailError({ code: 'AUTHENTICATION_FAILED', message: 'no' }));
    const attempt = (of = account) => pool.withSession(of, 'sync', async () => undefined).catch(({ code }) => code);
    const seen: number[] = [];
    for (let times = 0; times < 10; times += 1) {
      expect(await attempt()).toBe('AUTHENTICATION_FAILED');
      seen.push(dialled());
      pass(30_000);
    }
    expect(seen).toEqual([1, 1, 2, 2, 3, 3, 3, 3, 3, 3]);
    pass(24 * 3_600_000);
    await attempt();
    expect(dialled()).toBe(3);
    await attempt({ ...account, auth: { type: 'password', password: 'another-fake' } });
    expect(dialled()).toBe(4);
  });

  test('everything that begins at once with a bad password fails by one login', async () => {
    const { pool, dialled } = lab(() => new MailError({ code: 'AUTHENTICATION_FAILED', message: 'no' }));
    const codes = await Promise.all(
      (['sync', 'push', 'interactive', 'interactive', 'sync'] as const).map((purpose) =>
        pool.withSession(account, purpose, async () => 'done').catch(({ code }) => code),
      ),
    );
    expect({ codes: new Set(codes), dialled: dialled() }).toEqual({
      codes: new Set(['AUTHENTICATION_FAILED']),
      dialled: 1,
    });
  });

  test('everything that begins at once with a good password is let in', async () => {
    const { pool, open } = lab();
    const done = await Promise.all(
      (['sync', 'push', 'interactive', 'interactive'] as const).map((purpose) =>
        pool.withSession(account, purpose, async () => purpose),
      ),
    );
    expect({ done: done.length, isWithinBudget: open() <= 3 }).toEqual({ done: 4, isWithinBudget: true });
  });

  test.each([
    { at: 'a login', isWork: false },
    { at: 'a command', isWork: true },
  ])('asks nothing for as long as the server wants after $at, to the millisecond', async ({ isWork }) => {
    const throttled = new MailError({ code: 'THROTTLED', message: 'slower', retryAfterMs: 90_000 });
    const { pool, dialled, pass } = lab((count) => (count === 1 && !isWork ? throttled : null));
    const asked: string[] = [];
    const use = (work: () => Promise<void> = async () => void asked.push('command')) =>
      pool.withSession(account, 'interactive', work).catch(({ code, retryAfterMs }) => [code, retryAfterMs]);
    await use(isWork ? () => Promise.reject(throttled) : undefined);
    expect(await use()).toEqual(['THROTTLED', 90_000]);
    pass(89_999);
    expect(await use()).toEqual(['THROTTLED', 1]);
    expect({ asked, dialled: dialled() }).toEqual({ asked: [], dialled: 1 });
    pass(1);
    await use();
    expect(asked).toEqual(['command']);
  });

  test('whoever only waits for pushes leaves the last connection to whoever has something to do', async () => {
    const tooMany = new MailError({ code: 'TOO_MANY_CONNECTIONS', message: 'no more' });
    const { pool, dialled } = lab((count) => (count > 1 ? tooMany : null));
    let hasLeft = false;
    const begun = work();
    const pushing = pool.withSession(account, 'push', async (_session, leave) => {
      begun.end();
      await new Promise((resolve) => leave.addEventListener('abort', resolve));
      hasLeft = true;
    });
    await begun.run();
    const read = pool.withSession(account, 'interactive', async () => 'read');
    expect(await read).toBe('read');
    await pushing;
    expect({ hasLeft, dialled: dialled(), budget: pool.budget(account.connectionId) }).toEqual({
      hasLeft: true,
      dialled: 2,
      budget: 1,
    });
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

  test('does not wait for sessions that the server has ended while nobody used them', async () => {
    const { pool, sessions, dialled } = lab();
    for (const purpose of ['sync', 'push', 'interactive'] as const) {
      await pool.withSession(account, purpose, async () => undefined);
    }
    for (const session of sessions) session.closed = true;
    expect(await pool.withSession(account, 'interactive', async () => 'read')).toBe('read');
    expect({ dialled: dialled(), open: pool.size }).toEqual({ dialled: 4, open: 1 });
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

describe('the cap of a host', () => {
  const accountOf = (id: number): ImapAccount => ({ ...account, connectionId: id as ConnectionId });

  test('holds over all accounts: an idle session of one ends for another', async () => {
    const { pool, open, dialled } = lab(undefined, { maxPerHost: 2 });
    for (const id of [1, 2, 3, 4]) await pool.withSession(accountOf(id), 'sync', async () => undefined);
    expect({ open: open(), dialled: dialled() }).toEqual({ open: 2, dialled: 4 });
  });

  test('makes one account wait for another, and wakes it', async () => {
    const { pool, open } = lab(undefined, { maxPerHost: 1 });
    const first = work();
    const running = pool.withSession(accountOf(1), 'sync', first.run);
    await first.begun;
    const second = pool.withSession(accountOf(2), 'sync', async () => open());
    await Promise.resolve();
    first.end();
    expect(await second).toBe(1);
    await running;
  });

  test('is not used up by accounts that only wait for pushes', async () => {
    const { pool, open } = lab(undefined, { maxPerHost: 2 });
    const pushing = [1, 2].map((id) =>
      pool.withSession(accountOf(id), 'push', (_session, leave) =>
        leave.aborted
          ? Promise.resolve()
          : new Promise<void>((resolve) => leave.addEventListener('abort', () => resolve())),
      ),
    );
    for (let turns = 0; turns < 10; turns += 1) await Promise.resolve();
    expect(open()).toBe(2);
    expect(await pool.withSession(accountOf(3), 'sync', async () => 'looked')).toBe('looked');
    await Promise.race(pushing);
    for (const id of [1, 2]) pool.forget(accountOf(id).connectionId);
  });

  test('is not shared with another host', async () => {
    const { pool, open } = lab(undefined, { maxPerHost: 1 });
    const elsewhere = { ...accountOf(2), endpoint: { ...account.endpoint, host: 'mail.elsewhere.test' } };
    await pool.withSession(accountOf(1), 'sync', async () => undefined);
    await pool.withSession(elsewhere, 'sync', async () => undefined);
    expect(open()).toBe(2);
  });
});
