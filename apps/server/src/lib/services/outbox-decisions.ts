/**
 * What the person decides of a message that could not simply go: it is put aside (and back), written anew, or said to have
 * arrived. To try again is outbox.ts's.
 */
import type { Address, ConnectionId, DraftId, MessageRowId, OutboxId, OutgoingRecipient, UserId } from '@postroom/db';
import { publish } from '../../engine/events/publish.ts';
import type { Tx } from '../../engine/index/sql.ts';
import { haveArrived } from '../../engine/outbox/arrived.ts';
import { showSent } from '../../engine/outbox/enqueue.ts';
import { type FrozenRow, frozenOf } from '../../engine/outbox/frozen-row.ts';
import { hideOwnCopy } from '../../engine/outbox/own-copy.ts';
import { MailError } from '../driver/errors.ts';
import { presentId } from '../driver/ids.ts';
import type { OutboxService } from '../services.ts';

interface Stuck extends FrozenRow {
  readonly id: OutboxId;
  readonly state: string;
  readonly to: Address[];
  readonly cc: Address[];
  readonly bcc: Address[];
  readonly recipients: OutgoingRecipient[];
  readonly message_id: MessageRowId | null;
  readonly created_at: Date;
  readonly dismissed_at: Date | null;
  readonly is_redirect: boolean;
}

interface Deps<Row extends Stuck> {
  /** The caller's message, locked. */
  readonly change: <T>(
    userId: UserId,
    publicId: string,
    work: (tx: Tx, connectionId: ConnectionId, outgoing: Row) => Promise<T>,
  ) => Promise<T>;
  readonly draftFrom: (tx: Tx, userId: UserId, connectionId: ConnectionId, outgoing: Row) => Promise<DraftId>;
  readonly now: () => Date;
}

type Decisions = Pick<OutboxService, 'dismiss' | 'restore' | 'confirm' | 'edit'>;

const isStuck = ({ state }: Stuck) => ['failed', 'partial', 'uncertain'].includes(state);
const settled = () =>
  new MailError({ code: 'CONFLICT', message: 'There is nothing to decide about this message (any more).' });

const notOurs = () =>
  new MailError({
    code: 'NOT_SUPPORTED',
    message: 'A redirected message cannot be edited: somebody else wrote it.',
    fix: 'Forward the message instead.',
  });

export function createOutboxDecisions<Row extends Stuck>({ change, draftFrom, now }: Deps<Row>): Decisions {
  return {
    dismiss: (userId, publicId) =>
      change(userId, publicId, async (tx, connectionId, outgoing) => {
        if (!isStuck(outgoing)) throw settled();
        // What nobody has got does not stand in Sent.
        if (outgoing.state === 'failed') {
          await setMessage(tx, connectionId, outgoing.id, null);
          await hideOwnCopy(tx, connectionId, outgoing.message_id);
        }
        await setDismissed(tx, connectionId, outgoing.id, now());
      }),

    restore: (userId, publicId) =>
      change(userId, publicId, async (tx, connectionId, outgoing) => {
        if (outgoing.dismissed_at === null) throw settled();
        await bringBack(tx, connectionId, outgoing);
      }),

    confirm: (userId, publicId) =>
      change(userId, publicId, async (tx, connectionId, outgoing) => {
        if (!(await haveArrived(tx, connectionId, outgoing.id, now()))) throw settled();
      }),

    edit: (userId, publicId) =>
      change(userId, publicId, async (tx, connectionId, outgoing) => {
        if (!isStuck(outgoing) || outgoing.dismissed_at !== null) throw settled();
        if (outgoing.is_redirect) throw notOurs();
        const draftId = await draftFrom(tx, userId, connectionId, forTheOthers(outgoing));
        if (outgoing.state === 'failed') {
          await setMessage(tx, connectionId, outgoing.id, null);
          await hideOwnCopy(tx, connectionId, outgoing.message_id);
        }
        await setDismissed(tx, connectionId, outgoing.id, now());
        const id = presentId('draft', connectionId, draftId);
        await publish(tx, { connectionId, kind: 'drafts', ids: [id] });
        return { draftId: id };
      }),
  };
}

const setDismissed = (tx: Tx, connectionId: ConnectionId, id: OutboxId, at: Date | null) =>
  tx.query('update outbox set dismissed_at = $3 where connection_id = $1 and id = $2', [connectionId, id, at]);
const setMessage = (tx: Tx, connectionId: ConnectionId, id: OutboxId, messageId: MessageRowId | null) =>
  tx.query('update outbox set message_id = $3 where connection_id = $1 and id = $2', [connectionId, id, messageId]);

/** What was put aside is shown again, in Sent too. */
export async function bringBack(tx: Tx, connectionId: ConnectionId, outgoing: Stuck): Promise<void> {
  if (outgoing.message_id === null && !outgoing.is_redirect) {
    const messageId = await showSent(tx, connectionId, frozenOf(outgoing), outgoing.created_at);
    await setMessage(tx, connectionId, outgoing.id, messageId);
  }
  await setDismissed(tx, connectionId, outgoing.id, null);
}

/** To those that do not have it. */
function forTheOthers<Row extends Stuck>(outgoing: Row): Row {
  const taken = new Set(
    outgoing.recipients.flatMap(({ email, status }) => (status === 'accepted' ? [email.toLowerCase()] : [])),
  );
  const others = (addresses: readonly Address[]) => addresses.filter(({ email }) => !taken.has(email.toLowerCase()));
  return { ...outgoing, to: others(outgoing.to), cc: others(outgoing.cc), bcc: others(outgoing.bcc) };
}
