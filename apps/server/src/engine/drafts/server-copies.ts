/**
 * The copies that the server has of a draft, and whose they are: ours, of an earlier save, which the next one replaces; or
 * another client's, which took our draft up and saved it. Both carry the draft's Message-ID; ours say in a field of their
 * own when they were saved, and another client writes a Date of its own, if it keeps that field at all.
 */
import type { ConnectionId, Uid } from '@postroom/db';
import type pg from 'pg';
import type { ImapSession } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { rows } from '../index/sql.ts';
import { parseDate, parseHeaderBlock } from '../mime/index.ts';
import type { OwnMailbox } from '../operations/mailbox-of-role.ts';
import type { DraftRow } from './content.ts';

export interface ServerCopies {
  readonly ours: readonly Uid[];
  readonly foreign: readonly Uid[];
}

const HEADER_OCTETS = 64 * 1024;

/** Header fields of a copy of ours. */
export function stampOf(messageId: string, savedAt: Date): Record<string, string> {
  return { 'X-Postroom-Draft-Id': messageId, 'X-Postroom-Draft-Saved': savedAt.toISOString() };
}

/** Whether a copy with this header was written by us, and by nobody since. */
export function isOurs(header: Uint8Array, messageId: string): boolean {
  const fields = parseHeaderBlock(header);
  if (fields.get('x-postroom-draft-id')?.trim() !== messageId) return false;
  const saved = parseDate(fields.get('x-postroom-draft-saved'));
  const date = parseDate(fields.get('date'));
  // Date knows whole seconds.
  return saved !== null && date !== null && Math.trunc(saved.getTime() / 1000) === date.getTime() / 1000;
}

/** Selects the mailbox and looks for all of them. What stands for the draft in the index is ours, whoever wrote it. */
export async function serverCopies(
  pool: pg.Pool,
  connectionId: ConnectionId,
  session: ImapSession,
  mailbox: OwnMailbox,
  draft: DraftRow,
): Promise<ServerCopies> {
  const { uidValidity } = await session.select(mailbox.path);
  const found = await session.searchHeader('Message-ID', draft.message_id_header);
  // Under another UIDVALIDITY the UIDs that we know are those of other messages.
  const known = await rows<{ uid: Uid }>(
    pool,
    `select p.uid from placement p
     join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
     where p.connection_id = $1 and p.mailbox_id = $2 and p.message_id = $3 and p.uid is not null
       and ($4::bigint is null or b.uid_validity = $4)`,
    [connectionId, mailbox.id, draft.message_id, uidValidity],
  );
  const linked = new Set(known.map(({ uid }) => uid));
  const unknown = found.filter((uid) => !linked.has(uid));
  const headers =
    unknown.length === 0
      ? new Map<Uid, Buffer>()
      : await session.fetchPartHeads(UidSet.of(unknown), 'HEADER', HEADER_OCTETS);
  const ours = [...linked];
  const foreign: Uid[] = [];
  // One whose header does not come is nobody's: it is left alone.
  for (const [uid, header] of headers) (isOurs(header, draft.message_id_header) ? ours : foreign).push(uid);
  return { ours, foreign };
}
