/**
 * Drafts to the server: the new copy replaces the older one (REPLACE, RFC 8508), or is appended and every older one of ours
 * removed. In this order a crash leaves two copies for a while and never none; the next push, which finds the draft still
 * dirty, leaves exactly one. A copy that another client has saved meanwhile is never removed: then both stay.
 */
import type { ConnectionId, DraftId, MailboxId, MessageRowId, Uid } from '@postroom/db';
import type pg from 'pg';
import { carrierMailbox, coverCarriers } from '../gmail/show-labels.ts';
import type { Flags, ImapSession } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { lockAccount, row, rows, type Tx, transaction } from '../index/sql.ts';
import { type OwnMailbox, onServer } from '../operations/mailbox-of-role.ts';
import type { Sender } from '../outbox/enqueue.ts';
import { messageSource } from '../outbox/frozen-row.ts';
import { settleOwnCopy, tellThreads, threadsOf } from '../outbox/own-copy.ts';
import { DRAFT_COLUMNS, type DraftRow, freezeDraft } from './content.ts';
import { keepApart } from './elsewhere.ts';
import { serverCopies } from './server-copies.ts';

/**
 * A draft that is being written waits so long after its last change, which the screen saves when the writing pauses; one
 * that was deleted does not.
 */
const PUSH_AFTER_MS = 1_000;

/** When the next push is due, or null. */
export async function nextDraftPush(pool: pg.Pool, connectionId: ConnectionId): Promise<Date | null> {
  const next = await row<{ at: Date | null }>(
    pool,
    `select min(coalesce(deleted_at, updated_at + make_interval(secs => ${PUSH_AFTER_MS / 1000}))) as at from draft
     where connection_id = $1 and (pushed_revision < revision or deleted_at is not null)`,
    [connectionId],
  );
  return next?.at ?? null;
}

/** Brings the server's Drafts mailbox to what is here. */
export async function pushDrafts(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  now: Date = new Date(),
): Promise<void> {
  const dirty = await rows<DraftRow & { deleted_at: Date | null }>(
    pool,
    `select ${DRAFT_COLUMNS}, deleted_at from draft where connection_id = $1
       and (deleted_at is not null or (pushed_revision < revision and updated_at <= $2)) order by id`,
    [connectionId, new Date(now.getTime() - PUSH_AFTER_MS)],
  );
  if (dirty.length === 0) return;
  const mailbox = await openDrafts(pool, connectionId, session);
  const sender = await row<Sender>(pool, 'select id, user_id as "userId", email, name from connection where id = $1', [
    connectionId,
  ]);
  if (!sender) return;
  const home = mailbox && (await homeOf(pool, connectionId, mailbox));
  for (const draft of dirty) {
    if (!mailbox || !home) {
      if (draft.deleted_at !== null) await forget(pool, connectionId, draft.id, draft.message_id);
      continue;
    }
    const { ours, foreign } = await serverCopies(pool, connectionId, session, home, draft);
    if (draft.deleted_at !== null) {
      if (ours.length > 0) await remove(pool, connectionId, session, home, UidSet.of(ours));
      await forget(pool, connectionId, draft.id, draft.message_id);
      continue;
    }
    const saved = foreign.length > 0 ? await keepApart(pool, sender, draft) : draft;
    const uid = await store(pool, session, { mailbox, home }, sender, saved, ours);
    const removed = ours.filter((one) => one !== uid);
    if (removed.length > 0) await remove(pool, connectionId, session, home, UidSet.of(removed));
    await settle(pool, connectionId, home, saved, uid);
  }
}

/** Stores what is here, and takes an older copy away with the same command where the server can. */
async function store(
  pool: pg.Pool,
  session: ImapSession,
  { mailbox, home }: { mailbox: OwnMailbox; home: OwnMailbox },
  sender: Sender,
  draft: DraftRow,
  older: readonly Uid[],
): Promise<Uid | null> {
  const source = messageSource(pool, await freezeDraft(pool, sender, draft));
  const flags: Flags = { system: ['draft', 'seen'], keywords: [] };
  const newest = older.length > 0 ? (Math.max(...older) as Uid) : undefined;
  const mayReplace = session.capabilities.replace && home.id === mailbox.id;
  const append = () => session.append(mailbox.path, source, flags, draft.updated_at);
  const replace = (older: Uid) =>
    session.replace(older, mailbox.path, source, flags, draft.updated_at).catch((error: unknown) => {
      // Its older copy may have gone in this moment: what is said is that nothing was stored.
      if (session.closed) throw error;
      return append();
    });
  const { uid } = await (mayReplace && newest !== undefined ? replace(newest) : append());
  await session.select(home.path);
  if (uid !== null && home.id === mailbox.id) return uid;
  const after = await session.searchHeader('Message-ID', draft.message_id_header);
  return after.filter((one) => !older.includes(one)).sort((a, b) => b - a)[0] ?? null;
}

/** Where a draft really lies: the mailbox itself, or All Mail, where mailboxes are labels. */
async function homeOf(pool: pg.Pool, connectionId: ConnectionId, mailbox: OwnMailbox): Promise<OwnMailbox> {
  const carrier = mailbox.label === null ? null : await carrierMailbox(pool, connectionId);
  return carrier ? { ...carrier, synced: true, label: null } : mailbox;
}

/**
 * Takes copies away for good; their mailbox is the selected one. QUIRK: on Gmail an EXPUNGE takes a label off and leaves the
 * draft in All Mail: only what is expunged from Trash is gone.
 */
async function remove(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  home: OwnMailbox,
  uids: UidSet,
): Promise<void> {
  const trash =
    session.quirks.labels === null
      ? undefined
      : await row<{ path: string }>(
          pool,
          `select path from mailbox where connection_id = $1 and role = 'trash' and synced`,
          [connectionId],
        );
  if (!trash) {
    await session.expunge(uids);
    return;
  }
  const { uidMap } = await session.move(uids, trash.path);
  const moved = [...uids].flatMap((uid) => uidMap.get(uid) ?? []);
  if (moved.length > 0) {
    await session.select(trash.path);
    await session.expunge(UidSet.of(moved));
  }
  await session.select(home.path);
}

/** The row that stands for the draft has the new copy's UID now. */
async function settle(
  pool: pg.Pool,
  connectionId: ConnectionId,
  mailbox: OwnMailbox,
  draft: DraftRow,
  uid: Uid | null,
): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await tx.query(
      'update draft set pushed_revision = greatest(pushed_revision, $3) where connection_id = $1 and id = $2',
      [connectionId, draft.id, draft.revision],
    );
    if (uid === null || draft.message_id === null) return;
    await settleOwnCopy(tx, connectionId, { messageId: draft.message_id, mailboxId: mailbox.id, uid });
    await lieThere(tx, connectionId, mailbox.id, draft.message_id, uid);
    await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, [draft.message_id]));
  });
}

/** Where its mailbox is a label, the draft has no place in All Mail before the first push. */
async function lieThere(tx: Tx, connectionId: ConnectionId, mailboxId: MailboxId, messageId: MessageRowId, uid: Uid) {
  await tx.query(
    `insert into placement (connection_id, mailbox_id, uid, message_id, flags, keywords)
     select $1, $2, $4, $3, p.flags, p.keywords from placement p
     where p.connection_id = $1 and p.message_id = $3 and p.uid is null limit 1
     on conflict (connection_id, mailbox_id, uid) do nothing`,
    [connectionId, mailboxId, messageId, uid],
  );
  await coverCarriers(tx, connectionId, [messageId]);
}

/** A deleted draft whose copies are gone. */
async function forget(
  pool: pg.Pool,
  connectionId: ConnectionId,
  id: DraftId,
  messageId: MessageRowId | null,
): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await tx.query('delete from draft where connection_id = $1 and id = $2', [connectionId, id]);
    if (messageId === null) return;
    await tx.query(
      `delete from placement p using mailbox b where p.connection_id = $1 and p.message_id = $2
         and b.connection_id = p.connection_id and b.id = p.mailbox_id
         and (b.role = 'drafts' or (b.role = 'archive' and p.state = 'leaving'))`,
      [connectionId, messageId],
    );
    await tx.query(
      `update message m set orphaned_at = now() where m.connection_id = $1 and m.id = $2
         and not exists (select 1 from placement p where p.connection_id = $1 and p.message_id = $2)`,
      [connectionId, messageId],
    );
    await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, [messageId]));
  });
}

async function openDrafts(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
): Promise<OwnMailbox | undefined> {
  const mailbox = await row<OwnMailbox>(
    pool,
    `select id, path, synced, label from mailbox where connection_id = $1 and role = 'drafts'`,
    [connectionId],
  );
  return mailbox && onServer(pool, connectionId, session, mailbox);
}
