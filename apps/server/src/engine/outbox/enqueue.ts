/**
 * From what the composer holds to frozen bytes in the queue (RFC 6409 submission, seen from the client). Message-ID, Date
 * and boundaries are fixed here and never again; the message stands in its conversation from this moment on.
 */
import { randomUUID } from 'node:crypto';
import type {
  ConnectionId,
  DraftId,
  MessageRowId,
  OutboxId,
  OutgoingRecipient,
  SubmissionVia,
  ThreadId,
  UserId,
} from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import { isPublicId, parseId, presentId } from '../../lib/driver/ids.ts';
import { type OutgoingState, type SendInput, undoSendSecondsSchema } from '../../lib/driver/schemas.ts';
import { draftOfWriter } from '../drafts/content.ts';
import { removeDraft } from '../drafts/remove.ts';
import { publish } from '../events/publish.ts';
import { FLAG } from '../index/flags.ts';
import { lockAccount, type Queryable, row, type Tx, transaction } from '../index/sql.ts';
import { assertSendable, buildMessage, type FrozenMessage, frozenSize, transmitted } from '../mime/index.ts';
import { mailboxOfRole } from '../operations/mailbox-of-role.ts';
import { wakeAccount } from '../operations/wake.ts';
import { remindOfSend } from '../schedule/reminders.ts';
import { keepAttachments, toAttach } from './attachments.ts';
import { outgoingFiles } from './frozen-row.ts';
import { assertSame, assertUnchanged, findByKey } from './known-send.ts';
import { showOwnCopy } from './own-copy.ts';
import { renderingsOf } from './renderings.ts';
import { senderIdentity, withCopyToSelf } from './sender-identity.ts';
import { MAX_MESSAGE_OCTETS, tooLarge } from './size-limit.ts';
import { knownSizeLimit } from './submission-way.ts';

/** The account that sends. */
export interface Sender {
  readonly id: ConnectionId;
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
}

interface Parent {
  readonly id: MessageRowId;
  readonly message_id: string | null;
  readonly references: readonly string[];
}

/** Freezes and queues a message. The same `idempotencyKey` again is the same send; CONFLICT where it says something else. */
export async function enqueue(
  pool: pg.Pool,
  sender: Sender,
  input: SendInput,
  now: Date = new Date(),
): Promise<{ id: string; state: OutgoingState }> {
  const known = async (sql: Queryable) => {
    const before = await findByKey(sql, sender.id, input.idempotencyKey);
    if (before) assertSame(before, input);
    return before && { id: before.id, state: before.state };
  };
  const before = await known(pool);
  if (before) {
    await removeOwnDraft(pool, sender.id, input.idempotencyKey);
    return before;
  }
  assertSomebody(input);
  const identity = await senderIdentity(pool, sender, input.fromEmail);
  const { from, replyTo, via } = identity;
  const bcc = withCopyToSelf(identity, input);
  const recipients = pendingRecipients({ ...input, bcc });
  const parent = await findParent(pool, sender.id, input);
  const attached = await keepAttachments(pool, sender.userId, input.attachments ?? []);
  const messageIdHeader = `<${randomUUID()}@${from.email.slice(from.email.lastIndexOf('@') + 1)}>`;
  const scheduledAt = input.sendAt === undefined ? null : new Date(input.sendAt);
  const isScheduled = scheduledAt !== null && scheduledAt > now;
  const dueAt = isScheduled ? scheduledAt : await endOfHold(pool, sender.userId, now);
  const ancestors = parent ? [...parent.references, ...(parent.message_id ? [parent.message_id] : [])] : [];
  const replied = parent?.message_id ?? (input.inReplyTo?.includes('@') ? input.inReplyTo : null);
  const frozen = await buildMessage({
    from,
    to: input.to,
    cc: input.cc,
    bcc,
    replyTo,
    subject: input.subject,
    ...renderingsOf(input),
    attachments: await toAttach(pool, sender.userId, attached),
    messageId: messageIdHeader,
    date: isScheduled ? scheduledAt : now,
    ...(replied !== null && !input.isForward ? { inReplyTo: replied } : {}),
    references: ancestors.length > 0 ? ancestors : replied === null ? [] : [replied],
    headers: input.headers,
    keepBcc: true,
  });
  await assertTaken(pool, sender.id, via, frozen);
  return transaction(pool, async (tx) => {
    await lockAccount(tx, sender.id);
    const again = await known(tx);
    if (again) return again;
    const named = draftIdOf(sender.id, input.draftId);
    if (named !== null) await assertUnchanged(tx, sender.id, named, input);
    // Its writer may not have heard that it was saved.
    const draftId = named ?? (await draftOfWriter(tx, sender.id, input.idempotencyKey))?.id ?? null;
    if (draftId !== null) await removeDraft(tx, sender.id, draftId);
    // Held again: a moment ago nothing but the composer had them.
    await keepAttachments(tx, sender.userId, attached);
    const messageId = isScheduled ? null : await showSent(tx, sender.id, frozen, now);
    const state: OutgoingState = isScheduled ? 'scheduled' : 'queued';
    const made = await row<{ id: OutboxId }>(
      tx,
      `insert into outbox (connection_id, state, mime, files, mail_from, recipients, "to", cc, bcc, subject, message_id_header,
         message_id, parent_id, parent_mark, draft_id, idempotency_key, send_at, next_attempt_at, html, via)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) returning id`,
      [
        sender.id,
        state,
        frozen.octets,
        JSON.stringify(outgoingFiles(attached, frozen)),
        from.email,
        JSON.stringify(recipients),
        JSON.stringify(input.to),
        JSON.stringify(input.cc ?? []),
        JSON.stringify(input.bcc ?? []),
        input.subject,
        messageIdHeader,
        messageId,
        parent?.id ?? null,
        parent ? (input.isForward ? 'forwarded' : 'answered') : null,
        draftId,
        input.idempotencyKey ?? null,
        scheduledAt,
        dueAt,
        input.message.replaceAll('\0', ''),
        via,
      ],
    );
    const outboxId = (made as { id: OutboxId }).id;
    if (input.remindAt !== undefined) {
      const reminder = { outboxId, messageId, at: new Date(input.remindAt), goesAt: isScheduled ? scheduledAt : now };
      await remindOfSend(tx, sender.id, reminder);
    }
    const id = presentId('outbox', sender.id, outboxId);
    await publish(tx, { connectionId: sender.id, kind: 'outbox', ids: [id] });
    await wakeAccount(tx, sender.id);
    return { id, state };
  });
}

/** What the server would refuse is told while it can be changed. Throws MESSAGE_TOO_LARGE. */
export async function assertTaken(
  sql: Queryable,
  connectionId: ConnectionId,
  via: SubmissionVia | null,
  frozen: FrozenMessage,
): Promise<void> {
  const known = await knownSizeLimit(sql, connectionId, via);
  const size = frozenSize(transmitted(frozen));
  const limit = Math.min(known ?? MAX_MESSAGE_OCTETS, MAX_MESSAGE_OCTETS);
  if (size > limit) throw tooLarge({ size, limit });
}

/** So long the user may take back what was sent (settings, `undoSendSeconds`). */
export async function endOfHold(pool: pg.Pool, userId: UserId, now: Date): Promise<Date> {
  const chosen = await row<{ seconds: unknown }>(
    pool,
    `select settings -> 'undoSendSeconds' as seconds from user_settings where user_id = $1`,
    [userId],
  );
  const seconds = undoSendSecondsSchema.safeParse(chosen?.seconds);
  return new Date(now.getTime() + (seconds.success ? seconds.data : 0) * 1000);
}

/** Puts it into Sent as it will be there. */
export async function showSent(
  tx: Tx,
  connectionId: ConnectionId,
  frozen: FrozenMessage,
  at: Date,
): Promise<MessageRowId> {
  const mailboxId = await mailboxOfRole(tx, connectionId, 'sent');
  return showOwnCopy(tx, connectionId, { frozen, mailboxId, flags: FLAG.seen, receivedAt: at });
}

type Recipients = Pick<SendInput, 'to' | 'cc' | 'bcc'>;

function assertSomebody({ to, cc = [], bcc = [] }: Recipients): void {
  if (to.length + cc.length + bcc.length > 0) return;
  throw new MailError({ code: 'INVALID_INPUT', message: 'Nobody is named to send to.', fix: 'Add a recipient.' });
}

/** Everybody once, whatever list they are in; all of them addresses that can be sent to. */
export function pendingRecipients(recipients: Recipients): OutgoingRecipient[] {
  assertSomebody(recipients);
  const { to, cc = [], bcc = [] } = recipients;
  const all = [...to, ...cc, ...bcc];
  for (const address of all) assertSendable(address);
  const emails = new Map(all.map(({ email }) => [email.toLowerCase(), email])).values();
  return [...emails].map((email) => ({ email, status: 'pending' }));
}

/** What it answers: by Message-ID or our id, else the newest message of the conversation that somebody else may have read. */
export async function findParent(
  sql: Queryable,
  connectionId: ConnectionId,
  { inReplyTo, threadId }: { inReplyTo?: string | undefined; threadId?: string | undefined },
): Promise<Parent | null> {
  const columns = 'm.id, m.message_id, m."references"';
  if (inReplyTo !== undefined) {
    const isOurs = isPublicId('message', inReplyTo);
    const given = isOurs ? parseId('message', inReplyTo).id : `<${inReplyTo.trim().replace(/^<|>$/g, '')}>`;
    const found = await row<Parent & pg.QueryResultRow>(
      sql,
      `select ${columns} from message m where m.connection_id = $1 and m.${isOurs ? 'id' : 'message_id'} = $2
       order by m.ordinal, m.id limit 1`,
      [connectionId, given],
    );
    if (found) return found;
  }
  if (threadId === undefined) return null;
  const thread = parseId('thread', threadId);
  if (thread.connectionId !== connectionId) return null;
  const found = await row<Parent & pg.QueryResultRow>(
    sql,
    `select ${columns} from message m
     where m.connection_id = $1
       and m.thread_id = coalesce((select into_id from thread_alias where connection_id = $1 and old_id = $2), $2)
       and exists (select 1 from placement p join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
         where p.connection_id = $1 and p.message_id = m.id and p.state <> 'leaving' and not p.covered
           and coalesce(b.role, '') <> 'drafts')
     order by m.received_at desc, m.id desc limit 1`,
    [connectionId, thread.id as ThreadId],
  );
  return found ?? null;
}

/** What its writer saved of it after it was sent, and nobody had told that it was. */
async function removeOwnDraft(pool: pg.Pool, connectionId: ConnectionId, key: string | undefined): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const draft = await draftOfWriter(tx, connectionId, key);
    if (draft) await removeDraft(tx, connectionId, draft.id);
  });
}

function draftIdOf(connectionId: ConnectionId, id: string | undefined): DraftId | null {
  if (id === undefined || !isPublicId('draft', id)) return null;
  const parsed = parseId('draft', id);
  return parsed.connectionId === connectionId ? parsed.id : null;
}
