/**
 * Keywords that a server does not keep (no `\*` in PERMANENTFLAGS, RFC 9051 §7.1, or a limit on their number). What the
 * user sees of them is kept here instead, by message, so that it survives moves: a label becomes a local one for good,
 * and `$Important` is kept like one that no list of labels shows. Any other state (`$Junk`, `$Forwarded`) was for
 * others to read, and is let go.
 */
import type { ConnectionId, LabelId, MessageRowId, OperationId } from '@postroom/db';
import type pg from 'pg';
import { publish } from '../events/publish.ts';
import { isStateKeyword, sameKeyword } from '../index/flags.ts';
import { lockAccount, row, rows, type Tx, transaction } from '../index/sql.ts';
import { tellThreads, threadsOf } from '../outbox/own-copy.ts';
import { changeFlags, setLocalLabel } from './local.ts';
import { type OperationBody, type OperationOf, operationSchema } from './payloads.ts';

const IMPORTANT = '$important';

/** Whether the operation is about keywords and nothing else. */
export function isAboutKeywords(operation: OperationBody): operation is OperationOf<'flags'> {
  if (operation.kind !== 'flags') return false;
  const { add, remove } = operation.payload;
  return add.system.length + remove.system.length === 0 && add.keywords.length + remove.keywords.length > 0;
}

/** Ends the refused operation by keeping here what it was about, and turns what waits behind it into the like. */
export async function keepHere(
  pool: pg.Pool,
  connectionId: ConnectionId,
  id: OperationId,
  refused: OperationOf<'flags'>,
): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const { messageIds, add, remove } = refused.payload;
    for (const keyword of [...add.keywords, ...remove.keywords]) await keepKeyword(tx, connectionId, keyword);
    await tx.query(`update operation set state = 'done', finished_at = now() where connection_id = $1 and id = $2`, [
      connectionId,
      id,
    ]);
    await tx.query(
      `update mailbox set keywords_allowed = false where connection_id = $1 and id in (
         select mailbox_id from placement where connection_id = $1 and message_id = any($2::bigint[]))`,
      [connectionId, messageIds],
    );
    await publish(tx, { connectionId, kind: 'labels', ids: [] });
    await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, messageIds as MessageRowId[]));
  });
}

async function keepKeyword(tx: Tx, connectionId: ConnectionId, keyword: string): Promise<void> {
  const labelId = await localLabel(tx, connectionId, keyword);
  const open = await rows<{ id: OperationId; kind: string; payload: unknown }>(
    tx,
    `select id, kind, payload from operation
     where connection_id = $1 and kind = 'flags' and state in ('pending', 'running') order by id`,
    [connectionId],
  );
  for (const { id, ...stored } of open) {
    const operation = operationSchema.parse(stored);
    if (!isAboutKeywords(operation) || !names(operation, keyword)) continue;
    const { messageIds, add } = operation.payload;
    await changeFlags(tx, connectionId, { messageIds, add: NOTHING, remove: { system: [], keywords: [keyword] } });
    if (labelId === null) continue;
    const payload = { messageIds, labelId, isAdded: add.keywords.some((one) => sameKeyword(one, keyword)) };
    await setLocalLabel(tx, connectionId, payload);
    await tx.query(`update operation set kind = 'local-label', payload = $3 where connection_id = $1 and id = $2`, [
      connectionId,
      id,
      JSON.stringify(payload),
    ]);
  }
}

const NOTHING = { system: [], keywords: [] };

function names({ payload: { add, remove } }: OperationOf<'flags'>, keyword: string): boolean {
  return [...add.keywords, ...remove.keywords].some((one) => sameKeyword(one, keyword));
}

/** The label that stands for the keyword from now on; null for state that nobody here looks at. */
async function localLabel(tx: Tx, connectionId: ConnectionId, keyword: string): Promise<LabelId | null> {
  const isState = isStateKeyword(keyword);
  if (isState && keyword.toLowerCase() !== IMPORTANT) return null;
  await tx.query(
    isState
      ? `insert into label (connection_id, name, storage, keyword) values ($1, $2, 'local', $2) on conflict do nothing`
      : `update label set storage = 'local' where connection_id = $1 and lower(keyword) = lower($2)`,
    [connectionId, keyword],
  );
  const found = await row<{ id: LabelId }>(
    tx,
    `select id from label where connection_id = $1 and lower(keyword) = lower($2) and storage = 'local'`,
    [connectionId, keyword],
  );
  return found?.id ?? null;
}
