/**
 * Sends a message that came on to others as it is (RFC 5322 §3.6.6). It waits in the queue as every other, and is taken back
 * and tried again like them; but it has no copy in Sent, marks nothing, and is no draft when it is taken back, for nobody
 * here wrote it.
 */
import { randomUUID } from 'node:crypto';
import type { OutboxId } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import { presentId } from '../../lib/driver/ids.ts';
import type { OutgoingState, RedirectInput } from '../../lib/driver/schemas.ts';
import { publish } from '../events/publish.ts';
import { lockAccount, type Queryable, row, transaction } from '../index/sql.ts';
import { parseHeader, parseHeaderBlock, resent } from '../mime/index.ts';
import { wakeAccount } from '../operations/wake.ts';
import { assertTaken, endOfHold, pendingRecipients, type Sender } from './enqueue.ts';
import { assertSameRecipients, findByKey } from './known-send.ts';
import { senderIdentity } from './sender-identity.ts';

/** It is held in memory whole; what is larger goes as a file. */
const MAX_REDIRECTED = 25 * 1024 * 1024;

async function readWhole(octets: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of octets) {
    size += piece.length;
    if (size > MAX_REDIRECTED) {
      throw new MailError({
        code: 'MESSAGE_TOO_LARGE',
        message: 'The message is too large to be redirected.',
        fix: 'Forward it as an attachment.',
      });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Reads the message and queues it. The same `idempotencyKey` again is the same send. */
export async function redirect(
  pool: pg.Pool,
  sender: Sender,
  input: Omit<RedirectInput, 'id'> & { readonly octets: AsyncIterable<Uint8Array> },
  now: Date,
): Promise<{ id: string; state: OutgoingState }> {
  const known = async (sql: Queryable) => {
    const before = await findByKey(sql, sender.id, input.idempotencyKey);
    if (before) assertSameRecipients(before, input);
    return before && { id: before.id, state: before.state };
  };
  const before = await known(pool);
  if (before) return before;
  const recipients = pendingRecipients(input);
  const { from, via } = await senderIdentity(pool, sender, input.fromEmail);
  const messageId = `<${randomUUID()}@${from.email.slice(from.email.lastIndexOf('@') + 1)}>`;
  const original = await readWhole(input.octets);
  const octets = resent(original, { from, to: input.to, cc: input.cc, date: now, messageId });
  await assertTaken(pool, sender.id, via, { octets, files: [] });
  const dueAt = await endOfHold(pool, sender.userId, now);
  return transaction(pool, async (tx) => {
    await lockAccount(tx, sender.id);
    const again = await known(tx);
    if (again) return again;
    const made = await row<{ id: OutboxId }>(
      tx,
      `insert into outbox (connection_id, state, mime, mail_from, recipients, "to", cc, bcc, subject, message_id_header,
         idempotency_key, next_attempt_at, via, is_redirect, sent_copy_filed)
       values ($1, 'queued', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, true, true) returning id`,
      [
        sender.id,
        octets,
        from.email,
        JSON.stringify(recipients),
        JSON.stringify(input.to),
        JSON.stringify(input.cc ?? []),
        JSON.stringify(input.bcc ?? []),
        parseHeader(parseHeaderBlock(original)).subject.slice(0, 2000),
        messageId,
        input.idempotencyKey ?? null,
        dueAt,
        via,
      ],
    );
    const id = presentId('outbox', sender.id, (made as { id: OutboxId }).id);
    await publish(tx, { connectionId: sender.id, kind: 'outbox', ids: [id] });
    await wakeAccount(tx, sender.id);
    return { id, state: 'queued' };
  });
}
