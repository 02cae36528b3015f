/**
 * How an account's worker treats its server, and what it does when the server treats it ill: few logins, few commands, few
 * connections, the waits it is asked for, and a connection that died without a word. Intervals are short; nothing sleeps.
 */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { startProxy, waitUntil } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { imapAccountOf } from '../accounts/access.ts';
import { row, rows } from '../index/sql.ts';
import { createActions } from '../operations/actions.ts';
import { mail } from './account.fixture.ts';
import { BARE, type LyingAccount, QRESYNC, withLiar } from './lying-server.fixture.ts';
import { openAccount, type RunningWorker, startWorker, type WorkerOptions } from './worker.fixture.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const QUICK = { lookEveryMs: 150, backOff: { firstMs: 20, maxMs: 20, unreachableMaxMs: 20, leastMs: 20 } };
const PUSHING = [...QRESYNC, 'IDLE'];

async function withWorker(
  account: LyingAccount,
  options: Partial<WorkerOptions>,
  body: (worker: RunningWorker) => Promise<void>,
): Promise<void> {
  const worker = startWorker(database, openAccount(account.connectionId), {
    dial: () => account.connect(),
    pace: QUICK,
    ...options,
  });
  try {
    await body(worker);
  } finally {
    await worker.stop();
  }
}

const stateOf = async ({ connectionId }: LyingAccount) =>
  (await row<{ state: string }>(database.pool, 'select state from connection where id = $1', [connectionId]))?.state;
const live = (account: LyingAccount) =>
  waitUntil(async () => (await stateOf(account)) === 'live', { what: 'the account to be live' });
const shows = (account: LyingAccount, subject: string, path = 'INBOX') =>
  waitUntil(async () => (await account.list(path)).some((one) => one.startsWith(subject)), {
    what: `“${subject}” in ${path}`,
  });
const logins = ({ imap }: LyingAccount) =>
  imap.commands().filter((line) => /^(LOGIN|AUTHENTICATE) /i.test(line)).length;

describe('a password that is wrong', () => {
  it('is tried three times by the worker, a minute apart, and then not until the user says something', () =>
    withLiar(
      database,
      { capabilities: PUSHING, users: [{ user: 'ada@lab.test', password: 'another' }] },
      async (account) => {
        let now = 0;
        await withWorker(account, { now: () => now }, async ({ failures }) => {
          for (const count of [1, 2, 3, 3, 3]) {
            const before = failures.length;
            await waitUntil(() => failures.length > before + 3);
            expect(logins(account)).toBe(count);
            now += 60_000;
          }
          expect(await stateOf(account)).toBe('needs-attention');
        });
      },
    ));
});

describe('a server that asks to be left alone', () => {
  it.each([/^EXAMINE$/, /^LIST$/, /^(LOGIN|AUTHENTICATE)$/])('at %s hears nothing until the time is over', (name) =>
    withLiar(database, { capabilities: PUSHING }, async (account) => {
      account.fill(3);
      let throttledAt = 0;
      const heard: { command: string; afterMs: number }[] = [];
      account.imap.onCommand(({ name: command, tag }) => {
        if (throttledAt === 0 && name.test(command)) {
          throttledAt = Date.now();
          return { answer: [`${tag} NO [THROTTLED] Too fast, try again in 700 milliseconds`] };
        }
        // A goodbye is no question.
        if (throttledAt > 0 && command !== 'LOGOUT') heard.push({ command, afterMs: Date.now() - throttledAt });
        return undefined;
      });
      await withWorker(account, {}, async (worker) => {
        await waitUntil(() => throttledAt > 0);
        worker.wakeSync();
        worker.wakeWork();
        await live(account);
        await shows(account, 'Message 3');
        expect(heard.filter(({ afterMs }) => afterMs < 690)).toEqual([]);
        expect(heard.length).toBeGreaterThan(0);
        expect(worker.failures.every(({ code }) => code === 'THROTTLED')).toBe(true);
      });
    }),
  );
});

describe('connections', () => {
  it('a server that allows one is read, followed and acted on by one', () =>
    withLiar(database, { capabilities: PUSHING }, async (account) => {
      const { imap } = account;
      const inside = new Set<number>();
      let most = 0;
      imap.onCommand(({ name, connection, tag }) => {
        if (name === 'LOGOUT') inside.delete(connection);
        if (!/^(LOGIN|AUTHENTICATE)$/.test(name)) return undefined;
        if (imap.openCount() > 1) return { answer: [`${tag} NO [LIMIT] Too many connections`], close: 'after' };
        inside.add(connection);
        most = Math.max(most, inside.size);
        return undefined;
      });
      account.fill(2);
      await withWorker(account, {}, async (worker) => {
        await live(account);
        imap.mailbox('INBOX').append(mail('Later'));
        await shows(account, 'Later');
        const threads = await rows<{ thread_id: never }>(
          database.pool,
          `select thread_id from message where connection_id = $1 and subject = 'Later'`,
          [account.connectionId],
        );
        await createActions(database).archive(
          account.connectionId,
          threads.map(({ thread_id }) => thread_id),
        );
        worker.wakeWork();
        await waitUntil(() => imap.mailbox('Archive').messages.length === 1);
        expect(worker.sessions.budget(account.connectionId)).toBe(1);
      });
    }));

  it('three are enough, whatever there is to do', () =>
    withLiar(database, { capabilities: PUSHING }, async (account) => {
      account.fill(30);
      let most = 0;
      account.imap.onCommand(() => {
        most = Math.max(most, account.imap.openCount());
        return undefined;
      });
      await withWorker(account, {}, async (worker) => {
        await live(account);
        await Promise.all(
          Array.from({ length: 20 }, () =>
            worker.sessions.withSession(imapAccountOf(openAccount(account.connectionId)), 'interactive', (session) =>
              session.noop(),
            ),
          ),
        );
      });
      expect(most).toBeLessThanOrEqual(3);
    }));

  it('each that is ended by the server at once is not dialled without end', () =>
    withLiar(database, { capabilities: PUSHING }, async (account) => {
      account.lie(/^LIST$/, () => ({ close: 'before' }));
      await withWorker(
        account,
        { pace: { lookEveryMs: 10, backOff: { firstMs: 40, maxMs: 5000, unreachableMaxMs: 5000, leastMs: 1 } } },
        async ({ failures }) => {
          await waitUntil(() => failures.length >= 4);
          // 40, 80, 160 ms and more by half a die: no more logins than failures.
          expect(logins(account)).toBeLessThanOrEqual(failures.length + 1);
        },
      );
    }));
});

describe('a connection that died without a word', () => {
  const SILENT_MS = 250;

  it('while waiting for pushes is noticed and another is opened, by which new mail comes', () =>
    withLiar(database, { capabilities: PUSHING }, async (account) => {
      const proxy = await startProxy({ target: { port: account.imap.port } });
      try {
        account.fill(1);
        const dial = () => account.connect({ silentMs: SILENT_MS }, proxy.port);
        // Nobody looks by himself: what is shown was pushed.
        await withWorker(account, { dial, pace: { ...QUICK, lookEveryMs: 60_000 } }, async () => {
          await live(account);
          await waitUntil(() => account.imap.commands().includes('IDLE'));
          const dead = proxy.connections.length;
          proxy.set({ swallow: true });
          account.imap.mailbox('INBOX').append(mail('Into the silence'));
          await waitUntil(() => proxy.connections.some(({ swallowed }) => swallowed > 0));
          proxy.set({ swallow: false });
          await shows(account, 'Into the silence');
          expect(proxy.connections.length).toBeGreaterThan(dead);
        });
      } finally {
        await proxy.stop();
      }
    }));

  it.each(['idle', 'noop', 'list', 'select', 'fetch'] as const)(
    'in the middle of %s is an error within seconds',
    (what) =>
      withLiar(database, { capabilities: PUSHING }, async (account) => {
        const proxy = await startProxy({ target: { port: account.imap.port } });
        try {
          account.fill(5);
          const session = await account.connect({ silentMs: SILENT_MS }, proxy.port);
          await session.select('INBOX', { readOnly: true });
          const calls = {
            idle: () => session.idle(new AbortController().signal),
            noop: () => session.noop(),
            list: () => session.list({ status: true }),
            select: () => session.select('Archive'),
            fetch: () => session.fetchSource(1 as never),
          };
          proxy.set({ swallow: true });
          const begunAt = Date.now();
          await expect(calls[what]()).rejects.toMatchObject({ name: 'MailError', retryable: true });
          expect(Date.now() - begunAt).toBeLessThan(SILENT_MS * 8);
          expect(session.closed).toBe(true);
        } finally {
          await proxy.stop();
        }
      }),
  );
});

describe('waiting for pushes', () => {
  it('an IDLE is begun anew as often as the provider’s table says, on the same connection', () =>
    withLiar(database, { capabilities: PUSHING }, async (account) => {
      const session = await account.connect({ idleMs: 60 });
      await session.select('INBOX', { readOnly: true });
      const stop = new AbortController();
      const idling = session.idle(stop.signal);
      await waitUntil(() => account.imap.commands().filter((line) => line === 'IDLE').length >= 4);
      stop.abort();
      await idling;
      expect(session.closed).toBe(false);
    }));

  it.each(['OK Done at once', 'NO Not today', 'BAD No such thing'])(
    'a server that answers IDLE with “%s” is not asked without end',
    (completion) =>
      withLiar(database, { capabilities: PUSHING }, async (account) => {
        account.lie(/^IDLE$/, ({ tag }) => ({ answer: [`${tag} ${completion}`] }));
        const session = await account.connect();
        await session.select('INBOX', { readOnly: true });
        const stop = new AbortController();
        const idling = session.idle(stop.signal).catch((error: unknown) => error);
        await Promise.race([idling, waitUntil(() => account.imap.commands().includes('NOOP'))]);
        stop.abort();
        await idling;
        expect(account.imap.commands().filter((line) => line === 'IDLE').length).toBeLessThan(10);
      }),
  );
});

it('a server that says NOTIFY and refuses it pushes by IDLE all the same', () =>
  withLiar(database, { capabilities: [...PUSHING, 'NOTIFY'] }, async (account) => {
    await withWorker(account, { pace: { ...QUICK, lookEveryMs: 60_000 } }, async () => {
      await live(account);
      await waitUntil(() => account.imap.commands().includes('IDLE'));
      account.imap.mailbox('INBOX').append(mail('Pushed'));
      await shows(account, 'Pushed');
      expect(account.imap.commands().some((line) => line.startsWith('NOTIFY SET'))).toBe(true);
    });
  }));

it('a server that has too much to tell by NOTIFY is looked at, and asked to tell again', () =>
  withLiar(database, { capabilities: [...PUSHING, 'NOTIFY'] }, async (account) => {
    account.fill(1, 'Archive');
    account.lie(/^NOTIFY$/, () => ({ answer: ['{tag} OK From now on'] }));
    await withWorker(account, { pace: { ...QUICK, lookEveryMs: 60_000 } }, async () => {
      await live(account);
      const asked = () => account.imap.commands().filter((line) => line.startsWith('NOTIFY SET')).length;
      await waitUntil(() => account.imap.commands().includes('IDLE'));
      account.imap.mailbox('Archive').setFlags(1, ['\\Seen']);
      account.imap.broadcast('* OK [NOTIFICATIONOVERFLOW] Too much');
      await waitUntil(async () => (await account.list('Archive')).includes('Message 1'));
      expect(asked()).toBe(2);
    });
  }));

it('what is pushed is looked at before the server is asked about all mailboxes', () =>
  withLiar(database, { capabilities: PUSHING }, async (account) => {
    account.fill(1);
    await account.look();
    account.imap.mailbox('INBOX').append(mail('Pushed'));
    account.imap.transcript.length = 0;
    await account.look({ requested: new Set(['INBOX']) });
    const places = account.imap.commands().filter((line) => /^(EXAMINE|LIST|UNSELECT)/.test(line));
    expect(places.map((line) => line.split(' ', 2).join(' '))).toEqual(['EXAMINE INBOX', 'LIST ""', 'UNSELECT']);
    expect(await account.list('INBOX')).toEqual(['Message 1 *', 'Pushed *']);
  }));

it('an account that waits for its next look is looked at when its owner comes back to the screen', () =>
  withLiar(database, { capabilities: PUSHING }, async (account) => {
    account.fill(1, 'Archive');
    await withWorker(account, { pace: { ...QUICK, lookEveryMs: 60_000 }, isAlone: true }, async (worker) => {
      await live(account);
      await waitUntil(() => account.imap.commands().includes('IDLE'));
      account.imap.mailbox('INBOX').append(mail('Pushed'));
      await shows(account, 'Pushed');
      account.imap.mailbox('Archive').setFlags(1, ['\\Seen']);
      worker.attend();
      await waitUntil(async () => (await account.list('Archive')).includes('Message 1'));
    });
  }));

describe('an account where nothing happened', () => {
  it('with 200 mailboxes is looked at by one command', () =>
    withLiar(database, { capabilities: PUSHING }, async (account) => {
      for (let n = 0; n < 200; n += 1) account.imap.store.create(`Folder ${n}`);
      for (let n = 0; n < 20; n += 1) account.fill(1, `Folder ${n}`, n);
      await account.look();
      for (let looks = 0; looks < 3; looks += 1) {
        account.imap.transcript.length = 0;
        await account.look();
        expect(account.imap.commands()).toEqual([expect.stringMatching(/^LIST .* RETURN \(.*STATUS \(/)]);
      }
    }));

  it('is looked at without a question to the database, and what happens there is seen all the same', () =>
    withLiar(database, { capabilities: PUSHING }, async (account) => {
      account.fill(3, 'Archive');
      await withWorker(account, {}, async () => {
        await live(account);
        const lists = () => account.imap.commands().filter((line) => line.startsWith('LIST ')).length;
        const looks = async (count: number) => {
          const until = lists() + count;
          await waitUntil(async () => lists() >= until, { what: 'looks' });
        };
        await looks(4);
        const asked = [vi.spyOn(database.pool, 'query'), vi.spyOn(database.pool, 'connect')];
        await looks(3);
        expect(asked.map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
        for (const spy of asked) spy.mockRestore();
        account.imap.mailbox('Archive').setFlags(2, ['\\Seen']);
        await waitUntil(async () => (await account.list('Archive')).includes('Message 2'), {
          what: 'the message read',
        });
      });
    }));

  it('without LIST-STATUS costs one STATUS a mailbox and no more where flags cannot change unseen', () =>
    withLiar(database, { capabilities: [...BARE, 'CONDSTORE', 'ENABLE', 'UNSELECT'] }, async (account) => {
      account.fill(3);
      await account.look();
      account.imap.transcript.length = 0;
      await account.look();
      const names = account.imap.commands().map((line) => line.split(' ')[0]);
      expect(new Set(names)).toEqual(new Set(['LIST', 'LSUB', 'STATUS']));
    }));
});
