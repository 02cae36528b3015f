/**
 * Drafts of ours that another client took up. Saved there and not here since: what it says is taken over. Saved on both
 * sides: both stay, ours under a Message-ID of its own. Deleted or filed there, and not changed here since: it is no draft
 * any more. A change that is only here is never lost.
 *
 * On Gmail a draft lies in All Mail and its mailbox is a label: it is a draft as long as it is shown there.
 */
import type { ConnectionId, MessageRowId, Uid } from '@postroom/db';
import type pg from 'pg';
import { presentId } from '../../lib/driver/ids.ts';
import type { WithImap } from '../accounts/access.ts';
import { publish } from '../events/publish.ts';
import { lockAccount, row, rows, type Tx, transaction } from '../index/sql.ts';
import type { Sender } from '../outbox/enqueue.ts';
import { hideOwnCopy, tellThreads, threadsOf } from '../outbox/own-copy.ts';
import { DRAFT_COLUMNS, type DraftRow, loadDraft } from './content.ts';
import { foreignValues, readForeign } from './foreign.ts';
import { newMessageId, showDraft } from './save.ts';

/** Gives the draft another Message-ID, because the one it had is also another client's now. */
export async function keepApart(pool: pg.Pool, sender: Sender, draft: DraftRow): Promise<DraftRow> {
  return transaction(pool, async (tx) => {
    await lockAccount(tx, sender.id);
    await tx.query(
      'update draft set message_id_header = $3, changed_elsewhere = true where connection_id = $1 and id = $2',
      [sender.id, draft.id, newMessageId(sender)],
    );
    const saved = await loadDraft(tx, sender.id, draft.id);
    if (!saved) return draft;
    await showDraft(tx, sender, saved);
    await tell(tx, sender.id, draft);
    // What is pushed is what was to be pushed; what was saved since is pushed next.
    return { ...draft, message_id_header: saved.message_id_header };
  });
}

/** SQL: message `m` is a draft on the server: placement `p` of it in `b`, or, on Gmail, in All Mail under the label. */
const LIES_AS_DRAFT = `(b.role = 'drafts' or exists (
  select 1 from placement s join mailbox l on l.connection_id = s.connection_id and l.id = s.mailbox_id
  where s.connection_id = $1 and s.message_id = m.id and l.role = 'drafts' and l.label is not null))`;

/** SQL: the same of our copy of draft `d`. Under a label it is shown before the server has it (`arriving`), and after. */
const STILL_A_DRAFT = `(p.uid is not null or (b.label is not null and (p.state <> 'present' or exists (
  select 1 from placement a where a.connection_id = $1 and a.message_id = d.message_id and a.uid is not null))))`;

interface Lost extends DraftRow {
  /** The message that another client saved under its Message-ID. */
  readonly successor: { id: MessageRowId; uid: Uid; path: string } | null;
  /** No copy is left, or the copy lies in another mailbox now. */
  readonly is_gone: boolean;
}

/** Looks after drafts whose copy on the server is not where it was, and that were not changed here since it was written. */
export async function followElsewhere(pool: pg.Pool, connectionId: ConnectionId, withImap: WithImap): Promise<void> {
  const lost = await rows<Lost & pg.QueryResultRow>(
    pool,
    `select ${DRAFT_COLUMNS},
       (select jsonb_build_object('id', m.id, 'uid', p.uid, 'path', b.path)
        from message m
        join placement p on p.connection_id = m.connection_id and p.message_id = m.id
        join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
        where m.connection_id = $1 and m.message_id = d.message_id_header and m.id <> d.message_id
          and ${LIES_AS_DRAFT} and p.uid is not null and p.state = 'present'
          and not exists (select 1 from draft o where o.connection_id = $1 and o.message_id = m.id)
        order by p.uid desc limit 1) as successor,
       not exists (select 1 from placement p join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
           where p.connection_id = $1 and p.message_id = d.message_id and (b.label is null or p.state <> 'present'))
         or exists (select 1 from placement p where p.connection_id = $1 and p.message_id = d.message_id
           and p.uid is not null and p.state = 'present') as is_gone
     from draft d
     where connection_id = $1 and deleted_at is null and pushed_revision >= revision and message_id is not null
       and not exists (select 1 from placement p join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
         where p.connection_id = $1 and p.message_id = d.message_id and b.role = 'drafts' and ${STILL_A_DRAFT})`,
    [connectionId],
  );
  for (const draft of lost) {
    if (draft.successor) await takeOver(pool, connectionId, withImap, draft, draft.successor);
    else if (draft.is_gone) await letGo(pool, connectionId, draft);
  }
}

async function takeOver(
  pool: pg.Pool,
  connectionId: ConnectionId,
  withImap: WithImap,
  draft: Lost,
  { id: messageId, uid, path }: NonNullable<Lost['successor']>,
): Promise<void> {
  const source = await withImap(connectionId, 'interactive', async (session) => {
    await session.select(path, { readOnly: true });
    return session.fetchSource(uid);
  });
  await changeUnlessSaved(pool, connectionId, draft, async (tx) => {
    const account = await row<Pick<Sender, 'userId'>>(tx, 'select user_id as "userId" from connection where id = $1', [
      connectionId,
    ]);
    if (!account) return;
    const foreign = await readForeign(tx, account.userId, source);
    await tx.query(
      `update draft set "to" = $3, cc = $4, bcc = $5, subject = $6, html = $7, attachments = $8,
         in_reply_to = coalesce($9, in_reply_to), "references" = $10, from_email = coalesce($11, from_email),
         message_id = $12, writer_key = null, revision = revision + 1, pushed_revision = revision + 1, updated_at = now()
       where connection_id = $1 and id = $2`,
      [connectionId, draft.id, ...foreignValues(foreign), messageId],
    );
    await hideOwnCopy(tx, connectionId, draft.message_id);
    await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, [messageId]));
  });
}

/** It was deleted, or moved where it is no draft: the message there stays. */
async function letGo(pool: pg.Pool, connectionId: ConnectionId, draft: Lost): Promise<void> {
  await changeUnlessSaved(pool, connectionId, draft, async (tx) => {
    await hideOwnCopy(tx, connectionId, draft.message_id);
    await tx.query('delete from draft where connection_id = $1 and id = $2', [connectionId, draft.id]);
  });
}

/** Nothing is done to a draft that was saved meanwhile: it is pushed anew. */
async function changeUnlessSaved(
  pool: pg.Pool,
  connectionId: ConnectionId,
  draft: DraftRow,
  change: (tx: Tx) => Promise<void>,
): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const now = await loadDraft(tx, connectionId, draft.id);
    if (now?.revision !== draft.revision) return;
    await change(tx);
    await tell(tx, connectionId, draft);
  });
}

function tell(tx: Tx, connectionId: ConnectionId, { id }: DraftRow): Promise<void> {
  return publish(tx, { connectionId, kind: 'drafts', ids: [presentId('draft', connectionId, id)] });
}
