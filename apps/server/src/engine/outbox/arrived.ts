/**
 * An uncertain message has arrived after all: its copy was found in Sent, or the person says so. Those that were refused
 * before stay refused, and those that were to be asked again are.
 */
import type { ConnectionId, MessageRowId, OutboxId, OutgoingRecipient } from '@postroom/db';
import { row, type Tx } from '../index/sql.ts';
import { decide } from './decide.ts';
import { markParent } from './mark-parent.ts';

interface Uncertain {
  readonly recipients: OutgoingRecipient[];
  readonly attempts: number;
  readonly due_at: Date;
  readonly parent_id: MessageRowId | null;
  readonly parent_mark: 'answered' | 'forwarded' | null;
}

/** Whether it was uncertain. The account is locked by the caller. */
export async function haveArrived(tx: Tx, connectionId: ConnectionId, id: OutboxId, now: Date): Promise<boolean> {
  const found = await row<Uncertain & Record<string, unknown>>(
    tx,
    `select recipients, attempts, greatest(created_at, send_at) as due_at, parent_id, parent_mark from outbox
     where connection_id = $1 and id = $2 and state = 'uncertain' for update`,
    [connectionId, id],
  );
  if (!found) return false;
  const recipients = found.recipients.map(
    (one): OutgoingRecipient => (one.status === 'pending' ? { email: one.email, status: 'accepted' } : one),
  );
  const change = decide({ kind: 'accepted' }, recipients, found, now);
  await tx.query(
    `update outbox set state = $3, step = $4, recipients = $5, next_attempt_at = $6, error = $7
     where connection_id = $1 and id = $2`,
    [
      connectionId,
      id,
      change.state,
      change.step,
      JSON.stringify(recipients),
      change.nextAttemptAt,
      change.error === null ? null : JSON.stringify(change.error.toData()),
    ],
  );
  if (found.parent_id !== null && found.parent_mark !== null)
    await markParent(tx, connectionId, found.parent_id, found.parent_mark);
  return true;
}
