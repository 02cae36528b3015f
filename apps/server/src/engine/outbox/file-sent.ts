/**
 * After the sending: exactly one copy in Sent, the server's own where it files one, else ours; and the search in Sent for
 * what nobody knows was sent. Whether a server files one is known of some; of all others it is learned: by what lies there
 * before we have filed anything, and by what came beside ours (verify-copy.ts).
 */
import type {
  ConnectionId,
  Learned,
  MessageRowId,
  OutboxId,
  OutgoingFile,
  StoredEndpoint,
  SubmissionVia,
  Uid,
} from '@postroom/db';
import type pg from 'pg';
import { presentId } from '../../lib/driver/ids.ts';
import type { WithImap } from '../accounts/access.ts';
import { filesSentCopy } from '../accounts/quirks/quirks.ts';
import { publish } from '../events/publish.ts';
import type { ImapSession } from '../imap/types.ts';
import { lockAccount, row, rows, type Tx, transaction } from '../index/sql.ts';
import type { OwnMailbox } from '../operations/mailbox-of-role.ts';
import { haveArrived } from './arrived.ts';
import { frozenOf, messageSource } from './frozen-row.ts';
import { settleOwnCopy } from './own-copy.ts';
import { openSent } from './sent-mailbox.ts';
import { learnOfWay, OWN_IDENTITY } from './submission-way.ts';
import { filedAtTheTime, findRewritten, VERIFY_FIRST_MS } from './verify-copy.ts';

/** So long Sent is searched for a message that may have been sent. */
const LOOK_FOR_MS = 120_000;
const LOOK_AGAIN_MS = 10_000;
/** A server that files copies itself has this long to do so. */
const AUTO_SAVE_MS = 60_000;
/** One of which nobody knows has this long, and is asked so often. */
const MAYBE_SAVE_MS = 1_200;
const MAYBE_AGAIN_MS = 400;
interface Due {
  readonly id: OutboxId;
  readonly state: 'sent' | 'partial' | 'uncertain';
  readonly mime: Buffer;
  readonly files: OutgoingFile[];
  readonly subject: string;
  readonly message_id_header: string;
  readonly message_id: MessageRowId | null;
  readonly submitted_at: Date;
  readonly created_at: Date;
  /** Some recipients have it from an attempt before. */
  readonly had_accepted: boolean;
  /** We began to file a copy, and may have. */
  readonly verify_copy_at: Date | null;
  readonly via: SubmissionVia | null;
  /** Of the identity that it goes through the server of; null: through the account's, or the identity is gone. */
  readonly own_smtp: StoredEndpoint | null;
  readonly own_learned: Learned | null;
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
    `select outbox.id, state, mime, files, subject, message_id_header, message_id, submitted_at, created_at, verify_copy_at,
       recipients @> '[{"status": "accepted"}]' as had_accepted, via, i.smtp as own_smtp, i.learned as own_learned
     from outbox left join ${OWN_IDENTITY}
     where outbox.connection_id = $1 and state in ('sent', 'partial', 'uncertain') and not sent_copy_filed
       and next_attempt_at <= $2 order by outbox.id`,
    [connectionId, now()],
  );
  if (due.length === 0) return;
  const account = await row<AccountServers & { [column: string]: unknown }>(
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
      for (const outgoing of due) {
        if (signal.aborted) return;
        const habits = habitsOf(session, account, outgoing);
        await fileOne({ pool, connectionId, session, sent, ...habits, now: now() }, outgoing);
      }
    },
    signal,
  );
}

interface AccountServers {
  readonly imap: StoredEndpoint;
  readonly smtp: StoredEndpoint;
  readonly learned: Learned;
}

/**
 * What the server that a message went through does about this account's Sent. One that another login than the account's
 * sends through puts a copy, if anywhere, into a mailbox of its own, until it is seen to do otherwise.
 */
function habitsOf(
  { quirks }: ImapSession,
  { imap, smtp, learned }: AccountServers,
  { via, own_smtp: own, own_learned: ownLearned }: Due,
): Pick<Filing, 'isAutomatic' | 'rewrites'> {
  const isSameLogin = own !== null && own.host === smtp.host && own.username === smtp.username;
  if (via !== null && !isSameLogin) {
    return { isAutomatic: ownLearned?.sentAutoSave ?? false, rewrites: ownLearned?.rewritesMessageId === true };
  }
  return {
    isAutomatic: filesSentCopy({ quirks, host: imap.host ?? '' }, smtp.host ?? '', learned.sentAutoSave),
    rewrites: !quirks.keepsMessageId || learned.rewritesMessageId === true,
  };
}

interface Filing {
  readonly pool: pg.Pool;
  readonly connectionId: ConnectionId;
  readonly session: ImapSession;
  readonly sent: OwnMailbox;
  /** Null: not known. */
  readonly isAutomatic: boolean | null;
  /** The copies it files have another Message-ID. */
  readonly rewrites: boolean;
  readonly now: Date;
}

async function fileOne(filing: Filing, outgoing: Due): Promise<void> {
  const { session, sent, isAutomatic, now } = filing;
  const age = now.getTime() - outgoing.submitted_at.getTime();
  await session.select(sent.path);
  const found = await findCopy(filing, outgoing);
  if (found !== undefined) {
    const isTheirs = outgoing.state !== 'uncertain' && outgoing.verify_copy_at === null;
    if (isTheirs && !isAutomatic)
      await learnOfWay(filing.pool, filing.connectionId, outgoing.via, { sentAutoSave: true });
    return settle(filing, outgoing, found);
  }
  if (outgoing.state === 'uncertain') {
    if (age >= LOOK_FOR_MS) return stopLooking(filing, outgoing);
    return lookAgain(filing, outgoing, LOOK_AGAIN_MS);
  }
  if (isAutomatic && age < AUTO_SAVE_MS) return lookAgain(filing, outgoing, LOOK_AGAIN_MS);
  if (isAutomatic === null && age < MAYBE_SAVE_MS) return lookAgain(filing, outgoing, MAYBE_AGAIN_MS);
  // Where mailboxes are labels, it is the server that puts them on.
  if (isAutomatic && sent.label !== null) return settle(filing, outgoing, null);
  return settle(filing, outgoing, await fileOurs(filing, outgoing));
}

/** What we are about to do is durable first: a copy that is found after a crash here may be ours. */
async function fileOurs({ pool, connectionId, session, sent, now }: Filing, outgoing: Due): Promise<Uid | null> {
  const verifyAt = new Date(now.getTime() + VERIFY_FIRST_MS);
  const change = 'update outbox set verify_copy_at = $3, copy_uid = $4 where connection_id = $1 and id = $2';
  await pool.query(change, [connectionId, outgoing.id, verifyAt, null]);
  const message = messageSource(pool, frozenOf(outgoing));
  const flags = { system: ['seen' as const], keywords: [] };
  const { uid } = await session.append(sent.path, message, flags, outgoing.submitted_at);
  await pool.query(change, [connectionId, outgoing.id, verifyAt, uid]);
  return uid;
}

/** By Message-ID; where the server gives another one, by what it says, or by subject and time. */
async function findCopy(
  { pool, connectionId, session, rewrites, now }: Filing,
  outgoing: Due,
): Promise<Uid | undefined> {
  const [found] = (await session.searchHeader('Message-ID', outgoing.message_id_header)).slice(-1);
  if (found !== undefined) return found;
  // Nobody knows whether and when the server took it: only its words tell.
  if (outgoing.state === 'uncertain')
    return findRewritten({ pool, connectionId, session }, outgoing, { from: outgoing.created_at, to: now });
  if (!rewrites) return undefined;
  const same = await filedAtTheTime(session, outgoing);
  // Two that fit are none that is known to be it.
  return same.length === 1 ? same[0]?.uid : undefined;
}

async function settle({ pool, connectionId, sent, now }: Filing, outgoing: Due, uid: Uid | null): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    // Where others had it before, a copy tells nothing of the attempt that was lost.
    if (outgoing.state === 'uncertain' && !outgoing.had_accepted) {
      await haveArrived(tx, connectionId, outgoing.id, now);
    }
    await tx.query(
      `update outbox set sent_copy_filed = true,
         next_attempt_at = case state when 'queued' then next_attempt_at end where connection_id = $1 and id = $2`,
      [connectionId, outgoing.id],
    );
    await settleOwnCopy(tx, connectionId, {
      messageId: outgoing.message_id,
      mailboxId: sent.id,
      uid: sent.label === null ? uid : null,
    });
    await tell(tx, connectionId, outgoing.id);
  });
}

async function lookAgain({ pool, connectionId, now }: Filing, { id }: Due, afterMs: number): Promise<void> {
  await pool.query('update outbox set next_attempt_at = $3 where connection_id = $1 and id = $2', [
    connectionId,
    id,
    new Date(now.getTime() + afterMs),
  ]);
}

/** It stays uncertain until the user decides. */
async function stopLooking({ pool, connectionId }: Filing, { id }: Due): Promise<void> {
  await pool.query(
    `update outbox set next_attempt_at = null where connection_id = $1 and id = $2 and state = 'uncertain'`,
    [connectionId, id],
  );
}

async function tell(tx: Tx, connectionId: ConnectionId, id: OutboxId): Promise<void> {
  await publish(tx, { connectionId, kind: 'outbox', ids: [presentId('outbox', connectionId, id)] });
}
