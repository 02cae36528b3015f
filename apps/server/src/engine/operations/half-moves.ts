/**
 * A move on a server without MOVE (RFC 6851) is a COPY and then the end of the original. Cut off between the two it must not
 * copy again: what the target has already, seen there by a SEARCH of this moment, only has its original to lose.
 */
import type { ConnectionId, MailboxId, MessageRowId, OperationId } from '@postroom/db';
import type pg from 'pg';
import type { ImapSession } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { findUids } from './find-uids.ts';
import { locate, openPlace } from './places.ts';

/** Those of the messages that lie in the target. Selects it. */
export async function findCopied(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  half: { readonly messageIds: readonly MessageRowId[]; readonly target: MailboxId; readonly operationId: OperationId },
): Promise<ReadonlySet<MessageRowId>> {
  const { messageIds, target, operationId } = half;
  await findUids(pool, connectionId, session, { messageIds, mailboxId: target, begun: operationId });
  const copied = new Set<MessageRowId>();
  for (const place of await locate(pool, connectionId, messageIds, target)) {
    if (!(await openPlace(session, { path: place.path, uidValidity: place.uidValidity }, { readOnly: true }))) continue;
    const found = await session.search({ uid: UidSet.of(place.uids.keys()).toString() });
    for (const uid of found ?? []) {
      const known = place.uids.get(uid);
      if (known) copied.add(known.messageId);
    }
  }
  return copied;
}
