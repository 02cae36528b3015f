/**
 * Where snoozed messages lie on the server, so that its other clients agree: the mailbox "Snoozed", found or made; a label
 * where mailboxes are labels; nowhere, when the server keeps such a mailbox for itself or would not have ours.
 */
import type { ConnectionId, LabelId, Learned, ListKey, MailboxId } from '@postroom/db';
import { createOnServer } from '../gmail/label-changes.ts';
import { loadPlaces } from '../gmail/places.ts';
import { SNOOZE_LABEL } from '../index/flags.ts';
import { row, type Tx } from '../index/sql.ts';
import { mailboxOfRole } from './mailbox-of-role.ts';

export type SnoozePlace =
  | { readonly kind: 'mailbox'; readonly list: ListKey; readonly id: MailboxId }
  | { readonly kind: 'label'; readonly list: ListKey; readonly keyword: string }
  | { readonly kind: 'here' };

/** The account's, written down (and made on the server by the operations) where there is none yet. */
export async function snoozePlace(tx: Tx, connectionId: ConnectionId): Promise<SnoozePlace> {
  const account = await row<{ learned: Learned; has_own: boolean }>(
    tx,
    `select learned, exists (select 1 from mailbox where connection_id = $1 and 'snoozed' = any(attributes)) as has_own
     from connection where id = $1`,
    [connectionId],
  );
  if (!account || account.has_own || account.learned.snoozesHere === true) return { kind: 'here' };
  if (await loadPlaces(tx, connectionId)) {
    const id = await snoozeLabel(tx, connectionId);
    return { kind: 'label', list: `l${id}`, keyword: SNOOZE_LABEL };
  }
  const id = await mailboxOfRole(tx, connectionId, 'snoozed');
  return { kind: 'mailbox', list: `m${id}`, id };
}

async function snoozeLabel(tx: Tx, connectionId: ConnectionId): Promise<LabelId> {
  const found = await row<{ id: LabelId }>(
    tx,
    `select id from label where connection_id = $1 and storage = 'gmail' and lower(keyword) = lower($2)`,
    [connectionId, SNOOZE_LABEL],
  );
  if (found) return found.id;
  const made = await row<{ id: LabelId }>(
    tx,
    `insert into label (connection_id, name, storage, keyword) values ($1, $2, 'gmail', $2) returning id`,
    [connectionId, SNOOZE_LABEL],
  );
  await createOnServer(tx, connectionId, SNOOZE_LABEL);
  return (made as { id: LabelId }).id;
}
