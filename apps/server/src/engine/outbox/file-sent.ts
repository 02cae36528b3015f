/**
 * After the sending: exactly one copy in Sent, the server's own where it files one, else ours; and the search in Sent for
 * what nobody knows was sent.
 */
import type { ConnectionId, Learned, MessageRowId, OutboxId, StoredEndpoint, Uid } from '@postroom/db';
import type pg from 'pg';
import { presentId } from '../../lib/driver/ids.ts';
import type { WithImap } from '../accounts/access.ts';
import { filesSentCopy } from '../accounts/quirks/quirks.ts';
import { publish } from '../events/publish.ts';
import type { ImapSession } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { lockAccount, row, rows, type Tx, transaction } from '../index/sql.ts';
import { mailboxOfRole, type OwnMailbox, onServer } from '../operations/mailbox-of-role.ts';
import { markParent } from './dispatch.ts';
import { settleOwnCopy } from './own-copy.ts';

/** So long Sent is searched for a message that may have been sent. */
const LOOK_FOR_MS = 120_000;
const LOOK_AGAIN_MS = 10_000;
/** A server that files copies itself has this long to do so. */
const AUTO_SAVE_MS = 60_000;
/** A copy under another Message-ID is ours when it was filed so near to our sending. */
const SAME_TIME_MS = 2 * 60_000;

interface Due {
  readonly id: OutboxId;
  readonly state: 'sent' | 'partial' | 'uncertain';
  readonly mime: Buffer;
  readonly subject: string;
  readonly message_id_header: string;
  readonly message_id: MessageRowId | null;
  readonly parent_id: MessageRowId | null;
  readonly parent_mark: 'answered' | 'forwarded' | null;
  readonly submitted_at: Date;
}

export interface FilingDeps {
  readonly pool: pg.Pool;
  readonly withImap: WithImap;
  readonly now: () => Date;
}

/** Files what is due to be filed. Throws the MailError of a lost connection; what is left stays due. */
export async function fileSentCopies(
  { pool, withImap, now }: FilingDeps,
  connectionId: ConnectionId,
  signal: AbortSignal,
): Promise<void> {
  const due = await rows<Due>(
    pool,
    `select id, state, mime, subject, message_id_header, message_id, parent_id, parent_mark, submitted_at from outbox
     where connection_id = $1 and state in ('sent', 'partial', 'uncertain') and not sent_copy_filed
       and next_attempt_at <= $2 order by id`,
    [connectionId, now()],
  );
  if (due.length === 0) return;
  const account = await row<{ imap: StoredEndpoint; smtp: StoredEndpoint; learned: Learned }>(
    pool,
    'select imap, smtp, learned from connection where id = $1',
    [connectionId],
  );
  if (!account) return;
  await withImap(
    connectionId,
    'sync',
    async (session) => {
      const sent = await openSent(pool, connectionId, session);
      const { imap, smtp, learned } = account;
      const isAutomatic = filesSentCopy(
        { quirks: session.quirks, host: imap.host ?? '' },
        smtp.host ?? '',
        learned.sentAutoSave,
      );
      for (const outgoing of due) {
        if (signal.aborted) return;
        await fileOne({ pool, connectionId, session, sent, isAutomatic, now: now() }, outgoing);
      }
    },
    signal,
  );
}

interface Filing {
  readonly pool: pg.Pool;
  readonly connectionId: ConnectionId;
  readonly session: ImapSession;
  readonly sent: OwnMailbox;
  readonly isAutomatic: boolean;
  readonly now: Date;
}

async function fileOne(filing: Filing, outgoing: Due): Promise<void> {
  const { session, sent, isAutomatic, now } = filing;
  const age = now.getTime() - outgoing.submitted_at.getTime();
  await session.select(sent.path);
  const found = await findCopy(session, outgoing);
  if (found !== undefined) return settle(filing, outgoing, found);
  if (outgoing.state === 'uncertain') {
    if (age >= LOOK_FOR_MS) return stopLooking(filing, outgoing);
    return lookAgain(filing, outgoing);
  }
  if (isAutomatic) return age < AUTO_SAVE_MS ? lookAgain(filing, outgoing) : settle(filing, outgoing, null);
  const { uid } = await session.append(
    sent.path,
    outgoing.mime,
    { system: ['seen'], keywords: [] },
    outgoing.submitted_at,
  );
  return settle(filing, outgoing, uid);
}

/** By Message-ID; where the server gives another one, by subject and time. */
async function findCopy(session: ImapSession, outgoing: Due): Promise<Uid | undefined> {
  const [found] = (await session.searchHeader('Message-ID', outgoing.message_id_header)).slice(-1);
  if (found !== undefined || session.quirks.keepsMessageId) return found;
  const since = new Date(outgoing.submitted_at.getTime() - SAME_TIME_MS);
  // SINCE knows days alone, in the server's time zone.
  const day = new Date(since.getTime() - 24 * 3_600_000);
  const candidates = await session.search({ since: day, ...(outgoing.subject && { subject: outgoing.subject }) });
  const same: Uid[] = [];
  await session.fetchMessages(UidSet.of((candidates ?? []).slice(-50)), {
    batchSize: 50,
    onBatch: async (batch) => {
      const at = outgoing.submitted_at.getTime();
      for (const { uid, internalDate } of batch)
        if (Math.abs(internalDate.getTime() - at) <= SAME_TIME_MS) same.push(uid);
    },
  });
  // Two that fit are none that is known to be it.
  return same.length === 1 ? same[0] : undefined;
}

async function settle({ pool, connectionId, sent }: Filing, outgoing: Due, uid: Uid | null): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const wasUncertain = outgoing.state === 'uncertain';
    await tx.query(
      `update outbox set sent_copy_filed = true, next_attempt_at = null,
         state = case state when 'uncertain' then 'sent' else state end,
         step = 'accepted', error = case state when 'uncertain' then null else error end,
         recipients = case state when 'uncertain' then (select jsonb_agg(case r ->> 'status' when 'pending'
           then jsonb_set(r, '{status}', '"accepted"') else r end) from jsonb_array_elements(recipients) r)
           else recipients end
       where connection_id = $1 and id = $2`,
      [connectionId, outgoing.id],
    );
    if (wasUncertain && outgoing.parent_id !== null && outgoing.parent_mark !== null)
      await markParent(tx, connectionId, outgoing.parent_id, outgoing.parent_mark);
    await settleOwnCopy(tx, connectionId, {
      messageId: outgoing.message_id,
      mailboxId: sent.id,
      uid: sent.label === null ? uid : null,
    });
    await tell(tx, connectionId, outgoing.id);
  });
}

async function lookAgain({ pool, connectionId, now }: Filing, { id }: Due): Promise<void> {
  await pool.query('update outbox set next_attempt_at = $3 where connection_id = $1 and id = $2', [
    connectionId,
    id,
    new Date(now.getTime() + LOOK_AGAIN_MS),
  ]);
}

/** It stays uncertain until the user decides. */
async function stopLooking({ pool, connectionId }: Filing, { id }: Due): Promise<void> {
  await pool.query(
    `update outbox set next_attempt_at = null where connection_id = $1 and id = $2 and state = 'uncertain'`,
    [connectionId, id],
  );
}

async function openSent(pool: pg.Pool, connectionId: ConnectionId, session: ImapSession): Promise<OwnMailbox> {
  const sent = await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const id = await mailboxOfRole(tx, connectionId, 'sent');
    return row<OwnMailbox>(tx, 'select id, path, synced, label from mailbox where connection_id = $1 and id = $2', [
      connectionId,
      id,
    ]);
  });
  return onServer(pool, connectionId, session, sent as OwnMailbox);
}

async function tell(tx: Tx, connectionId: ConnectionId, id: OutboxId): Promise<void> {
  await publish(tx, { connectionId, kind: 'outbox', ids: [presentId('outbox', connectionId, id)] });
}
