/**
 * Where messages lie on the server, and the way in there. A UID means something only under its UIDVALIDITY (RFC 9051
 * §2.3.1.1): in a mailbox that another client has put in the place of the one we know, nothing is touched.
 */
import type { ConnectionId, MailboxId, MessageRowId, PlacementId, Uid, UidValidity } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import type { ImapSession, SelectedMailbox } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { rows } from '../index/sql.ts';

/** Messages one command names. */
const COMMAND_UIDS = 500;

export interface Place {
  readonly mailboxId: MailboxId;
  readonly path: string;
  readonly uidValidity: UidValidity | null;
  readonly uids: ReadonlyMap<Uid, { readonly messageId: MessageRowId; readonly placementId: PlacementId }>;
}

interface LocatedRow {
  readonly mailbox_id: MailboxId;
  readonly path: string;
  readonly uid_validity: UidValidity | null;
  readonly uid: Uid;
  readonly id: PlacementId;
  readonly message_id: MessageRowId;
}

/** Where the messages are now, as far as their UIDs are known; in one mailbox or in all. */
export async function locate(
  pool: pg.Pool,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[],
  mailboxId: MailboxId | null,
): Promise<Place[]> {
  const found = await rows<LocatedRow>(
    pool,
    `select p.mailbox_id, b.path, b.uid_validity, p.uid, p.id, p.message_id from placement p
     join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
     where p.connection_id = $1 and p.message_id = any($2::bigint[]) and p.uid is not null
       and ($3::int is null or p.mailbox_id = $3) order by p.mailbox_id, p.uid`,
    [connectionId, messageIds, mailboxId],
  );
  const places = new Map<MailboxId, LocatedRow[]>();
  for (const one of found) places.set(one.mailbox_id, [...(places.get(one.mailbox_id) ?? []), one]);
  return [...places.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const uids = new Map(group.map(({ uid, id, message_id }) => [uid, { messageId: message_id, placementId: id }]));
    return [{ mailboxId: first.mailbox_id, path: first.path, uidValidity: first.uid_validity, uids }];
  });
}

/** Its UIDs, so many that one command can name them. */
export function piecesOf({ uids }: Place): UidSet[] {
  return [...UidSet.of(uids.keys()).chunksDescending(COMMAND_UIDS)];
}

/**
 * Selects the mailbox, unless this session has it selected and has seen all of `uids`. Null: the server does not have it
 * any more, and so nothing of what lay there; the sync finds that out. Throws, to be tried again after a look, when another
 * mailbox has its name now. One that no look has begun yet was made by us: all that is known to lie there is what we have
 * put there since.
 */
export async function openPlace(
  session: ImapSession,
  { path, uidValidity, uids }: Pick<Place, 'path' | 'uidValidity'> & Partial<Pick<Place, 'uids'>>,
  options: { readOnly?: boolean } = {},
): Promise<SelectedMailbox | null> {
  const highest = uids && UidSet.of(uids.keys()).max;
  const open = session.selected;
  const isOpen = open?.path === path && open.uidValidity === uidValidity && !(open.readOnly && !options.readOnly);
  if (isOpen && highest !== undefined && open.uidNext !== null && highest < open.uidNext) return open;
  const selected = await session.select(path, options).catch((error: unknown) => {
    if (error instanceof MailError && error.code === 'MAILBOX_NOT_FOUND') return null;
    throw error;
  });
  const isKnown = selected !== null && selected.uidValidity !== null && uidValidity !== null;
  if (isKnown && selected.uidValidity !== uidValidity) {
    throw new MailError({
      code: 'SERVER_UNAVAILABLE',
      message: `The folder ${path} is not the one it was; it is being read anew.`,
      retryable: true,
      on: 'imap',
    });
  }
  return selected;
}
