/**
 * The connection budget: live sessions of each account, at most so many (default 3), shared by purpose. Whoever waits on
 * the inbox (`push`) keeps a session; reading, writing and syncing borrow one and give it back. When none is free the
 * interactive go first, and whoever syncs is told to leave off between two pieces (`isWanted`). A refusal of a further
 * connection lowers the budget; three refused logins in a row end all dialling until the account's settings change.
 */
import type { ConnectionId } from '@postroom/db';
import { MailError } from '../../lib/driver/errors.ts';
import type { ImapAccount, ImapSession, SessionPurpose } from './types.ts';

export const DEFAULT_SESSIONS = 3;
const MAX_REFUSED_LOGINS = 3;
/** A session idle for longer is asked first whether it lives. One nobody uses is closed after the server's `keepOpenMs`. */
const IDLE_CHECK_MS = 20_000;
const CHECK_TIMEOUT_MS = 5_000;

const LOGIN_REFUSED: ReadonlySet<string> = new Set(['AUTHENTICATION_FAILED', 'APP_PASSWORD_REQUIRED']);

export interface ImapPoolDeps {
  readonly dial: (account: ImapAccount) => Promise<ImapSession>;
  readonly now: () => number;
  /** The server allows no more than so many connections. */
  readonly onLimit: (connectionId: ConnectionId, sessions: number) => void;
}

export interface ImapPool {
  /** Runs work on a session, which is given back when the work's promise settles. Throws what dialling throws. */
  withSession<T>(
    account: ImapAccount,
    purpose: SessionPurpose,
    work: (session: ImapSession) => Promise<T>,
    options?: { signal?: AbortSignal; budget?: number },
  ): Promise<T>;
  /** How many sessions the account may have at once. */
  budget(connectionId: ConnectionId): number;
  /** Whether somebody waits for a session of the account. */
  isWanted(connectionId: ConnectionId): boolean;
  /** Closes the account's sessions and forgets refusals: its settings changed, or it is gone. */
  forget(connectionId: ConnectionId): void;
  /** Sessions open now, over all accounts. */
  readonly size: number;
  close(): Promise<void>;
}

interface Slot {
  session: ImapSession | null;
  purpose: SessionPurpose;
  isBusy: boolean;
  idleSince: number;
  timer: NodeJS.Timeout | undefined;
}

interface Waiter {
  readonly purpose: SessionPurpose;
  readonly wake: () => void;
}

interface Account {
  /** What the sessions were opened with; other settings mean other sessions. */
  key: string;
  budget: number;
  refusedLogins: number;
  refusal: MailError | null;
  readonly slots: Set<Slot>;
  readonly waiting: Waiter[];
}

const RANK: Readonly<Record<SessionPurpose, number>> = { interactive: 0, sync: 1, push: 2 };

function aborted(): MailError {
  return new MailError({ code: 'SERVER_UNAVAILABLE', message: 'This was called off.', retryable: true });
}

export function createImapPool(deps: ImapPoolDeps): ImapPool {
  const accounts = new Map<ConnectionId, Account>();
  let isClosed = false;

  function accountOf(account: ImapAccount, budget: number | undefined): Account {
    const key = JSON.stringify([account.endpoint, account.auth.password, account.pin ?? null]);
    const known = accounts.get(account.connectionId);
    if (known?.key === key) {
      if (budget !== undefined) known.budget = Math.min(known.budget, budget);
      return known;
    }
    if (known) forget(account.connectionId);
    const made: Account = {
      key,
      budget: Math.max(1, budget ?? DEFAULT_SESSIONS),
      refusedLogins: 0,
      refusal: null,
      slots: new Set(),
      waiting: [],
    };
    accounts.set(account.connectionId, made);
    return made;
  }

  /** A session that is free: best one last used for the same, because its mailbox is selected. */
  function takeFree(account: Account, purpose: SessionPurpose): Slot | undefined {
    const free = [...account.slots].filter(({ isBusy, session }) => !isBusy && session !== null && !session.closed);
    const slot = free.find((one) => one.purpose === purpose) ?? (isFull(account) ? free[0] : undefined);
    if (slot) occupy(slot, purpose);
    return slot;
  }

  const isFull = ({ slots, budget }: Account) => slots.size >= budget;

  function occupy(slot: Slot, purpose: SessionPurpose): void {
    slot.isBusy = true;
    slot.purpose = purpose;
    clearTimeout(slot.timer);
  }

  function discard(account: Account, slot: Slot): void {
    clearTimeout(slot.timer);
    account.slots.delete(slot);
    slot.session?.destroy();
    wakeNext(account);
  }

  function giveBack(account: Account, slot: Slot): void {
    slot.isBusy = false;
    slot.idleSince = deps.now();
    const isStale = !account.slots.has(slot) || slot.session === null || slot.session.closed || isClosed;
    if (isStale || account.slots.size > account.budget) {
      discard(account, slot);
      return;
    }
    slot.timer = setTimeout(() => retire(account, slot), slot.session?.quirks.keepOpenMs ?? 0);
    slot.timer.unref();
    wakeNext(account);
  }

  /** Politely, because it is in order. */
  function retire(account: Account, slot: Slot): void {
    if (slot.isBusy) return;
    account.slots.delete(slot);
    const { session } = slot;
    session?.logout().catch(() => session.destroy());
    wakeNext(account);
  }

  function wakeNext(account: Account): void {
    account.waiting.sort((a, b) => RANK[a.purpose] - RANK[b.purpose]);
    account.waiting[0]?.wake();
  }

  function waitForTurn(account: Account, purpose: SessionPurpose, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        account.waiting.splice(account.waiting.indexOf(waiter), 1);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        leave();
        reject(aborted());
      };
      const waiter: Waiter = {
        purpose,
        wake: () => {
          leave();
          resolve();
        },
      };
      account.waiting.push(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  async function open(account: Account, of: ImapAccount, purpose: SessionPurpose): Promise<Slot> {
    if (account.refusal && account.refusedLogins >= MAX_REFUSED_LOGINS) throw account.refusal;
    const slot: Slot = { session: null, purpose, isBusy: true, idleSince: 0, timer: undefined };
    account.slots.add(slot);
    try {
      const session = await deps.dial(of);
      // The account was forgotten, or everything closed, while we were dialling.
      if (isClosed || !account.slots.has(slot)) {
        session.destroy();
        throw aborted();
      }
      slot.session = session;
      account.budget = Math.min(account.budget, session.quirks.maxConnections ?? account.budget);
      account.refusedLogins = 0;
      account.refusal = null;
      return slot;
    } catch (error) {
      account.slots.delete(slot);
      if (error instanceof MailError && LOGIN_REFUSED.has(error.code)) {
        account.refusedLogins += 1;
        account.refusal = error;
      }
      wakeNext(account);
      throw error;
    }
  }

  async function acquire(
    account: Account,
    of: ImapAccount,
    purpose: SessionPurpose,
    signal: AbortSignal | undefined,
  ): Promise<Slot> {
    for (;;) {
      if (isClosed || signal?.aborted || accounts.get(of.connectionId) !== account) {
        // Whoever woke us meant that something is free: the next one takes it.
        wakeNext(account);
        throw aborted();
      }
      const free = takeFree(account, purpose);
      if (free) {
        if (await isAlive(free)) return free;
        discard(account, free);
        continue;
      }
      if (isFull(account)) {
        await waitForTurn(account, purpose, signal);
        continue;
      }
      try {
        return await open(account, of, purpose);
      } catch (error) {
        const isLimit = error instanceof MailError && error.code === 'TOO_MANY_CONNECTIONS';
        if (!isLimit || account.slots.size === 0) throw error;
        account.budget = account.slots.size;
        deps.onLimit(of.connectionId, account.budget);
      }
    }
  }

  /** A half-open connection looks like a silent one: ask before somebody waits a minute on it. */
  async function isAlive({ session, idleSince }: Slot): Promise<boolean> {
    if (!session || session.closed) return false;
    if (deps.now() - idleSince < IDLE_CHECK_MS) return true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), CHECK_TIMEOUT_MS);
    });
    const asked = session.noop().then(
      () => !session.closed,
      () => false,
    );
    return Promise.race([asked, late]).finally(() => clearTimeout(timer));
  }

  function forget(connectionId: ConnectionId): void {
    const account = accounts.get(connectionId);
    if (!account) return;
    accounts.delete(connectionId);
    for (const slot of [...account.slots]) discard(account, slot);
    for (const waiter of [...account.waiting]) waiter.wake();
  }

  return {
    async withSession(of, purpose, work, { signal, budget } = {}) {
      const account = accountOf(of, budget);
      const slot = await acquire(account, of, purpose, signal);
      try {
        return await work(slot.session as ImapSession);
      } finally {
        giveBack(account, slot);
      }
    },
    budget: (connectionId) => accounts.get(connectionId)?.budget ?? DEFAULT_SESSIONS,
    isWanted: (connectionId) => (accounts.get(connectionId)?.waiting.length ?? 0) > 0,
    forget,
    get size() {
      return [...accounts.values()].reduce((sum, { slots }) => sum + slots.size, 0);
    },
    async close() {
      isClosed = true;
      const logouts = [...accounts.values()].flatMap(({ slots }) =>
        [...slots].map(async ({ session, isBusy }) => {
          if (!session) return;
          if (!isBusy && !session.closed) await Promise.race([session.logout().catch(() => undefined), soon()]);
          session.destroy();
        }),
      );
      await Promise.all(logouts);
      for (const connectionId of [...accounts.keys()]) forget(connectionId);
    },
  };
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000).unref());
}
