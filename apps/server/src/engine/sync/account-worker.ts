/**
 * Keeps one account in step: a push session that waits on the inbox, a sync session that looks at everything from time to
 * time and at once when pushed, and the account's own work (operations, outbox, drafts) as soon as it is there. Each of
 * the three loops stands on its own; what one loses another does not. Back-off is reset only by a look that
 * worked, and the push session's by having held.
 */
import type { ConnectionId } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import type { AccountAccess } from '../accounts/access.ts';
import type { ImapSession } from '../imap/types.ts';
import { type AccountLook, syncAccount } from './account-sync.ts';
import { type Alarm, createAlarm } from './alarm.ts';
import type { Audit } from './audit.ts';
import { BACK_OFF, type BackOffPace, createBackOff } from './back-off.ts';
import { announceConnection, needsAttention, saveCapabilities, saveState, stateOfError } from './connection-state.ts';
import { LOOK_EVERY_MS, lookAfterMs } from './look-pace.ts';
import { loadInboxPath } from './mailbox-rows.ts';
import { PRESENT_FOR_MS } from './presence.ts';
import { createQuiet } from './quiet.ts';

/** A mailbox that LIST does not show any more is believed to be gone when it does not show it a second time. */
const MISSING_AGAIN_MS = 2_000;
/** A timer counts its own time, not the day's, and no further than 24 days: the clock is looked at this often. */
const LOOK_AT_CLOCK_MS = 60_000;
/** A push session that held for so long was no accident. */
const PROVEN_MS = 60_000;

/** The account's own writing: what the user did, sends and drafts. Returns when the next of it is due, or null. */
export interface AccountWork {
  run(connectionId: ConnectionId, options: AccountWorkOptions): Promise<Date | null>;
}

export interface AccountWorkOptions {
  readonly signal: AbortSignal;
  /** What came while nothing ran has been looked for, whether the server could be reached or not. */
  readonly hasLooked: boolean;
}

export interface AccountWorkerDeps {
  readonly pool: pg.Pool;
  readonly access: AccountAccess;
  readonly work: AccountWork;
  /** The comparison of the whole account, where its time has come. */
  readonly audit: Audit;
  readonly now: () => Date;
  readonly random: () => number;
  readonly log: (event: string, detail: Readonly<Record<string, unknown>>) => void;
  /** Sessions the account may have at once. With one, nothing waits on the inbox: it is looked at more often. */
  readonly sessionsAllowed: (connectionId: ConnectionId) => number;
  /** Whether somebody waits for one of them. */
  readonly isWanted: (connectionId: ConnectionId) => boolean;
  readonly pace?: { readonly lookEveryMs: number; readonly backOff: BackOffPace };
}

export interface AccountWorker {
  /** Something of the account's own is to be done. */
  wakeWork(): void;
  /** Look at everything now. */
  wakeSync(): void;
  /** Somebody is at the screen; who comes back has everything looked at. */
  attend(): void;
  stop(): Promise<void>;
}

export function startAccountWorker(connectionId: ConnectionId, deps: AccountWorkerDeps): AccountWorker {
  const stopped = new AbortController();
  const { signal } = stopped;
  const { pace = { lookEveryMs: LOOK_EVERY_MS, backOff: BACK_OFF } } = deps;
  const requested = new Set<string>();
  const flagsTold = new Set<string>();
  const syncAlarm = createAlarm(signal);
  const workAlarm = createAlarm(signal);
  const quiet = createQuiet();
  let inboxPath: string | null = null;
  /** The server tells of changes in the inbox by itself at this moment. */
  let isPushed = false;
  let attendedUntil = 0;
  const lookEveryMs = () =>
    lookAfterMs({ isAttended: deps.now().getTime() < attendedUntil, isPushed }, pace.lookEveryMs);

  const backOffs = {
    sync: createBackOff(deps.random, pace.backOff),
    push: createBackOff(deps.random, pace.backOff),
    work: createBackOff(deps.random, pace.backOff),
  };

  /** Runs a loop's turns until the worker stops; a turn that fails waits, longer each time. */
  async function loop(
    name: keyof typeof backOffs,
    alarm: Alarm,
    turn: () => Promise<number | null>,
    onError: (error: MailError) => Promise<void>,
  ): Promise<void> {
    const backOff = backOffs[name];
    while (!signal.aborted) {
      try {
        await alarm.wait(await turn());
      } catch (cause) {
        if (signal.aborted) return;
        if (name === 'sync') quiet.disturb();
        const error =
          cause instanceof MailError
            ? cause
            : new MailError({ code: 'INTERNAL', message: 'Something went wrong on our side.', retryable: true, cause });
        const waitMs = backOff.failed(error);
        deps.log('account loop failed', {
          connectionId,
          loop: name,
          code: error.code,
          failures: backOff.failures,
          cause,
        });
        await onError(error).catch((failure: unknown) => deps.log('state not saved', { connectionId, failure }));
        // What the user does is tried at once, unless the server asked to be left alone.
        await (name === 'work' && error.retryAfterMs === undefined ? alarm.wait(waitMs) : alarm.rest(waitMs));
      }
    }
  }

  let hasLooked = false;
  const isLooked = () => {
    if (!hasLooked) workAlarm.ring();
    hasLooked = true;
  };
  let missingBefore: ReadonlySet<string> = new Set();
  let previousLookAt: Date | null = null;
  /** The session whose capabilities are written down. */
  let lookedBy: ImapSession | null = null;
  async function syncTurn(): Promise<number> {
    const startedAt = deps.now();
    const shouldYield = () =>
      deps.isWanted(connectionId) || deps.now().getTime() - startedAt.getTime() > pace.lookEveryMs;
    let look: AccountLook | undefined;
    let isAuditing = false;
    let isStill = false;
    await deps.access.withImap(
      connectionId,
      'sync',
      async (session) => {
        if (requested.size === 0 && (await quiet.isStill(session, startedAt.getTime()))) {
          isStill = true;
          return;
        }
        const { learned } = await deps.access.open(connectionId);
        if (session !== lookedBy) await saveCapabilities(deps.pool, connectionId, session.capabilities.all);
        lookedBy = session;
        // Whatever happened while nobody looked: the inbox first.
        if (previousLookAt === null) inboxPath ??= await loadInboxPath(deps.pool, connectionId);
        if (previousLookAt === null && inboxPath !== null) requested.add(inboxPath);
        look = await syncAccount(session, {
          pool: deps.pool,
          connectionId,
          learned,
          now: deps.now,
          signal,
          requested,
          flagsTold,
          missingBefore,
          previousLookAt,
          onFirstScreen: () => {
            pushAlarm.ring();
            isLooked();
          },
          onMailboxRefused: (path, error) => deps.log('mailbox refused', { connectionId, path, code: error.code }),
          onAllHere: () => saveState(deps.pool, connectionId, 'live', null),
          shouldYield,
        });
        if (!look.complete || look.hasMore) return;
        isAuditing = await deps.audit(session, { connectionId, learned, signal, shouldYield });
      },
      signal,
    );
    // The only proof there is that the account works.
    backOffs.sync.worked();
    backOffs.work.worked();
    isLooked();
    if (isStill) return lookEveryMs();
    // What a look found may be the account's own: a draft that another client changed.
    workAlarm.ring();
    if (look?.complete) {
      missingBefore = look.missing;
      if (look.sawAll) previousLookAt = startedAt;
    }
    const isWhole = look?.complete === true && !look.hasMore && !isAuditing;
    if (look && isWhole && look.sawAll && look.missing.size === 0) quiet.saw(look.sight, startedAt.getTime());
    else quiet.disturb();
    if (!look || !isWhole) return 0;
    return look.missing.size > 0 ? MISSING_AGAIN_MS : lookEveryMs();
  }

  const pushAlarm = createAlarm(signal);
  /** Waits on the inbox; every push asks for it to be looked at. */
  async function pushTurn(): Promise<number | null> {
    inboxPath ??= await loadInboxPath(deps.pool, connectionId);
    const path = inboxPath;
    if (path === null || deps.sessionsAllowed(connectionId) < 2) return pace.lookEveryMs;
    await deps.access.withImap(
      connectionId,
      'push',
      async (session, leave) => {
        const heldSince = deps.now().getTime();
        const unsubscribe = session.onEvent((event) => {
          if (event.kind === 'closed') return;
          if ('path' in event) requested.add(event.path);
          if (event.kind === 'flags') flagsTold.add(event.path);
          syncAlarm.ring();
        });
        try {
          await session.select(path, { readOnly: true });
          // What came between the last look and this SELECT was not pushed.
          requested.add(path);
          syncAlarm.ring();
          isPushed = session.capabilities.idle;
          await session.idle(AbortSignal.any([signal, leave]));
        } finally {
          isPushed = false;
          unsubscribe();
          if (deps.now().getTime() - heldSince > PROVEN_MS) backOffs.push.worked();
        }
      },
      signal,
    );
    // Another cannot go on without the session: it is asked for again when that had its time.
    return pace.lookEveryMs;
  }

  async function workTurn(): Promise<number | null> {
    const due = await deps.work.run(connectionId, { signal, hasLooked });
    if (due === null) return null;
    return Math.min(LOOK_AT_CLOCK_MS, Math.max(0, due.getTime() - deps.now().getTime()));
  }

  const loops = [
    loop('sync', syncAlarm, syncTurn, async (error) => {
      isLooked();
      await saveState(deps.pool, connectionId, stateOfError(error), error);
      await announceConnection(deps.pool, connectionId);
    }),
    loop('push', pushAlarm, pushTurn, async (error) => {
      // The sync loop says it to the person; its own next look may be far.
      if (needsAttention(error)) syncAlarm.ring();
    }),
    loop('work', workAlarm, workTurn, async () => undefined),
  ];
  return {
    wakeWork() {
      quiet.disturb();
      workAlarm.ring();
    },
    wakeSync() {
      quiet.disturb();
      syncAlarm.ring();
    },
    attend() {
      const now = deps.now().getTime();
      if (now >= attendedUntil) syncAlarm.ring();
      attendedUntil = now + PRESENT_FOR_MS;
    },
    async stop() {
      stopped.abort();
      await Promise.all(loops);
    },
  };
}
