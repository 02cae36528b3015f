/**
 * Moving where mailboxes are labels: which placements a move takes away, and which it cannot. Putting a message into Spam or
 * Trash takes it from everywhere; everything else changes labels, and `\Sent` and `\Draft` are Gmail's alone to give. Pure
 * but for the loader.
 */
import type { ConnectionId, MailboxId, MailboxRole, MessageRowId, UidValidity } from '@postroom/db';
import { type Queryable, rows } from '../index/sql.ts';
import type { MoveItem } from '../operations/payloads.ts';

export interface Place {
  readonly id: MailboxId;
  readonly path: string;
  readonly uidValidity: UidValidity | null;
  readonly role: MailboxRole | null;
  readonly label: string | null;
}

/** The mailboxes of an account whose mailboxes are labels. */
export interface Places {
  readonly carrier: Place;
  readonly all: readonly Place[];
}

/** Null on every other server. */
export async function loadPlaces(sql: Queryable, connectionId: ConnectionId): Promise<Places | null> {
  const all = await rows<Place & Record<string, unknown>>(
    sql,
    `select id, path, uid_validity as "uidValidity", role, label from mailbox
     where connection_id = $1 and synced order by id`,
    [connectionId],
  );
  const carrier = all.find(({ role }) => role === 'archive');
  return carrier && all.some(({ label }) => label !== null) ? { carrier, all } : null;
}

export const placeOf = ({ all }: Places, id: MailboxId): Place | undefined => all.find((one) => one.id === id);

/** All Mail, and the labels put on what lies there. */
export const isInAllMail = ({ carrier }: Places, { id, label }: Place): boolean => id === carrier.id || label !== null;

/** Whether a move from there to there leaves the message where it was too. */
export function staysBehind(places: Places, from: MailboxId, to: MailboxId): boolean {
  const [source, target] = [placeOf(places, from), placeOf(places, to)];
  if (!source || !target || !isInAllMail(places, target)) return false;
  return source.id === places.carrier.id || (source.label !== null && source.label !== '\\Inbox');
}

/** What a move really is about. `lying`: where each message is. */
export function spreadItems(
  places: Places,
  move: { readonly items: readonly MoveItem[]; readonly to: MailboxId },
  lying: ReadonlyMap<MessageRowId, readonly MailboxId[]>,
): MoveItem[] {
  const target = placeOf(places, move.to);
  if (!target) return [...move.items];
  if (isInAllMail(places, target)) {
    const isGiven = target.label !== null && target.label !== '\\Inbox';
    const isElsewhere = ({ from }: MoveItem) => {
      const source = placeOf(places, from);
      return source !== undefined && !isInAllMail(places, source);
    };
    return isGiven ? move.items.filter(isElsewhere) : [...move.items];
  }
  const spread = new Map(move.items.map((item) => [`${item.messageId} ${item.from}`, item]));
  for (const messageId of new Set(move.items.map((item) => item.messageId))) {
    for (const from of lying.get(messageId) ?? []) {
      const source = placeOf(places, from);
      if (source && isInAllMail(places, source)) spread.set(`${messageId} ${from}`, { messageId, from });
    }
  }
  // All Mail first: the way back then begins by bringing the message there, and labels come after.
  const rank = ({ from }: MoveItem) => (from === places.carrier.id ? 0 : 1);
  return [...spread.values()].sort((a, b) => rank(a) - rank(b));
}

/** Where the messages are, leaving ones apart. */
export async function loadLying(
  sql: Queryable,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[],
): Promise<Map<MessageRowId, MailboxId[]>> {
  const found = await rows<{ message_id: MessageRowId; mailbox_ids: MailboxId[] }>(
    sql,
    `select message_id, array_agg(mailbox_id order by mailbox_id) as mailbox_ids from placement
     where connection_id = $1 and message_id = any($2::bigint[]) and state <> 'leaving' group by 1`,
    [connectionId, messageIds],
  );
  return new Map(found.map(({ message_id, mailbox_ids }) => [message_id, mailbox_ids]));
}
