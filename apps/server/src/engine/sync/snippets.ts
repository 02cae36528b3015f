/**
 * First lines and searchable text of messages whose body nobody has opened yet: the head of their text part, many messages
 * in one FETCH. Newest first, so that what the screen shows has its snippet at once; the rest in the background.
 */
import type { ConnectionId, MailboxId, MessageRowId, StructureNode, ThreadId, Uid } from '@postroom/db';
import type pg from 'pg';
import { presentId } from '../../lib/driver/ids.ts';
import { publish } from '../events/publish.ts';
import { selectToRead } from '../imap/select-to-read.ts';
import type { ImapSession } from '../imap/types.ts';
import { MAX_UID, UidSet } from '../imap/uid-set.ts';
import { saveSnippets } from '../index/bodies.ts';
import { refreshThreads } from '../index/refresh.ts';
import { indexBodies } from '../index/search-index.ts';
import { lockAccount, rows, transaction } from '../index/sql.ts';
import { type BodyPart, decodePart, htmlToText, planParts, snippet, storable } from '../mime/index.ts';

/** Octets of the text part that are fetched: enough for a line, or for the words. */
export const SNIPPET_BYTES = 3 * 1024;
export const WORDS_BYTES = 64 * 1024;

interface Candidate {
  readonly id: MessageRowId;
  readonly uid: Uid;
  readonly size: number;
  readonly structure: StructureNode | null;
}

/** How far down a mailbox a missing snippet is looked for: what a screen shows. What is older gets it with its words. */
const NEWEST = 500;

export interface HeadsWanted {
  readonly kind: 'snippet' | 'words';
  /** Messages at most. */
  readonly limit: number;
  /** Only what lies below this UID: where the call before left off. */
  readonly below?: Uid;
}

/**
 * Does the newest messages of the mailbox that lack a snippet or searchable text, and selects it when there are any.
 * Returns the lowest UID it did; null: nothing is left.
 */
export async function readHeads(
  session: ImapSession,
  pool: pg.Pool,
  connectionId: ConnectionId,
  mailbox: { id: MailboxId; path: string },
  options: HeadsWanted,
): Promise<Uid | null> {
  const lacking =
    options.kind === 'snippet'
      ? 'm.snippet is null'
      : `exists (select 1 from message_search s where s.connection_id = m.connection_id and s.message_id = m.id
           and not s.body_indexed)`;
  const candidates = await rows<Candidate>(
    pool,
    `select m.id, p.uid, m.size, m.structure
     from (select * from placement where connection_id = $1 and mailbox_id = $2 and uid < $3 and state = 'present'
           order by uid desc ${options.kind === 'snippet' ? `limit ${NEWEST}` : ''}) p
     join message m on m.connection_id = p.connection_id and m.id = p.message_id
     where ${lacking}
     order by p.uid desc limit $4`,
    [connectionId, mailbox.id, options.below ?? MAX_UID + 1, options.limit],
  );
  const lowest = candidates.at(-1)?.uid;
  if (lowest === undefined) return null;
  await selectToRead(session, mailbox.path, candidates[0]?.uid ?? lowest);
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
  return lowest;
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
    if (kind === 'words') await indexBodies(tx, connectionId, texts);
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
