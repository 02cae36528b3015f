/**
 * The connection budget: live sessions of each account, at most so many (default 3), and of each host. Whoever waits on
 * the inbox (`push`) keeps a session; reading, writing and syncing borrow one and give it back. When none is free the
 * interactive go first, whoever syncs is told to leave off between two pieces (`isWanted`), and whoever only waits for
 * pushes must leave (`leave`) when nothing else will become free. A refusal of a further connection lowers the budget.
 * When a server may be asked at all is login-gate.ts.
 */
import type { ConnectionId } from '@postroom/db';
import { MailError } from '../../lib/driver/errors.ts';
import { isAlive } from './is-alive.ts';
import { createLoginGate, type LoginGate } from './login-gate.ts';
import { calledOff, firstOf, type Waiter, waitForTurn } from './turns.ts';
import type { ImapAccount, ImapSession, SessionPurpose } from './types.ts';

export const DEFAULT_SESSIONS = 3;
/** Over all accounts of one host: high enough for a thousand that each wait for pushes and look around. */
const DEFAULT_PER_HOST = 4_000;
/** A session idle for longer is asked first whether it lives. One nobody uses is closed after the server's `keepOpenMs`. */
const IDLE_CHECK_MS = 35_000;

export interface ImapPoolDeps {
  readonly dial: (account: ImapAccount) => Promise<ImapSession>;
  readonly now: () => number;
  /** The server allows no more than so many connections. */
  readonly onLimit: (connectionId: ConnectionId, sessions: number) => void;
  /** Sessions that all accounts together may have at one host. */
  readonly maxPerHost?: number;
}

/** What is done with a session. `leave` aborts when somebody cannot go on without it; only whoever waits need heed it. */
type Work<T> = (session: ImapSession, leave: AbortSignal) => Promise<T>;

export interface ImapPool {
  /** Runs work on a session, which is given back when the work's promise settles. Throws what dialling throws. */
  withSession<T>(
    account: ImapAccount,
    purpose: SessionPurpose,
    work: Work<T>,
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
  leave: AbortController;
  idleSince: number;
  timer: NodeJS.Timeout | undefined;
}

interface Account {
  /** What the sessions were opened with; other settings mean other sessions. */
  readonly key: string;
  readonly host: string;
  readonly gate: LoginGate;
  budget: number;
  readonly slots: Set<Slot>;
  readonly waiting: Waiter[];
}

export function createImapPool(deps: ImapPoolDeps): ImapPool {
  const { maxPerHost = DEFAULT_PER_HOST } = deps;
  const accounts = new Map<ConnectionId, Account>();
  let isClosed = false;

  function accountOf(account: ImapAccount, budget: number | undefined): Account {
    // Tokens come and go; the sessions that were opened with them stay.
    const { endpoint, auth, pin = null } = account;
    const key = JSON.stringify([endpoint, auth.type, auth.type === 'password' ? auth.password : null, pin]);
    const known = accounts.get(account.connectionId);
    if (known?.key === key) {
      if (budget !== undefined) known.budget = Math.min(known.budget, budget);
      return known;
    }
    if (known) forget(account.connectionId);
    const made: Account = {
      key,
      host: account.endpoint.host.toLowerCase(),
      gate: createLoginGate(deps.now),
      budget: Math.max(1, budget ?? DEFAULT_SESSIONS),
      slots: new Set(),
      waiting: [],
    };
    accounts.set(account.connectionId, made);
    return made;
  }

  /** A session that is free: best one last used for the same, because its mailbox is selected. */
  function takeFree(account: Account, purpose: SessionPurpose): Slot | undefined {
    const idle = [...account.slots].filter(({ isBusy }) => !isBusy);
    // Ended by the server while nobody used them: they must not count as taken.
    for (const slot of idle) if (slot.session?.closed) discard(account, slot);
    const free = idle.filter((slot) => account.slots.has(slot));
    const slot = free.find((one) => one.purpose === purpose) ?? (isFull(account) ? free[0] : undefined);
    if (slot) occupy(slot, purpose);
    return slot;
  }

  const isFull = ({ slots, budget }: Account) => slots.size >= budget;
  const atHost = (host: string) => [...accounts.values()].filter((account) => account.host === host);
  const isHostFull = (host: string) => atHost(host).reduce((sum, { slots }) => sum + slots.size, 0) >= maxPerHost;

  function occupy(slot: Slot, purpose: SessionPurpose): void {
    slot.isBusy = true;
    slot.leave = new AbortController();
    slot.purpose = purpose;
    clearTimeout(slot.timer);
  }

  function discard(account: Account, slot: Slot): void {
    clearTimeout(slot.timer);
    account.slots.delete(slot);
    slot.session?.destroy();
    wakeNext(account);
  }

  /** Room at a host where all is taken: an idle session of another account ends; else whoever waits for pushes leaves. */
  function makeRoom(host: string, purpose: SessionPurpose): boolean {
    const taken = atHost(host).flatMap((account) => [...account.slots].map((slot) => ({ account, slot })));
    const idle = taken.filter(({ slot }) => !slot.isBusy).sort((a, b) => a.slot.idleSince - b.slot.idleSince)[0];
    if (idle) retire(idle.account, idle.slot);
    else if (purpose !== 'push') askToLeave(taken.map(({ slot }) => slot));
    return idle !== undefined;
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
    clearTimeout(slot.timer);
    account.slots.delete(slot);
    const { session } = slot;
    session?.logout().catch(() => session.destroy());
    wakeNext(account);
  }

  /** Of the account, or where nobody of it waits of its host. */
  function wakeNext(account: Account): void {
    const own = account.waiting.length > 0 ? [account] : atHost(account.host);
    firstOf(own.flatMap(({ waiting }) => waiting))?.wake();
  }

  async function open(account: Account, of: ImapAccount, purpose: SessionPurpose): Promise<Slot> {
    const slot: Slot = {
      session: null,
      purpose,
      isBusy: true,
      leave: new AbortController(),
      idleSince: 0,
      timer: undefined,
    };
    account.slots.add(slot);
    try {
      const session = await deps.dial(of);
      // The account was forgotten, or everything closed, while we were dialling.
      if (isClosed || !account.slots.has(slot)) {
        session.destroy();
        throw calledOff();
      }
      slot.session = session;
      account.budget = Math.min(account.budget, session.quirks.maxConnections ?? account.budget);
      account.gate.loggedIn();
      // Whoever waited for the first login to work.
      for (const waiter of [...account.waiting]) waiter.wake();
      return slot;
    } catch (error) {
      account.slots.delete(slot);
      account.gate.refused(error);
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
    const passOn = (check: () => void) => {
      try {
        check();
      } catch (error) {
        // Whoever woke us meant that something is free: the next one takes it.
        wakeNext(account);
        throw error;
      }
    };
    for (;;) {
      passOn(() => {
        if (isClosed || signal?.aborted || accounts.get(of.connectionId) !== account) throw calledOff();
        account.gate.assertWelcome();
      });
      const free = takeFree(account, purpose);
      if (free) {
        if (await isUsable(free)) return free;
        discard(account, free);
        continue;
      }
      if (isFull(account)) {
        // All that is there waits for pushes, and would for ever.
        const slots = [...account.slots];
        if (purpose !== 'push' && slots.every((slot) => slot.purpose === 'push')) askToLeave(slots);
        await waitForTurn(account.waiting, purpose, signal);
        continue;
      }
      const isFirstLogin = !account.gate.isProven && [...account.slots].some(({ session }) => session === null);
      if (isFirstLogin || (isHostFull(account.host) && !makeRoom(account.host, purpose))) {
        await waitForTurn(account.waiting, purpose, signal);
        continue;
      }
      passOn(account.gate.assertMayLogIn);
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

  async function isUsable({ session, idleSince }: Slot): Promise<boolean> {
    if (!session || session.closed) return false;
    return deps.now() - idleSince < IDLE_CHECK_MS || isAlive(session);
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
        return await work(slot.session as ImapSession, slot.leave.signal);
      } catch (error) {
        account.gate.failed(error);
        throw error;
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

/** Of those that only wait, one that was not asked before. */
function askToLeave(slots: readonly Slot[]): void {
  slots.find(({ purpose, leave }) => purpose === 'push' && !leave.signal.aborted)?.leave.abort();
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000).unref());
}
