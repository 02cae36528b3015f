/** What the user sees of the outbox, and does to it: list, take back, try again. Only the owner's; all else is not found. */
import type { Address, ConnectionId, DraftId, MessageRowId, OutboxId, OutgoingRecipient, UserId } from '@postroom/db';
import type pg from 'pg';
import { loadDraft } from '../../engine/drafts/content.ts';
import { newMessageId, showDraft } from '../../engine/drafts/save.ts';
import { publish } from '../../engine/events/publish.ts';
import { lockAccount, row, rows, type Tx, transaction } from '../../engine/index/sql.ts';
import { parseMessage, redated } from '../../engine/mime/index.ts';
import { assertFuture } from '../../engine/operations/waiting.ts';
import { wakeAccount } from '../../engine/operations/wake.ts';
import { keepAttachments, saveUpload } from '../../engine/outbox/attachments.ts';
import type { Sender } from '../../engine/outbox/enqueue.ts';
import { type FrozenRow, frozenOf } from '../../engine/outbox/frozen-row.ts';
import { hideOwnCopy } from '../../engine/outbox/own-copy.ts';
import { resumeSending, SENDING_ERROR } from '../../engine/outbox/sending-pause.ts';
import { chooseWayAnew } from '../../engine/outbox/submission-way.ts';
import { dropReminderOfSend, moveReminderOfSend } from '../../engine/schedule/reminders.ts';
import { MailError, notFound } from '../driver/errors.ts';
import { parseConnectionId, parseId, presentConnectionId, presentId } from '../driver/ids.ts';
import { type Outgoing, outgoingSchema } from '../driver/schemas.ts';
import type { OutboxService } from '../services.ts';
import { bringBack, createOutboxDecisions } from './outbox-decisions.ts';

interface OutboxRow {
  readonly id: OutboxId;
  readonly connection_id: ConnectionId;
  readonly state: string;
  readonly to: Address[];
  readonly cc: Address[];
  readonly bcc: Address[];
  readonly subject: string;
  readonly message_id_header: string;
  readonly created_at: Date;
  readonly send_at: Date | null;
  readonly next_attempt_at: Date | null;
  readonly attempts: number;
  readonly recipients: OutgoingRecipient[];
  readonly error: unknown;
  readonly remind_at: Date | null;
  /** Of the server that it goes through: nothing is sent until somebody does something. */
  readonly sending_error: unknown;
  readonly dismissed_at: Date | null;
  readonly is_redirect: boolean;
  /** The own server of its identity, by name. */
  readonly through: string | null;
}

const COLUMNS = `outbox.id, outbox.connection_id, outbox.state, outbox."to", outbox.cc, outbox.bcc, outbox.subject,
  outbox.message_id_header, outbox.created_at, outbox.send_at, outbox.next_attempt_at, outbox.attempts,
  outbox.recipients, outbox.error, outbox.dismissed_at, outbox.is_redirect,
  ${SENDING_ERROR} as sending_error, outbox.via ->> 'host' as through,
  (select r.due_at from reminder r where r.connection_id = outbox.connection_id and r.outbox_id = outbox.id) as remind_at`;
const MAX_LISTED = 200;

function present(outgoing: OutboxRow): Outgoing {
  const isPaused = outgoing.state === 'queued' && Boolean(outgoing.sending_error);
  const isWaiting = (outgoing.state === 'queued' && !isPaused) || outgoing.state === 'scheduled';
  const isHeld = outgoing.state === 'queued' && !isPaused && outgoing.attempts === 0;
  const error = isPaused ? outgoing.sending_error : outgoing.error;
  return outgoingSchema.parse({
    id: presentId('outbox', outgoing.connection_id, outgoing.id),
    connectionId: presentConnectionId(outgoing.connection_id),
    state: outgoing.state,
    to: outgoing.to,
    cc: outgoing.cc,
    bcc: outgoing.bcc,
    subject: outgoing.subject,
    messageId: outgoing.message_id_header,
    createdAt: outgoing.created_at.toISOString(),
    ...(outgoing.send_at ? { sendAt: outgoing.send_at.toISOString() } : {}),
    ...(isWaiting && outgoing.next_attempt_at ? { nextAttemptAt: outgoing.next_attempt_at.toISOString() } : {}),
    ...(isHeld && outgoing.next_attempt_at ? { heldUntil: outgoing.next_attempt_at.toISOString() } : {}),
    ...(outgoing.remind_at ? { remindAt: outgoing.remind_at.toISOString() } : {}),
    attempts: outgoing.attempts,
    recipients: outgoing.recipients,
    ...(error ? { error } : {}),
    ...(outgoing.is_redirect ? { isRedirect: true } : {}),
    ...(outgoing.through === null ? {} : { through: outgoing.through }),
  });
}

const tooLate = () =>
  new MailError({ code: 'CONFLICT', message: 'It is too late: the message is on its way or has been sent.' });

interface HeldRow extends OutboxRow, FrozenRow {
  readonly html: string | null;
  readonly message_id: MessageRowId | null;
}

export function createOutboxService({
  pool,
  now = () => new Date(),
}: {
  readonly pool: pg.Pool;
  readonly now?: () => Date;
}): OutboxService {
  async function requireOwn(userId: UserId, connectionId: ConnectionId): Promise<void> {
    const own = await row(pool, 'select 1 from connection where user_id = $1 and id = $2', [userId, connectionId]);
    if (!own) throw notFound('account');
  }

  /** The caller's message, locked for a change. */
  async function change<T>(
    userId: UserId,
    publicId: string,
    work: (tx: Tx, connectionId: ConnectionId, outgoing: HeldRow) => Promise<T>,
  ): Promise<T> {
    const { connectionId, id } = parseId('outbox', publicId);
    return transaction(pool, async (tx) => {
      await lockAccount(tx, connectionId);
      const outgoing = await row<HeldRow>(
        tx,
        `select ${COLUMNS}, outbox.mime, outbox.files, outbox.html, outbox.message_id from outbox join connection c on c.id = outbox.connection_id
         where c.user_id = $1 and outbox.connection_id = $2 and outbox.id = $3 and outbox.state <> 'canceled' for update of outbox`,
        [userId, connectionId, id],
      );
      if (!outgoing) throw notFound('message');
      const result = await work(tx, connectionId, outgoing);
      await publish(tx, { connectionId, kind: 'outbox', ids: [publicId] });
      await wakeAccount(tx, connectionId);
      return result;
    });
  }

  return {
    async list(userId, connectionId) {
      const wanted = connectionId === undefined ? null : parseConnectionId(connectionId);
      if (wanted !== null) await requireOwn(userId, wanted);
      const found = await rows<OutboxRow>(
        pool,
        `select ${COLUMNS} from outbox join connection c on c.id = outbox.connection_id
         where c.user_id = $1 and ($2::int is null or outbox.connection_id = $2) and outbox.state <> 'canceled'
           and outbox.dismissed_at is null
         order by outbox.created_at desc, outbox.id desc limit ${MAX_LISTED}`,
        [userId, wanted],
      );
      return found.map(present);
    },

    async get(userId, publicId) {
      const { connectionId, id } = parseId('outbox', publicId);
      const found = await row<OutboxRow & FrozenRow>(
        pool,
        `select ${COLUMNS}, outbox.mime, outbox.files from outbox join connection c on c.id = outbox.connection_id
         where c.user_id = $1 and outbox.connection_id = $2 and outbox.id = $3 and outbox.state <> 'canceled'`,
        [userId, connectionId, id],
      );
      if (!found) throw notFound('message');
      const attachments = found.files.map(({ name, type, size }) => ({ name, type, size }));
      return { ...present(found), text: parseMessage(found.mime).text, attachments };
    },

    cancel: (userId, publicId) =>
      change(userId, publicId, async (tx, connectionId, outgoing) => {
        const isOpen = ['scheduled', 'queued', 'failed'].includes(outgoing.state);
        if (!isOpen || outgoing.recipients.some(({ status }) => status === 'accepted')) throw tooLate();
        const draftId = outgoing.is_redirect ? null : await draftFrom(tx, userId, connectionId, outgoing);
        await hideOwnCopy(tx, connectionId, outgoing.message_id);
        await tx.query(
          `update outbox set state = 'canceled', next_attempt_at = null, sent_copy_filed = true, draft_id = $3
           where connection_id = $1 and id = $2`,
          [connectionId, outgoing.id, draftId],
        );
        if (draftId === null) return {};
        const remindAt = await dropReminderOfSend(tx, connectionId, outgoing.id);
        const id = presentId('draft', connectionId, draftId);
        await publish(tx, { connectionId, kind: 'drafts', ids: [id] });
        await publish(tx, { connectionId, kind: 'counts', ids: [] });
        return {
          draftId: id,
          ...(outgoing.state === 'scheduled' && outgoing.send_at ? { sendAt: outgoing.send_at.toISOString() } : {}),
          ...(remindAt ? { remindAt: remindAt.toISOString() } : {}),
        };
      }),

    retry: (userId, publicId) =>
      change(userId, publicId, async (tx, connectionId, outgoing) => {
        if (!['scheduled', 'queued', 'failed', 'partial', 'uncertain'].includes(outgoing.state)) throw tooLate();
        const recipients = outgoing.recipients.map(
          (one): OutgoingRecipient => (one.status === 'accepted' ? one : { email: one.email, status: 'pending' }),
        );
        if (outgoing.state === 'scheduled') await goAt(tx, connectionId, outgoing, now());
        await tx.query(
          `update outbox set state = 'queued', step = 'none', next_attempt_at = now(), recipients = $3, error = null
           where connection_id = $1 and id = $2`,
          [connectionId, outgoing.id, JSON.stringify(recipients)],
        );
        if (outgoing.dismissed_at !== null) await bringBack(tx, connectionId, outgoing);
        await resumeSending(tx, connectionId, await chooseWayAnew(tx, connectionId, outgoing.id));
        await publish(tx, { connectionId, kind: 'counts', ids: [] });
      }),

    reschedule: (userId, publicId, sendAt) =>
      change(userId, publicId, async (tx, connectionId, outgoing) => {
        if (outgoing.state !== 'scheduled') throw tooLate();
        assertFuture(sendAt, now());
        await goAt(tx, connectionId, outgoing, sendAt);
      }),

    ...createOutboxDecisions<HeldRow>({ change, draftFrom, now }),
  };
}

/** Another time for what has not been sent yet: its Date is the day it goes out. */
async function goAt(tx: Tx, connectionId: ConnectionId, outgoing: OutboxRow & FrozenRow, at: Date): Promise<void> {
  await tx.query(
    'update outbox set send_at = $3, next_attempt_at = $3, mime = $4 where connection_id = $1 and id = $2',
    [connectionId, outgoing.id, at, redated(frozenOf(outgoing), at).octets],
  );
  await moveReminderOfSend(tx, connectionId, outgoing.id, at);
}

/** The composer's content as it was: what the frozen bytes say, and the HTML as it was before it was made mail. */
async function draftFrom(tx: Tx, userId: UserId, connectionId: ConnectionId, outgoing: HeldRow): Promise<DraftId> {
  const parsed = parseMessage(outgoing.mime);
  const attachments = await keepAttachments(tx, userId, outgoing.files);
  // Queued before files were kept apart: they are in the message alone.
  for (const { filename, mimeType, content, inline, contentId } of attachments.length === 0 ? parsed.attachments : []) {
    const saved = await saveUpload(tx, userId, { name: filename, type: mimeType, content });
    attachments.push({ ...saved, inline, ...(contentId === undefined ? {} : { contentId }) });
  }
  const from = parsed.from[0]?.email ?? '';
  const made = await row<{ id: DraftId }>(
    tx,
    `insert into draft (connection_id, "to", cc, bcc, subject, html, attachments, in_reply_to, "references", from_email,
       message_id_header, thread_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
       (select m.thread_id from message m where m.connection_id = $1 and m.message_id = $8 limit 1)) returning id`,
    [
      connectionId,
      JSON.stringify(outgoing.to),
      JSON.stringify(outgoing.cc),
      JSON.stringify(outgoing.bcc),
      outgoing.subject,
      outgoing.html ?? parsed.html,
      JSON.stringify(attachments),
      parsed.inReplyTo[0] ?? null,
      parsed.references,
      from,
      newMessageId({ email: from }),
    ],
  );
  const { id } = made as { id: DraftId };
  const draft = await loadDraft(tx, connectionId, id);
  const sender = await row<Sender>(tx, 'select id, user_id as "userId", email, name from connection where id = $1', [
    connectionId,
  ]);
  if (draft && sender) await showDraft(tx, sender, draft);
  return id;
}
