/**
 * A mailbox that an action goes to and that the server does not have under the name we know. Another client may have
 * renamed it, and rename it back as if nothing had been: asked for at once, so that the action goes where it lies now; and
 * if it is nowhere, what we believe of its flags is compared with the server's should it ever be back.
 */
import type { ConnectionId, MailboxId } from '@postroom/db';
import type pg from 'pg';
import type { ImapSession } from '../imap/types.ts';
import { listMailboxes } from '../sync/mailboxes.ts';
import { findUids, type UidsWanted } from './find-uids.ts';
import { locate, openPlace, type Place } from './places.ts';

const NONE: ReadonlySet<string> = new Set();

/** Writes down where mailboxes are now. Removes none: that takes two looks. */
export async function listAgain(pool: pg.Pool, connectionId: ConnectionId, session: ImapSession): Promise<void> {
  await listMailboxes(pool, connectionId, session, { status: true, missingBefore: NONE });
}

/** No cursor says any more what its flags were: the next look at it reads all of them. */
export async function doubtFlags(pool: pg.Pool, connectionId: ConnectionId, mailboxId: MailboxId): Promise<void> {
  await pool.query(
    'update mailbox set highest_mod_seq = null, reconciled_at = null where connection_id = $1 and id = $2',
    [connectionId, mailboxId],
  );
}

/** Opens the mailbox where the messages are to be taken out of, under the name it has now. Null: none of them has a UID. */
export async function openWhere(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  wanted: UidsWanted & { readonly mailboxId: MailboxId },
): Promise<{ readonly place: Place; readonly isThere: boolean } | null> {
  for (let hasListed = false; ; hasListed = true) {
    await findUids(pool, connectionId, session, wanted);
    const [place] = await locate(pool, connectionId, wanted.messageIds, wanted.mailboxId);
    if (!place) return null;
    const isThere = (await openPlace(session, place)) !== null;
    if (isThere || hasListed) return { place, isThere };
    await listAgain(pool, connectionId, session);
  }
}
