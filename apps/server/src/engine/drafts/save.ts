/**
 * Drafts as the screen works with them: saved here at once, on the server by `pushDrafts`. A draft that another client left
 * in the Drafts mailbox is taken over when it is opened: from then on it is ours to change, and its copy ours to replace.
 */
import { randomUUID } from 'node:crypto';
import type { ConnectionId, DraftId, MessageRowId, Uid } from '@postroom/db';
import type pg from 'pg';
import { MailError, notFound } from '../../lib/driver/errors.ts';
import { isPublicId, parseId, presentId } from '../../lib/driver/ids.ts';
import type { Draft, DraftInput, DraftToDelete } from '../../lib/driver/schemas.ts';
import type { WithImap } from '../accounts/access.ts';
import { publish } from '../events/publish.ts';
import { saveBody, saveSnippets } from '../index/bodies.ts';
import { FLAG } from '../index/flags.ts';
import { newMessageFromFrozen, ownAddresses } from '../index/new-message.ts';
import { indexMessages } from '../index/search-index.ts';
import { lockAccount, row, rows, type Tx, transaction } from '../index/sql.ts';
import { parseMessage, snippet } from '../mime/index.ts';
import { mailboxOfRole } from '../operations/mailbox-of-role.ts';
import { wakeAccount } from '../operations/wake.ts';
import { keepAttachments } from '../outbox/attachments.ts';
import { findParent, type Sender } from '../outbox/enqueue.ts';
import { showOwnCopy, tellThreads, threadsOf } from '../outbox/own-copy.ts';
import { DRAFT_COLUMNS, type DraftRow, draftOfWriter, freezeDraft, loadDraft, presentDraft } from './content.ts';
import { foreignValues, readForeign } from './foreign.ts';
import { removeDraft } from './remove.ts';

export type Drafts = ReturnType<typeof createDrafts>;

export function createDrafts({ pool, withImap }: { readonly pool: pg.Pool; readonly withImap: WithImap }) {
  /** Makes ours what another client wrote. */
  async function adopt(sender: Sender, messageId: MessageRowId): Promise<DraftRow> {
    const connectionId = sender.id;
    const place = await row<{ uid: Uid; path: string }>(
      pool,
      `select p.uid, b.path from placement p
       join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
       where p.connection_id = $1 and p.message_id = $2 and p.uid is not null and p.state <> 'leaving'
         and exists (select 1 from placement d join mailbox o on o.connection_id = d.connection_id and o.id = d.mailbox_id
           where d.connection_id = $1 and d.message_id = $2 and o.role = 'drafts' and d.state <> 'leaving')
       order by b.role = 'drafts' desc limit 1`,
      [connectionId, messageId],
    );
    if (!place) throw notFound('draft');
    const raw = await withImap(connectionId, 'interactive', async (session) => {
      await session.select(place.path, { readOnly: true });
      return session.fetchSource(place.uid);
    });
    return transaction(pool, async (tx) => {
      await lockAccount(tx, connectionId);
      const already = await row<{ id: DraftId }>(
        tx,
        'select id from draft where connection_id = $1 and message_id = $2 and deleted_at is null',
        [connectionId, messageId],
      );
      if (already) return (await loadDraft(tx, connectionId, already.id)) as DraftRow;
      const foreign = await readForeign(tx, sender.userId, raw);
      const [threadId] = await threadsOf(tx, connectionId, [messageId]);
      const made = await row<DraftRow>(
        tx,
        `insert into draft (connection_id, "to", cc, bcc, subject, html, attachments, in_reply_to, "references",
           from_email, thread_id, message_id_header, message_id, pushed_revision)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1) returning ${DRAFT_COLUMNS}`,
        [
          connectionId,
          ...foreignValues(foreign),
          threadId ?? null,
          foreign.messageId ?? newMessageId(sender),
          messageId,
        ],
      );
      return made as DraftRow;
    });
  }

  /** A draft by public id; `m…` names one of another client. */
  async function open(sender: Sender, id: string): Promise<DraftRow> {
    if (isPublicId('message', id)) {
      const { connectionId, id: messageId } = parseId('message', id);
      if (connectionId !== sender.id) throw notFound('draft');
      return adopt(sender, messageId);
    }
    const { connectionId, id: draftId } = parseId('draft', id);
    const found = connectionId === sender.id ? await loadDraft(pool, sender.id, draftId) : undefined;
    if (!found) throw notFound('draft');
    return found;
  }

  return {
    /** Creates, or replaces what `id` names. */
    async create(sender: Sender, input: DraftInput): Promise<{ id: string; revision: number }> {
      const named = input.id ? await open(sender, input.id) : null;
      const parent = await findParent(pool, sender.id, input);
      return transaction(pool, async (tx) => {
        await lockAccount(tx, sender.id);
        const existing = named ?? (await draftOfWriter(tx, sender.id, input.writerKey));
        const attachments = await keepAttachments(tx, sender.userId, input.attachments ?? []);
        const thread = input.threadId === undefined ? null : parseId('thread', input.threadId);
        const threadId = thread?.connectionId === sender.id ? thread.id : null;
        const content = [
          sender.id,
          JSON.stringify(input.to),
          JSON.stringify(input.cc ?? []),
          JSON.stringify(input.bcc ?? []),
          input.subject,
          input.message,
          JSON.stringify(attachments),
          threadId,
          parent?.message_id ?? null,
          parent ? [...parent.references, ...(parent.message_id ? [parent.message_id] : [])] : [],
          input.fromEmail ?? null,
          input.writerKey ?? null,
        ];
        const saved = existing
          ? await row<DraftRow>(
              tx,
              `update draft set "to" = $2, cc = $3, bcc = $4, subject = $5, html = $6, attachments = $7,
                 thread_id = coalesce($8, thread_id), in_reply_to = coalesce($9, in_reply_to),
                 "references" = case when cardinality($10::text[]) > 0 then $10 else "references" end,
                 from_email = coalesce($11, from_email), writer_key = $12, revision = revision + 1, updated_at = now()
               where connection_id = $1 and id = $13 and deleted_at is null
                 and (revision = coalesce($14, revision) or writer_key = $12) returning ${DRAFT_COLUMNS}`,
              [...content, existing.id, input.baseRevision ?? null],
            )
          : await row<DraftRow>(
              tx,
              `insert into draft (connection_id, "to", cc, bcc, subject, html, attachments, thread_id, in_reply_to,
                 "references", from_email, writer_key, message_id_header)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning ${DRAFT_COLUMNS}`,
              [...content, newMessageId(sender)],
            );
        if (!saved && existing && (await loadDraft(tx, sender.id, existing.id))) throw changedMeanwhile();
        if (!saved) throw notFound('draft');
        await showDraft(tx, sender, saved);
        const id = presentId('draft', sender.id, saved.id);
        await publish(tx, { connectionId: sender.id, kind: 'drafts', ids: [id] });
        await wakeAccount(tx, sender.id);
        return { id, revision: saved.revision };
      });
    },

    async get(sender: Sender, id: string): Promise<Draft> {
      return presentDraft(sender.id, await open(sender, id));
    },

    /** Ours and other clients', newest first. */
    async list(
      connectionId: ConnectionId,
      { query = '', max = 50, pageToken = '' }: { query?: string; max?: number; pageToken?: string },
    ): Promise<{ drafts: Draft[]; nextPageToken: string | null }> {
      const offset = /^\d{1,6}$/.test(pageToken) ? Number(pageToken) : 0;
      const found = await rows<DraftRow & { foreign_id: MessageRowId | null }>(
        pool,
        `select * from (
           select ${DRAFT_COLUMNS}, null::bigint as foreign_id from draft where connection_id = $1 and deleted_at is null
           union all
           select distinct on (m.id) m.id, m.addresses -> 'to', m.addresses -> 'cc', m.addresses -> 'bcc', m.subject,
             coalesce((select s.snippet from message_snippet s where s.connection_id = m.connection_id and s.message_id = m.id), ''),
             '[]'::jsonb, m.thread_id, m.in_reply_to, m."references", m.addresses -> 'from' ->> 'email',
             coalesce(m.message_id, ''), m.id, 1, 1, m.received_at, false, null, m.id
           from placement p join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
           join message m on m.connection_id = p.connection_id and m.id = p.message_id
           where p.connection_id = $1 and b.role = 'drafts' and p.state = 'present' and p.flags & 8 = 0
             and not exists (select 1 from draft d where d.connection_id = $1 and d.message_id = m.id)
         ) d
         where $2 = '' or position(lower($2) in lower(subject || ' ' || html || ' ' || "to"::text)) > 0
         order by updated_at desc, id desc limit $3 offset $4`,
        [connectionId, query, max + 1, offset],
      );
      const drafts = found.slice(0, max).map((draft) => {
        const presented = presentDraft(connectionId, draft);
        return draft.foreign_id === null
          ? presented
          : { ...presented, id: presentId('message', connectionId, draft.foreign_id) };
      });
      return { drafts, nextPageToken: found.length > max ? String(offset + max) : null };
    },

    async delete(sender: Sender, { id, revision, writerKey }: Omit<DraftToDelete, 'connectionId'>): Promise<void> {
      const named = id === undefined ? null : await open(sender, id);
      await transaction(pool, async (tx) => {
        await lockAccount(tx, sender.id);
        const draft = named ? await loadDraft(tx, sender.id, named.id) : await draftOfWriter(tx, sender.id, writerKey);
        // Nothing was saved that nobody heard of.
        if (!draft && !named) return;
        if (!draft) throw notFound('draft');
        const isOwn = writerKey !== undefined && draft.writer_key === writerKey;
        if (revision !== undefined && revision !== draft.revision && !isOwn) throw changedMeanwhile();
        await removeDraft(tx, sender.id, draft.id);
      });
    },
  };
}

function changedMeanwhile(): MailError {
  return new MailError({
    code: 'CONFLICT',
    message: 'This draft was changed in another window or program.',
    fix: 'Open it anew to see what it says now, or keep yours as a draft of its own.',
  });
}

export function newMessageId({ email }: Pick<Sender, 'email'>): string {
  return `<${randomUUID()}@${email.slice(email.lastIndexOf('@') + 1)}>`;
}

/** Puts the draft into the index, or what it says now into the row that stands for it. */
export async function showDraft(tx: Tx, sender: Sender, draft: DraftRow): Promise<void> {
  const connectionId = sender.id;
  const frozen = await freezeDraft(tx, sender, draft);
  if (draft.message_id === null) {
    const mailboxId = await mailboxOfRole(tx, connectionId, 'drafts');
    const flags = FLAG.seen | FLAG.draft;
    const messageId = await showOwnCopy(tx, connectionId, { frozen, mailboxId, flags, receivedAt: draft.updated_at });
    await tx.query('update draft set message_id = $3 where connection_id = $1 and id = $2', [
      connectionId,
      draft.id,
      messageId,
    ]);
    return;
  }
  const { text, html } = parseMessage(frozen.octets);
  const now = newMessageFromFrozen(frozen, {
    receivedAt: draft.updated_at,
    ownAddresses: await ownAddresses(tx, connectionId),
  });
  await tx.query(
    `update message set fingerprint = $3, ordinal = 0, email_id = null, message_id = $4, addresses = $5, subject = $6, date = $7,
       received_at = $8, size = $9, structure = $10, has_attachments = $11
     where connection_id = $1 and id = $2`,
    [
      connectionId,
      draft.message_id,
      now.fingerprint,
      now.messageId,
      JSON.stringify(now.addresses),
      now.subject,
      now.date,
      now.receivedAt,
      now.size,
      JSON.stringify(now.structure),
      now.hasAttachments,
    ],
  );
  await tx.query('delete from message_snippet where connection_id = $1 and message_id = $2', [
    connectionId,
    draft.message_id,
  ]);
  await saveSnippets(tx, connectionId, new Map([[draft.message_id, snippet({ text, html })]]));
  await saveBody(tx, connectionId, draft.message_id, { html, text, authentication: null });
  await indexMessages(tx, connectionId, [draft.message_id]);
  await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, [draft.message_id]));
}
