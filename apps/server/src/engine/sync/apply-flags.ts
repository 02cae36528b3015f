/** Flags that a look found, written down; what the user changed before the server had heard of it stays on top. */
import type { ConnectionId, MailboxId, MessageRowId, PlacementId, ThreadId, Uid } from '@postroom/db';
import { showWhere, withLabels } from '../gmail/apply-labels.ts';
import type { FlagUpdate } from '../imap/types.ts';
import { flagBits } from '../index/flags.ts';
import { refreshThreads } from '../index/refresh.ts';
import { lockAccount, rows, type Tx, transaction } from '../index/sql.ts';
import { enqueueOperation } from '../operations/local.ts';
import { loadOpenFlagOps, overlayPending } from '../operations/overlay.ts';
import { wakeAccount } from '../operations/wake.ts';
import { announceThreads } from './announce.ts';
import { type CursorChange, moveCursor, type SyncTarget } from './cursor.ts';

/** Local intents that the server had not heard of when it was asked, put back over what it said. */
export async function overlayOn(
  tx: Tx,
  { connectionId, mailboxId }: Pick<SyncTarget, 'connectionId' | 'mailboxId'>,
  messageIds: readonly MessageRowId[],
  fetchedAt: Date,
): Promise<void> {
  const open = await loadOpenFlagOps(tx, connectionId, fetchedAt);
  if (open.length === 0) return;
  const current = await rows<{ id: PlacementId; message_id: MessageRowId; flags: number; keywords: string[] }>(
    tx,
    `select id, message_id, flags, keywords from placement
     where connection_id = $1 and mailbox_id = $2 and message_id = any($3::bigint[])`,
    [connectionId, mailboxId, messageIds],
  );
  const changed = current.flatMap(({ id, message_id, flags, keywords }) => {
    const server = { bits: flags, keywords };
    const wanted = overlayPending(server, { messageId: message_id, placementId: id }, open);
    return isSame(wanted, server) ? [] : [{ id, message_id, flags: wanted.bits, keywords: wanted.keywords }];
  });
  if (changed.length === 0) return;
  await readAgain(
    tx,
    connectionId,
    changed.map(({ message_id }) => message_id),
  );
  await tx.query(
    `update placement p set flags = x.flags, keywords = x.keywords
     from jsonb_to_recordset($2::jsonb) as x(id bigint, flags smallint, keywords text[])
     where p.connection_id = $1 and p.id = x.id and p.id = any($3::bigint[])`,
    [connectionId, JSON.stringify(changed), changed.map(({ id }) => id)],
  );
}

/** Flags as the server has them now. UIDs we do not have are ignored: new mail comes with its own flags. */
export async function applyFlags(
  target: SyncTarget,
  updates: readonly FlagUpdate[],
  cursor: CursorChange,
  fetchedAt: Date,
): Promise<void> {
  const { pool, connectionId, mailboxId, gmail } = target;
  // Labels are kept among the keywords: a row that leaves them out would take all of them away.
  const told = updates.filter(({ labels }) => !gmail?.readsLabels || labels !== null);
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const labelled = await withLabels(tx, target, told, fetchedAt);
    const open = await loadOpenFlagOps(tx, connectionId, fetchedAt);
    const isKnowing = open.length > 0 || gmail?.readsLabels === true;
    const known: ReadonlyMap<Uid, Placed> = isKnowing
      ? await placedByUid(tx, connectionId, mailboxId, told)
      : new Map();
    const overlaid: MessageRowId[] = [];
    const said = told.map(({ uid, modSeq }, index) => {
      const { flags } = labelled[index] as (typeof labelled)[number];
      const placed = known.get(uid);
      const server = { bits: flagBits(flags.system), keywords: flags.keywords };
      const wanted = placed === undefined ? server : overlayPending(server, placed, open);
      if (placed && !isSame(wanted, server)) overlaid.push(placed.messageId);
      const { bits, keywords } = wanted;
      return { uid, flags: bits, keywords, mod_seq: modSeq };
    });
    await readAgain(tx, connectionId, overlaid);
    const changed = (
      await rows<{ thread_id: ThreadId }>(
        tx,
        `with changed as (
           update placement p set flags = x.flags, keywords = x.keywords, mod_seq = x.mod_seq
           from jsonb_to_recordset($3::jsonb) as x(uid bigint, flags smallint, keywords text[], mod_seq bigint)
           where p.connection_id = $1 and p.mailbox_id = $2 and p.uid = x.uid and p.uid = any($4::bigint[])
             and (p.flags <> x.flags or p.keywords <> x.keywords)
           returning p.message_id
         )
         select distinct m.thread_id from changed c
         join message m on m.connection_id = $1 and m.id = c.message_id`,
        [connectionId, mailboxId, JSON.stringify(said), said.map(({ uid }) => uid)],
      )
    ).map(({ thread_id }) => thread_id);
    const ids = told.map(({ uid }) => known.get(uid)?.messageId);
    const shown = gmail?.isCarrier ? await showWhere(tx, target, ids, labelled, fetchedAt) : [];
    const threadIds = [...new Set([...changed, ...shown])];
    await refreshThreads(tx, connectionId, threadIds);
    await moveCursor(tx, connectionId, mailboxId, cursor);
    await announceThreads(tx, connectionId, threadIds);
  });
}

type PlacedFlags = { readonly bits: number; readonly keywords: readonly string[] };

function isSame(one: PlacedFlags, other: PlacedFlags): boolean {
  return one.bits === other.bits && one.keywords.join(' ') === other.keywords.join(' ');
}

/**
 * What the server said was put aside for an intent that it may have heard of before: then another client has changed the
 * flag back since, and no server tells that twice. It is read once more when the intents are through.
 */
async function readAgain(tx: Tx, connectionId: ConnectionId, messageIds: readonly MessageRowId[]): Promise<void> {
  if (messageIds.length === 0) return;
  await enqueueOperation(tx, connectionId, { kind: 'reread', payload: { messageIds: [...new Set(messageIds)] } }, null);
  await wakeAccount(tx, connectionId);
}

interface Placed {
  readonly messageId: MessageRowId;
  readonly placementId: PlacementId;
}

async function placedByUid(
  tx: Tx,
  connectionId: ConnectionId,
  mailboxId: MailboxId,
  updates: readonly FlagUpdate[],
): Promise<Map<Uid, Placed>> {
  const found = await rows<Placed & { uid: Uid }>(
    tx,
    `select uid, id as "placementId", message_id as "messageId" from placement
     where connection_id = $1 and mailbox_id = $2 and uid = any($3::bigint[])`,
    [connectionId, mailboxId, updates.map(({ uid }) => uid)],
  );
  return new Map(found.map((placed) => [placed.uid, placed]));
}
