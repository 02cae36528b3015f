/** The placements of some conversations that an action may be about, oldest message first; targets.ts chooses among them. */
import type { ConnectionId, ThreadId } from '@postroom/db';
import { IS_SHOWN, rows, type Tx } from '../index/sql.ts';
import type { Candidate } from './targets.ts';

export function loadCandidates(
  tx: Tx,
  connectionId: ConnectionId,
  threadIds: readonly ThreadId[],
): Promise<Candidate[]> {
  return rows<Candidate>(
    tx,
    `select p.id as "placementId", m.id as "messageId", m.thread_id as "threadId", p.mailbox_id as "mailboxId", b.role,
       m.received_at as "receivedAt", m.is_own as "isOwn", p.flags, p.keywords
     from message m
     join placement p on p.connection_id = m.connection_id and p.message_id = m.id
     join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
     where m.connection_id = $1 and m.thread_id = any($2::bigint[]) and ${IS_SHOWN}
     order by m.received_at, m.id`,
    [connectionId, threadIds],
  );
}
