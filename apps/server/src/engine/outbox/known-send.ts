/**
 * A send that is asked for again: under the same key it is the same send, unless it says something else by now; and a draft
 * that somebody else sent, discarded or changed meanwhile is not sent as it was.
 */
import type { Address, ConnectionId, DraftId, OutboxId, OutgoingFile } from '@postroom/db';
import { MailError } from '../../lib/driver/errors.ts';
import { presentId } from '../../lib/driver/ids.ts';
import type { OutgoingState, SendInput } from '../../lib/driver/schemas.ts';
import { type Queryable, row } from '../index/sql.ts';

export interface KnownSend {
  readonly id: string;
  readonly state: OutgoingState;
  readonly content: SentContent;
}

interface SentContent {
  readonly mail_from: string;
  readonly send_at: Date | null;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly subject: string;
  readonly html: string;
  readonly files: readonly Pick<OutgoingFile, 'uploadId' | 'name'>[];
}

/** What was sent under this key. CONFLICT when it was taken back. */
export async function findByKey(
  sql: Queryable,
  connectionId: ConnectionId,
  key: string | undefined,
): Promise<KnownSend | undefined> {
  if (key === undefined) return undefined;
  const found = await row<SentContent & { id: OutboxId; state: OutgoingState | 'canceled' }>(
    sql,
    `select id, state, mail_from, send_at, "to", cc, bcc, subject, html, files from outbox
     where connection_id = $1 and idempotency_key = $2`,
    [connectionId, key],
  );
  if (found?.state === 'canceled') {
    throw new MailError({ code: 'CONFLICT', message: 'This message was taken back.', fix: 'Send the draft anew.' });
  }
  if (!found) return undefined;
  const { id, state, ...content } = found;
  return { id: presentId('outbox', connectionId, id), state: state as OutgoingState, content };
}

type Recipients = Pick<SendInput, 'to' | 'cc' | 'bcc'>;

/** CONFLICT where it is to go to others than what was sent under its key. */
export function assertSameRecipients({ content }: KnownSend, { to, cc = [], bcc = [] }: Recipients): void {
  const isSame =
    listed(content.to) === listed(to) && listed(content.cc) === listed(cc) && listed(content.bcc) === listed(bcc);
  if (!isSame) throw wentAlready();
}

/** CONFLICT where what is to be sent is not what was sent under its key. */
export function assertSame(known: KnownSend, input: SendInput): void {
  assertSameRecipients(known, input);
  const { content } = known;
  const files = input.attachments ?? [];
  const isSame =
    (input.fromEmail ?? content.mail_from).toLowerCase() === content.mail_from.toLowerCase() &&
    timeOf(input.sendAt) === timeOf(content.send_at) &&
    content.subject === input.subject &&
    content.html === input.message.replaceAll('\0', '') &&
    content.files.length === files.length &&
    files.every((file, at) =>
      'uploadId' in file ? file.uploadId === content.files[at]?.uploadId : file.name === content.files[at]?.name,
    );
  if (!isSame) throw wentAlready();
}

const wentAlready = () =>
  new MailError({
    code: 'CONFLICT',
    message: 'This message is on its way already, as it was before your last changes.',
    fix: 'Look into Sent and Scheduled. Send again, and what stands here goes out as another message.',
  });

const timeOf = (at: string | Date | null | undefined) => (at ? new Date(at).getTime() : null);
const listed = (addresses: readonly Address[]) => addresses.map(({ name = '', email }) => `${name} <${email}>`).join();

/** CONFLICT where the draft is not any more what the writer saw. `writerKey`: of the composer that sends. */
export async function assertUnchanged(
  sql: Queryable,
  connectionId: ConnectionId,
  draftId: DraftId,
  { draftRevision, idempotencyKey }: Pick<SendInput, 'draftRevision' | 'idempotencyKey'>,
): Promise<void> {
  if (draftRevision === undefined) return;
  const draft = await row<{ revision: number; writer_key: string | null }>(
    sql,
    'select revision, writer_key from draft where connection_id = $1 and id = $2 and deleted_at is null',
    [connectionId, draftId],
  );
  if (!draft) {
    throw new MailError({
      code: 'CONFLICT',
      message: 'This draft was sent or discarded in another window.',
      fix: 'Look into Sent first. Send again, and what stands here goes out all the same.',
    });
  }
  const isOwn = idempotencyKey !== undefined && draft.writer_key === idempotencyKey;
  if (draft.revision === draftRevision || isOwn) return;
  throw new MailError({
    code: 'CONFLICT',
    message: 'This draft was changed in another window.',
    fix: 'That version stays in Drafts. Send again, and what stands here goes out.',
  });
}
