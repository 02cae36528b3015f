/**
 * "Tell me if nobody answers": written down with the message or for a conversation, ended by an answer, and once due brings
 * the conversation to the top of the inbox, once. What a machine wrote is no answer (RFC 3834 §2, RFC 3464).
 */
import type { ConnectionId, MessageRowId, OutboxId, ThreadId } from '@postroom/db';
import type pg from 'pg';
import { lockAccount, row, rows, type Tx, transaction } from '../index/sql.ts';
import { assertFuture } from '../operations/waiting.ts';
import { wakeAccount } from '../operations/wake.ts';
import { tellThreads } from '../outbox/own-copy.ts';
import { bringBack } from './wake-up.ts';

/** Clocks of mail servers differ by so much from ours, and messages arrive by theirs. */
const CLOCK_SKEW = `interval '10 minutes'`;

/** SQL: the message `m` is somebody else's answer, written by a person. */
const IS_ANSWER = `not m.is_own
  and coalesce(lower(m.extras ->> 'autoSubmitted'), 'no') ~ '^\\s*no\\M'
  and coalesce(lower(m.extras ->> 'precedence'), '') not in ('auto_reply', 'auto-reply', 'junk')
  and coalesce(m.structure ->> 'type', '') <> 'multipart/report'
  and coalesce(m.addresses -> 'from' ->> 'email', '') !~* '^(mailer-daemon|postmaster)@'`;

/** SQL: it is about nothing that is still on its way, and so may become due. `r` with `o`, its message in the outbox. */
const WAS_SENT = `(r.outbox_id is null or o.state in ('sent', 'partial', 'uncertain'))`;
const OPEN = `reminder r left join outbox o on o.connection_id = r.connection_id and o.id = r.outbox_id`;

/** For the message that is being queued, in its transaction. Throws INVALID_INPUT for a time before it goes out. */
export async function remindOfSend(
  tx: Tx,
  connectionId: ConnectionId,
  send: {
    readonly outboxId: OutboxId;
    readonly messageId: MessageRowId | null;
    readonly at: Date;
    readonly goesAt: Date;
  },
): Promise<void> {
  assertFuture(send.at, send.goesAt);
  await tx.query('insert into reminder (connection_id, outbox_id, due_at, since) values ($1, $2, $3, $4)', [
    connectionId,
    send.outboxId,
    send.at,
    send.goesAt,
  ]);
  await linkReminder(tx, connectionId, send.outboxId, send.messageId);
}

/** The message stands in a conversation now: what that was to be reminded of before is over. */
export async function linkReminder(
  tx: Tx,
  connectionId: ConnectionId,
  outboxId: OutboxId,
  messageId: MessageRowId | null,
): Promise<void> {
  if (messageId === null) return;
  const linked = await row<{ thread_id: ThreadId }>(
    tx,
    `update reminder set thread_id = (select thread_id from message where connection_id = $1 and id = $3)
     where connection_id = $1 and outbox_id = $2 returning thread_id`,
    [connectionId, outboxId, messageId],
  );
  if (!linked) return;
  await tx.query('delete from reminder where connection_id = $1 and thread_id = $2 and outbox_id is distinct from $3', [
    connectionId,
    linked.thread_id,
    outboxId,
  ]);
}

/** The send was taken back. Gives when it was to be reminded of. */
export async function dropReminderOfSend(tx: Tx, connectionId: ConnectionId, outboxId: OutboxId): Promise<Date | null> {
  const dropped = await row<{ due_at: Date }>(
    tx,
    'delete from reminder where connection_id = $1 and outbox_id = $2 returning due_at',
    [connectionId, outboxId],
  );
  return dropped?.due_at ?? null;
}

/** The message goes out at another time: what counts from its sending moves along. */
export async function moveReminderOfSend(tx: Tx, connectionId: ConnectionId, outboxId: OutboxId, goesAt: Date) {
  await tx.query(
    `update reminder set due_at = due_at + ($3::timestamptz - since), since = $3 where connection_id = $1 and outbox_id = $2`,
    [connectionId, outboxId, goesAt],
  );
}

/** Sets it for conversations, in the place of one that is there; null takes it back. */
export async function remindOfThreads(
  pool: pg.Pool,
  connectionId: ConnectionId,
  threadIds: readonly ThreadId[],
  at: Date | null,
): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await tx.query('delete from reminder where connection_id = $1 and thread_id = any($2::bigint[])', [
      connectionId,
      threadIds,
    ]);
    if (at !== null) {
      await tx.query(
        `insert into reminder (connection_id, thread_id, due_at, since)
         select $1, x.id, $3, coalesce((select max(m.received_at) from message m
           where m.connection_id = $1 and m.thread_id = x.id), now())
         from unnest($2::bigint[]) as x(id)`,
        [connectionId, threadIds, at],
      );
    }
    await tellThreads(tx, connectionId, threadIds);
    await wakeAccount(tx, connectionId);
  });
}

/** When the conversation is to be reminded of, or null. */
export async function reminderOf(pool: pg.Pool, connectionId: ConnectionId, threadId: ThreadId): Promise<Date | null> {
  const found = await row<{ due_at: Date }>(
    pool,
    `select r.due_at from ${OPEN} where r.connection_id = $1 and r.thread_id = $2 order by r.due_at limit 1`,
    [connectionId, threadId],
  );
  return found?.due_at ?? null;
}

/** When the next of the account's is due, or null. */
export async function nextReminder(pool: pg.Pool, connectionId: ConnectionId): Promise<Date | null> {
  const next = await row<{ at: Date | null }>(
    pool,
    `select min(r.due_at) as at from ${OPEN} where r.connection_id = $1 and ${WAS_SENT}`,
    [connectionId],
  );
  return next?.at ?? null;
}

/** Those of the messages, new in the index, that answer what is to be reminded of: there is nothing to remind of any more. */
export async function endAnswered(tx: Tx, connectionId: ConnectionId, fresh: readonly MessageRowId[]): Promise<void> {
  const ended = await rows<{ thread_id: ThreadId }>(
    tx,
    `delete from reminder r using message m where r.connection_id = $1 and m.connection_id = $1
       and m.id = any($2::bigint[]) and m.thread_id = r.thread_id and ${IS_ANSWER}
       and m.received_at > r.since - ${CLOCK_SKEW} returning r.thread_id`,
    [connectionId, fresh],
  );
  await tellThreads(tx, connectionId, [...new Set(ended.map(({ thread_id }) => thread_id))]);
}

/** Brings what is due to the top of the inbox, and drops what was answered meanwhile. */
export async function fireReminders(pool: pg.Pool, connectionId: ConnectionId, now: Date): Promise<ThreadId[]> {
  const next = await nextReminder(pool, connectionId);
  if (next === null || next > now) return [];
  return transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const due = await rows<{ thread_id: ThreadId | null; since: Date; is_answered: boolean }>(
      tx,
      `delete from reminder d using (
         select r.id, exists (select 1 from message m where m.connection_id = $1 and m.thread_id = r.thread_id
           and m.received_at > r.since and ${IS_ANSWER}) as is_answered
         from ${OPEN} where r.connection_id = $1 and r.due_at <= $2 and ${WAS_SENT}) due
       where d.connection_id = $1 and d.id = due.id returning d.thread_id, d.since, due.is_answered`,
      [connectionId, now],
    );
    const since = new Map(
      due.flatMap((one) => (one.thread_id === null || one.is_answered ? [] : [[one.thread_id, one.since]])),
    );
    const threadIds = await outsideOfBin(tx, connectionId, [...since.keys()]);
    const answered = due.flatMap(({ thread_id, is_answered }) =>
      is_answered && thread_id !== null ? [thread_id] : [],
    );
    await bringBack(tx, connectionId, threadIds, { by: 'reminder', now, since: (id) => since.get(id) ?? null });
    await tellThreads(tx, connectionId, answered);
    return threadIds;
  });
}

/** What was thrown away is not to be answered. */
async function outsideOfBin(tx: Tx, connectionId: ConnectionId, threadIds: readonly ThreadId[]): Promise<ThreadId[]> {
  const found = await rows<{ thread_id: ThreadId }>(
    tx,
    `select thread_id from thread_list where connection_id = $1 and list = 'all' and thread_id = any($2::bigint[])
     order by thread_id`,
    [connectionId, threadIds],
  );
  return found.map(({ thread_id }) => thread_id);
}
