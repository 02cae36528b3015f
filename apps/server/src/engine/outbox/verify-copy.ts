/**
 * Some seconds and a minute after we filed a copy in Sent: whether the server has filed one too. Then ours goes, for theirs is the one that
 * its other programs know, and it is learned for the next time. A copy under another Message-ID counts as theirs only when
 * it says the same; what is not certainly a double stays.
 */
import type { ConnectionId, Learned, MessageRowId, OutboxId, SubmissionVia, Uid } from '@postroom/db';
import type pg from 'pg';
import type { WithImap } from '../accounts/access.ts';
import type { FetchedMessage, ImapSession } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { lockAccount, row, rows, transaction } from '../index/sql.ts';
import { parseHeaderBlock, parseMessage, parseMessageId } from '../mime/index.ts';
import type { OwnMailbox } from '../operations/mailbox-of-role.ts';
import { settleOwnCopy } from './own-copy.ts';
import { openSent } from './sent-mailbox.ts';
import { learnOfWay } from './submission-way.ts';

export const VERIFY_FIRST_MS = 5_000;
/** After this nothing more is expected. */
const VERIFY_LAST_MS = 60_000;
/** A copy under another Message-ID is of this message when it was filed so near to its sending. */
const SAME_TIME_MS = 2 * 60_000;
const MAX_CANDIDATES = 50;
/** Of a copy, to know its text by. */
const MAX_COMPARED_BYTES = 4 * 1024 * 1024;

interface Filed {
  readonly id: OutboxId;
  readonly mime: Buffer;
  readonly subject: string;
  readonly message_id_header: string;
  readonly message_id: MessageRowId | null;
  readonly submitted_at: Date;
  readonly copy_uid: Uid | null;
  readonly via: SubmissionVia | null;
}

interface Verifying {
  readonly pool: pg.Pool;
  readonly connectionId: ConnectionId;
  readonly session: ImapSession;
  readonly sent: OwnMailbox;
}

/** Looks at those whose minute is over. Throws the MailError of a lost connection; what is left stays due. */
export async function verifyCopies(
  { pool, withImap, now }: { pool: pg.Pool; withImap: WithImap; now: () => Date },
  connectionId: ConnectionId,
  signal: AbortSignal,
): Promise<void> {
  const due = await rows<Filed>(
    pool,
    `select id, mime, subject, message_id_header, message_id, submitted_at, copy_uid, via from outbox
     where connection_id = $1 and verify_copy_at <= $2 and sent_copy_filed order by id`,
    [connectionId, now()],
  );
  if (due.length === 0) return;
  await withImap(
    connectionId,
    'sync',
    async (session) => {
      const sent = await openSent(pool, connectionId, session);
      for (const filed of due) {
        if (signal.aborted) return;
        await session.select(sent.path);
        const learned = await verify({ pool, connectionId, session, sent }, filed);
        const lastAt = new Date(filed.submitted_at.getTime() + VERIFY_LAST_MS);
        const mayCome = learned?.sentAutoSave === false && now() < lastAt;
        if (learned && !mayCome) await learnOfWay(pool, connectionId, filed.via, learned);
        await pool.query('update outbox set verify_copy_at = $3 where connection_id = $1 and id = $2', [
          connectionId,
          filed.id,
          mayCome ? lastAt : null,
        ]);
      }
    },
    signal,
  );
}

/** What it teaches; null where there is nothing to be learned from it. */
async function verify(verifying: Verifying, filed: Filed): Promise<Learned | null> {
  const { session } = verifying;
  const copies = await session.searchHeader('Message-ID', filed.message_id_header);
  // Without UIDPLUS, or after a crash before its UID was written down, nobody knows which of two is ours.
  if (filed.copy_uid === null && copies.length > 1) return { sentAutoSave: true };
  const ours = filed.copy_uid ?? copies[0];
  // One that was moved or deleted meanwhile tells nothing.
  if (ours === undefined || !copies.includes(ours)) return null;
  const theirs = copies.find((uid) => uid !== ours);
  const rewritten =
    theirs === undefined
      ? await findRewritten(verifying, filed, { from: filed.submitted_at, to: filed.submitted_at, ours })
      : undefined;
  const kept = theirs ?? rewritten;
  if (kept === undefined) return { sentAutoSave: false };
  await replaceOurs(verifying, filed, ours, kept);
  return { sentAutoSave: true, ...(rewritten === undefined ? {} : { rewritesMessageId: true }) };
}

async function replaceOurs(
  { pool, connectionId, session, sent }: Verifying,
  { message_id: messageId }: Filed,
  ours: Uid,
  kept: Uid,
): Promise<void> {
  // First here: a look that finds ours gone must not take the message with it.
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await settleOwnCopy(tx, connectionId, { messageId, mailboxId: sent.id, uid: kept });
  });
  await session.expunge(UidSet.of([ours]));
}

/** When a copy was stored, give or take two minutes; and the one that is ours. */
interface Sought {
  readonly from: Date;
  readonly to: Date;
  readonly ours?: Uid;
}

/** A copy under a Message-ID that none of our messages has, with the same words in it. */
export async function findRewritten(
  { pool, connectionId, session }: Pick<Verifying, 'pool' | 'connectionId' | 'session'>,
  filed: Pick<Filed, 'mime' | 'subject'>,
  { from, to, ours }: Sought,
): Promise<Uid | undefined> {
  const { text } = parseMessage(filed.mime);
  for (const { uid, header } of await filedBetween(session, filed.subject, from, to)) {
    const messageId = parseMessageId(parseHeaderBlock(header).get('message-id'));
    if (uid === ours || messageId === undefined) continue;
    const known = await row(pool, 'select 1 from outbox where connection_id = $1 and message_id_header = $2', [
      connectionId,
      messageId,
    ]);
    if (!known && words(parseMessage(await session.fetchSource(uid, MAX_COMPARED_BYTES)).text) === words(text))
      return uid;
  }
  return undefined;
}

const words = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

/** Messages of the selected mailbox with that subject that were stored about when it was sent. */
export const filedAtTheTime = (session: ImapSession, filed: Pick<Filed, 'subject' | 'submitted_at'>) =>
  filedBetween(session, filed.subject, filed.submitted_at, filed.submitted_at);

async function filedBetween(session: ImapSession, subject: string, from: Date, to: Date): Promise<FetchedMessage[]> {
  // SINCE knows days alone, in the server's time zone.
  const day = new Date(from.getTime() - SAME_TIME_MS - 24 * 3_600_000);
  const candidates = await session.search({ since: day, ...(subject && { subject }) });
  const same: FetchedMessage[] = [];
  await session.fetchMessages(UidSet.of((candidates ?? []).slice(-MAX_CANDIDATES)), {
    batchSize: MAX_CANDIDATES,
    onBatch: async (batch) => {
      for (const message of batch) {
        const at = message.internalDate.getTime();
        if (at >= from.getTime() - SAME_TIME_MS && at <= to.getTime() + SAME_TIME_MS) same.push(message);
      }
    },
  });
  return same;
}
