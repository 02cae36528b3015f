/** The mailbox that copies of what was sent are in; made on the server when it is not there yet. */
import type { ConnectionId } from '@postroom/db';
import type pg from 'pg';
import type { ImapSession } from '../imap/types.ts';
import { lockAccount, row, transaction } from '../index/sql.ts';
import { mailboxOfRole, type OwnMailbox, onServer } from '../operations/mailbox-of-role.ts';

export async function openSent(pool: pg.Pool, connectionId: ConnectionId, session: ImapSession): Promise<OwnMailbox> {
  const sent = await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const id = await mailboxOfRole(tx, connectionId, 'sent');
    return row<OwnMailbox>(tx, 'select id, path, synced, label from mailbox where connection_id = $1 and id = $2', [
      connectionId,
      id,
    ]);
  });
  return onServer(pool, connectionId, session, sent as OwnMailbox);
}
