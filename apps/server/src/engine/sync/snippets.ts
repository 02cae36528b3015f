/**
 * First lines and searchable text of messages whose body nobody has opened yet: the head of their text part, many messages
 * in one FETCH. Newest first, so that what the screen shows has its snippet at once; the rest in the background.
 */
import type { ConnectionId, MailboxId, MessageRowId, StructureNode, ThreadId, Uid, UidValidity } from '@postroom/db';
import type pg from 'pg';
import { presentId } from '../../lib/driver/ids.ts';
import { publish } from '../events/publish.ts';
import type { ImapSession } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';
import { saveSnippets } from '../index/bodies.ts';
import { refreshThreads } from '../index/refresh.ts';
import { indexBody } from '../index/search-index.ts';
import { lockAccount, rows, transaction } from '../index/sql.ts';
import { type BodyPart, decodePart, htmlToText, planParts, snippet, storable } from '../mime/index.ts';

/** Octets of the text part that are fetched: enough for a line, or for the words. */
export const SNIPPET_BYTES = 3 * 1024;
export const WORDS_BYTES = 64 * 1024;

/** Above every UID. */
const UID_END = 4_294_967_296;

const WINDOW = 1_000;

interface Candidate {
  readonly id: MessageRowId;
  readonly uid: Uid;
  readonly uid_validity: UidValidity | null;
  readonly size: number;
  readonly structure: StructureNode | null;
}

/**
 * Does up to `limit` messages of the mailbox that lack a snippet (`kind: 'snippet'`) or searchable text (`'words'`).
 * Selects the mailbox when there is something to do. `below`: what the call before gave back, so that none is passed over
 * twice. Returns the lowest UID it looked at; null: nothing is left.
 */
export async function readHeads(
  session: ImapSession,
  pool: pg.Pool,
  connectionId: ConnectionId,
  mailbox: { id: MailboxId; path: string },
  options: { kind: 'snippet' | 'words'; limit: number; below?: Uid | null },
): Promise<Uid | null> {
  let below: Uid | null = options.below ?? (UID_END as Uid);
  let candidates: Candidate[] = [];
  while (candidates.length === 0) {
    const next = await nextCandidates(pool, connectionId, mailbox.id, { ...options, below });
    if (next.lowest === null) return null;
    candidates = next.candidates;
    below = candidates.length === options.limit ? (candidates.at(-1)?.uid ?? next.lowest) : next.lowest;
  }
  const { uidValidity } = await session.select(mailbox.path, { readOnly: true });
  // Another mailbox by now: its UIDs are those of other messages. The next look begins it anew.
  if (uidValidity !== null && candidates.some(({ uid_validity }) => uid_validity !== uidValidity)) return null;
  const maxBytes = options.kind === 'snippet' ? SNIPPET_BYTES : WORDS_BYTES;
  const texts = new Map<MessageRowId, string>();
  for (const [part, group] of byTextPart(candidates)) {
    const heads = part === '' ? new Map<Uid, Buffer>() : await fetchHeads(session, group, part, maxBytes);
    for (const { candidate, body } of group) {
      const head = heads.get(candidate.uid);
      texts.set(candidate.id, head && body ? textOf(head, body) : '');
    }
  }
  await write(pool, connectionId, texts, options.kind);
  return below;
}

/** Those of the next WINDOW messages that lack it; the window is cut by UID first, so that each costs the same. */
async function nextCandidates(
  pool: pg.Pool,
  connectionId: ConnectionId,
  mailboxId: MailboxId,
  { kind, limit, below }: { kind: 'snippet' | 'words'; limit: number; below: Uid },
): Promise<{ candidates: Candidate[]; lowest: Uid | null }> {
  const lacking =
    kind === 'snippet'
      ? 'm.snippet is null'
      : `exists (select 1 from message_search s where s.connection_id = m.connection_id and s.message_id = m.id
           and not s.body_indexed)`;
  const found = await rows<Candidate & { lowest: Uid | null }>(
    pool,
    `with next as materialized (
       select uid, message_id, state from placement where connection_id = $1 and mailbox_id = $2 and uid < $3
       order by uid desc limit ${WINDOW})
     select l.lowest, c.* from (select min(uid) as lowest from next) l
     left join lateral (
       select m.id, n.uid, b.uid_validity, m.size, m.structure from next n
       join message m on m.connection_id = $1 and m.id = n.message_id
       join mailbox b on b.connection_id = $1 and b.id = $2
       where n.state = 'present' and ${lacking} order by n.uid desc limit $4) c on true`,
    [connectionId, mailboxId, below, limit],
  );
  return { candidates: found.filter(({ id }) => id !== null), lowest: found[0]?.lowest ?? null };
}

type Group = { candidate: Candidate; body: BodyPart | undefined }[];

function fetchHeads(session: ImapSession, group: Group, part: string, maxBytes: number): Promise<Map<Uid, Buffer>> {
  return session.fetchPartHeads(UidSet.of(group.map(({ candidate }) => candidate.uid)), part, maxBytes);
}

/** Messages by the number of the part that holds their text; `''` for those without one. */
function byTextPart(candidates: readonly Candidate[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const candidate of candidates) {
    const plan = planParts(candidate.structure, { size: candidate.size });
    const body = plan.text ?? plan.html;
    const key = body?.part ?? '';
    groups.set(key, [...(groups.get(key) ?? []), { candidate, body }]);
  }
  return groups;
}

/** The text of a part's first octets; a character or an encoded group cut in two is left out. */
function textOf(head: Buffer, body: BodyPart): string {
  const text = decodePart(head, body).text ?? '';
  return storable(body.type === 'text/html' ? htmlToText(text) : text);
}

async function write(
  pool: pg.Pool,
  connectionId: ConnectionId,
  texts: ReadonlyMap<MessageRowId, string>,
  kind: 'snippet' | 'words',
): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const lines = new Map([...texts].map(([id, text]) => [id, snippet(text)]));
    const threadIds = (await saveSnippets(tx, connectionId, lines)) as ThreadId[];
    if (kind === 'words') for (const [id, text] of texts) await indexBody(tx, connectionId, id, text);
    await refreshThreads(tx, connectionId, threadIds);
    if (threadIds.length > 0) {
      await publish(tx, {
        connectionId,
        kind: 'threads',
        ids: threadIds.map((id) => presentId('thread', connectionId, id)),
      });
    }
  });
}
