/**
 * What the server says of a message's flags, and what the user did that the server had not heard of: per flag the last
 * intent wins, everything else is the server's. Pure but for the loader.
 */
import type { ConnectionId, MessageRowId, PlacementId } from '@postroom/db';
import { z } from 'zod';
import { applyFlagChange } from '../index/flags.ts';
import { type Queryable, rows } from '../index/sql.ts';

const flagsSchema = z.object({
  system: z.array(z.enum(['seen', 'answered', 'flagged', 'deleted', 'draft'])).default([]),
  keywords: z.array(z.string()).default([]),
});

/** Payload of an operation of the kind `flags`. */
export const flagPayloadSchema = z.object({
  messageIds: z.array(z.number().int()),
  add: flagsSchema,
  remove: flagsSchema,
  /** Written when it is done: the placements that the server changed. */
  appliedTo: z.array(z.number().int()).optional(),
});
export type FlagPayload = z.infer<typeof flagPayloadSchema>;

export interface OpenFlagOp {
  readonly messageIds: ReadonlySet<number>;
  /** Null while it is open: it will reach wherever the messages lie. */
  readonly appliedTo: ReadonlySet<number> | null;
  readonly add: FlagPayload['add'];
  readonly remove: FlagPayload['remove'];
}

/** In order of execution: operations still open, and those that finished after the server was asked. */
export async function loadOpenFlagOps(
  sql: Queryable,
  connectionId: ConnectionId,
  finishedAfter: Date,
): Promise<OpenFlagOp[]> {
  const open = await rows<{ payload: unknown }>(
    sql,
    `select payload from operation where connection_id = $1 and kind = 'flags'
       and (state in ('pending', 'running') or (state = 'done' and finished_at >= $2)) order by id`,
    [connectionId, finishedAfter],
  );
  return open.map(({ payload }) => {
    const { messageIds, add, remove, appliedTo } = flagPayloadSchema.parse(payload);
    return { messageIds: new Set(messageIds), appliedTo: appliedTo ? new Set(appliedTo) : null, add, remove };
  });
}

/** The server's flags with the open intents on top. */
export function overlayPending(
  server: { bits: number; keywords: readonly string[] },
  { messageId, placementId }: { messageId: MessageRowId; placementId: PlacementId },
  operations: readonly OpenFlagOp[],
): { bits: number; keywords: string[] } {
  let flags = { bits: server.bits, keywords: [...server.keywords] };
  for (const { messageIds, appliedTo, add, remove } of operations) {
    // A copy that was found only after the operation ended never heard of it.
    const isMeant = appliedTo === null ? messageIds.has(messageId) : appliedTo.has(placementId);
    if (isMeant) flags = applyFlagChange(flags, { add, remove });
  }
  return flags;
}
