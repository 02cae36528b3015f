/**
 * First lines and searchable text of messages whose body nobody has opened yet: the head of their text part, many messages
 * in one FETCH. Newest first, so that what the screen shows has its snippet at once; the rest in the background.
 */
import type { ConnectionId, MailboxId, MessageRowId, StructureNode, Uid, UidValidity } from '@postroom/db';
import type pg from 'pg';
import { presentId } from '../../lib/driver/ids.ts';
import { publish } from '../events/publish.ts';
import { selectToRead } from '../imap/select-to-read.ts';
import type { ImapSession } from '../imap/types.ts';
import { MAX_UID, UidSet } from '../imap/uid-set.ts';
import { saveSnippets } from '../index/bodies.ts';
import { indexBodies } from '../index/search-index.ts';
import { lockAccount, rows, transaction } from '../index/sql.ts';
import { type BodyPart, decodePart, htmlToText, planParts, snippet, storable } from '../mime/index.ts';

/** Octets of the text part that are fetched: enough for a line, or for the words. */
export const SNIPPET_BYTES = 3 * 1024;
export const WORDS_BYTES = 64 * 1024;
/** Messages of a mailbox that one look-up goes through at most. */
const WINDOW = 1_000;
/** How far down a mailbox a missing snippet is looked for: what a screen shows. What is older gets it with its words. */
const NEWEST = 500;

interface Candidate {
  readonly id: MessageRowId;
  readonly uid: Uid;
  readonly uid_validity: UidValidity | null;
  readonly size: number;
  readonly structure: StructureNode | null;
}

export interface HeadsWanted {
  readonly kind: 'snippet' | 'words';
  /** Messages at most. */
  readonly limit: number;
  /** Only what lies below this UID: where the call before left off, so that none is passed over twice. */
  readonly below?: Uid | undefined;
}

/**
 * Does the newest messages of the mailbox that lack a snippet or searchable text, and selects it when there are any.
 * Returns the lowest UID it looked at; null: nothing is left.
 */
export async function readHeads(
  session: ImapSession,
  pool: pg.Pool,
  connectionId: ConnectionId,
  mailbox: { id: MailboxId; path: string },
  options: HeadsWanted,
): Promise<Uid | null> {
  let below = options.below ?? ((MAX_UID + 1) as Uid);
  let candidates: Candidate[] = [];
  // Where all lack it, as in a first sync, no message is looked up twice; where hardly any do, there are few look-ups.
  let window = options.kind === 'snippet' ? NEWEST : options.limit;
  while (candidates.length === 0) {
    const next = await nextCandidates(pool, connectionId, mailbox.id, { ...options, below, window });
    if (next.lowest === null || (next.candidates.length === 0 && options.kind === 'snippet')) return null;
    candidates = next.candidates;
    window = WINDOW;
    below = candidates.length === options.limit ? (candidates.at(-1)?.uid ?? next.lowest) : next.lowest;
  }
  const [first] = candidates;
  const { uidValidity } = await selectToRead(session, {
    path: mailbox.path,
    uidValidity: first?.uid_validity ?? null,
    highest: first?.uid ?? below,
  });
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

/** Those of the next messages down that lack it; the window is cut by UID first, so that each costs the same. */
async function nextCandidates(
  pool: pg.Pool,
  connectionId: ConnectionId,
  mailboxId: MailboxId,
  { kind, limit, below, window }: Pick<HeadsWanted, 'kind' | 'limit'> & { below: Uid; window: number },
): Promise<{ candidates: Candidate[]; lowest: Uid | null }> {
  const lacking =
    kind === 'snippet'
      ? 'not exists (select 1 from message_snippet s where s.connection_id = m.connection_id and s.message_id = m.id)'
      : `exists (select 1 from message_search s where s.connection_id = m.connection_id and s.message_id = m.id
           and not s.body_indexed)`;
  const found = await rows<Candidate & { lowest: Uid | null }>(
    pool,
    `with next as materialized (
       select uid, message_id, state from placement where connection_id = $1 and mailbox_id = $2 and uid < $3
       order by uid desc limit $5)
     select l.lowest, c.* from (select min(uid) as lowest from next) l
     left join lateral (
       select m.id, n.uid, b.uid_validity, m.size, m.structure from next n
       join message m on m.connection_id = $1 and m.id = n.message_id
       join mailbox b on b.connection_id = $1 and b.id = $2
       where n.state = 'present' and ${lacking} order by n.uid desc limit $4) c on true`,
    [connectionId, mailboxId, below, limit, window],
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
    const threadIds = await saveSnippets(tx, connectionId, lines);
    if (kind === 'words') await indexBodies(tx, connectionId, texts);
    if (threadIds.length > 0) {
      await publish(tx, {
        connectionId,
        kind: 'threads',
        ids: threadIds.map((id) => presentId('thread', connectionId, id)),
      });
    }
  });
}
