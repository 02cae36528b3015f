/**
 * The account's own work, in this order: snoozes and reminders that are due, what the user did, what is to be sent, drafts. A lost
 * connection leaves the rest for the next turn; that IMAP is away does not keep a message from being sent.
 */
import type { ConnectionId } from '@postroom/db';
import type pg from 'pg';
import type { WithImap } from '../accounts/access.ts';
import { followElsewhere } from '../drafts/elsewhere.ts';
import { nextDraftPush, pushDrafts } from '../drafts/push.ts';
import { row } from '../index/sql.ts';
import { runOperations } from '../operations/remote.ts';
import type { OutboxDispatcher } from '../outbox/index.ts';
import type { AccountWork } from '../sync/account-worker.ts';
import { fireReminders, nextReminder } from './reminders.ts';
import { nextSnooze, wakeDueSnoozes } from './wake-up.ts';

export interface AccountWorkDeps {
  readonly pool: pg.Pool;
  readonly withImap: WithImap;
  readonly outbox: OutboxDispatcher;
  readonly now: () => Date;
}

export function createAccountWork({ pool, withImap, outbox, now }: AccountWorkDeps): AccountWork {
  async function runActions(connectionId: ConnectionId, signal: AbortSignal): Promise<void> {
    const open = await row<{ any: boolean }>(
      pool,
      `select exists (select 1 from operation where connection_id = $1 and state in ('pending', 'running')) as any`,
      [connectionId],
    );
    await followElsewhere(pool, connectionId, withImap);
    const pushAt = await nextDraftPush(pool, connectionId);
    const isPushDue = pushAt !== null && pushAt <= now();
    if (!open?.any && !isPushDue) return;
    await withImap(
      connectionId,
      'interactive',
      async (session) => {
        await runOperations(pool, connectionId, session, signal);
        if (isPushDue) await pushDrafts(pool, connectionId, session, now());
      },
      signal,
    );
  }

  return {
    async run(connectionId, { signal, hasLooked }) {
      await wakeDueSnoozes(pool, connectionId, now());
      // An answer that came while nothing ran is seen first.
      if (hasLooked) await fireReminders(pool, connectionId, now());
      const [acted, sent] = await Promise.allSettled([
        runActions(connectionId, signal),
        outbox.run(connectionId, signal),
      ]);
      if (acted.status === 'rejected') throw acted.reason;
      if (sent.status === 'rejected') throw sent.reason;
      const due = [
        sent.value,
        await nextDraftPush(pool, connectionId),
        await nextSnooze(pool, connectionId),
        hasLooked ? await nextReminder(pool, connectionId) : null,
      ];
      const times = due.flatMap((at) => (at === null ? [] : [at.getTime()]));
      return times.length === 0 ? null : new Date(Math.min(...times));
    },
  };
}
