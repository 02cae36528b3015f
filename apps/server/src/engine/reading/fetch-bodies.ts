/**
 * Bodies that are not cached yet: the parts that are shown, fetched by number in as few round trips as the messages allow,
 * decoded by `mime/`, kept. A message whose parts cannot be trusted (no structure, S/MIME, TNEF, small anyway) is read
 * whole. What fails for one message does not fail the others.
 */
import type { ConnectionId, MailboxId, MessageRowId, StructureNode, Uid } from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import type { WithImap } from '../accounts/access.ts';
import { publish } from '../events/publish.ts';
import { selectToRead } from '../imap/select-to-read.ts';
import type { ImapSession } from '../imap/types.ts';
import { type Body, saveBody, saveSnippets } from '../index/bodies.ts';
import type { MessagePlace, MessageRow } from '../index/conversation.ts';
import { indexBodies } from '../index/search-index.ts';
import { row, transaction } from '../index/sql.ts';
import { type FrozenMessage, planParts, snippet } from '../mime/index.ts';

import { type FrozenRow, frozenOf } from '../outbox/frozen-row.ts';
import type { TextWork } from './text-work.ts';

/** Encoded octets of one text part that are fetched; what is longer is shown cut. */
const MAX_PART_BYTES = 4 * 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
/** Text parts that are fetched. */
const MAX_TEXT_PARTS = 100;
/** Of a message that has to be read whole. Its text comes before its files. */
export const MAX_SOURCE_BYTES = 32 * 1024 * 1024;
/** Beyond what was announced: servers that estimate sizes, or count other line ends. */
const SPARE_BYTES = 1024 * 1024;
/** HTML that is looked through for words. */
const MAX_WORDS_SOURCE = 512 * 1024;

export interface ReadingDeps {
  readonly pool: pg.Pool;
  readonly withImap: WithImap;
  readonly textWork: TextWork;
}

/** By message: its body, or why it cannot be had now. */
export type FetchedBodies = ReadonlyMap<MessageRowId, Body | MailError>;

/** What is taken of a message at most: by the server's own word, which need not be exact, none of its parts is larger. */
export const mostOf = (message: MessageRow, announced = 0): number =>
  2 * Math.max(message.size, announced) + SPARE_BYTES;

/** A place the message can be fetched from. */
function placeOf(message: MessageRow): MessagePlace | undefined {
  return message.places.find(({ uid }) => uid !== null);
}

export async function fetchBodies(
  deps: ReadingDeps,
  connectionId: ConnectionId,
  messages: readonly MessageRow[],
): Promise<FetchedBodies> {
  const result = new Map<MessageRowId, Body | MailError>();
  const byMailbox = new Map<MailboxId, { path: string; items: { message: MessageRow; place: MessagePlace }[] }>();
  for (const message of messages) {
    const place = placeOf(message);
    if (place) {
      const group = byMailbox.get(place.mailboxId) ?? { path: place.path, items: [] };
      group.items.push({ message, place });
      byMailbox.set(place.mailboxId, group);
      continue;
    }
    result.set(message.id, (await bodyFromOutbox(deps, connectionId, message.id)) ?? notThere());
  }
  if (byMailbox.size === 0) return result;
  try {
    await deps.withImap(connectionId, 'interactive', async (session) => {
      for (const { path, items } of byMailbox.values()) {
        const highest = Math.max(...items.map(({ place }) => place.uid ?? 0)) as Uid;
        const uidValidity = items[0]?.place.uidValidity ?? null;
        const selected = await selectToRead(session, { path, uidValidity, highest });
        for (const { message, place } of items) {
          const current = selected.uidValidity === null || selected.uidValidity === place.uidValidity;
          const body = current ? await tryFetch(deps, session, { message, place }) : notThere();
          if (!(body instanceof MailError)) await keep(deps.pool, connectionId, message, body);
          result.set(message.id, body);
        }
      }
    });
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    for (const message of messages) if (!result.has(message.id)) result.set(message.id, error);
  }
  return result;
}

function notThere(): MailError {
  return new MailError({
    code: 'MESSAGE_NOT_FOUND',
    message: 'The mail server does not have this message where it was. It is being looked for.',
    fix: 'Try again in a moment.',
    retryable: true,
  });
}

interface Wanted {
  readonly message: MessageRow;
  readonly place: MessagePlace;
}

/** One message; a refusal that is about this message only does not stop the others. */
async function tryFetch(deps: ReadingDeps, session: ImapSession, wanted: Wanted): Promise<Body | MailError> {
  try {
    return await fetchOne(deps, session, wanted);
  } catch (error) {
    if (error instanceof MailError && !session.closed) return error;
    throw error;
  }
}

async function fetchOne({ textWork }: ReadingDeps, session: ImapSession, { message, place }: Wanted): Promise<Body> {
  const uid = place.uid;
  if (uid === null) throw notThere();
  const atMost = (bytes: number) => Math.min(bytes, mostOf(message));
  const whole = async () => textWork.run('parse', { source: await session.fetchSource(uid, atMost(MAX_SOURCE_BYTES)) });
  const plan = planParts(message.structure, { size: message.size });
  if (plan.needsFullSource || (!session.quirks.numbersNestedParts && hasNestedMessage(message.structure))) {
    return whole();
  }
  const shown = [...new Map([...plan.textBody, ...plan.htmlBody].map((part) => [part.part, part])).values()];
  const parts = await session.fetchParts(uid, [
    { part: 'HEADER', maxBytes: MAX_HEADER_BYTES },
    ...shown.slice(0, MAX_TEXT_PARTS).map(({ part }) => ({ part, maxBytes: atMost(MAX_PART_BYTES) })),
  ]);
  const lacking = shown.some(({ part, size }) => size > 0 && (parts.get(part)?.length ?? 0) === 0);
  // Some servers answer nothing for a part that they listed: the whole source has it.
  if (lacking && shown.length <= MAX_TEXT_PARTS) return whole();
  return textWork.run('compose', { plan, parts });
}

function hasNestedMessage(node: StructureNode | null): boolean {
  return node !== null && (node.type === 'message/rfc822' || (node.children ?? []).some(hasNestedMessage));
}

/** What we sent ourselves and the server does not show yet. */
async function bodyFromOutbox(
  { pool, textWork }: ReadingDeps,
  connectionId: ConnectionId,
  id: MessageRowId,
): Promise<Body | undefined> {
  const own = await loadOwn(pool, connectionId, id);
  return own && textWork.run('parse', { source: own.octets });
}

export async function loadOwn(
  pool: pg.Pool,
  connectionId: ConnectionId,
  id: MessageRowId,
): Promise<FrozenMessage | undefined> {
  const found = await row<FrozenRow & pg.QueryResultRow>(
    pool,
    'select mime, files from outbox where connection_id = $1 and message_id = $2 order by id desc limit 1',
    [connectionId, id],
  );
  return found && frozenOf(found);
}

async function keep(pool: pg.Pool, connectionId: ConnectionId, message: MessageRow, body: Body): Promise<void> {
  await transaction(pool, async (tx) => {
    await saveBody(tx, connectionId, message.id, body);
    await indexBodies(tx, connectionId, new Map([[message.id, body.text === '' ? snippetSource(body) : body.text]]));
    if (message.snippet !== null) return;
    const line = snippet(body.text === '' ? { html: body.html } : { text: body.text });
    const threads = await saveSnippets(tx, connectionId, new Map([[message.id, line]]));
    if (threads.length > 0) await publish(tx, { connectionId, kind: 'threads', ids: [] });
  });
}

function snippetSource(body: Body): string {
  // No `<` within: the search for an end that never comes must not begin again at each of them.
  return body.html.slice(0, MAX_WORDS_SOURCE).replace(/<[^<>]*>/g, ' ');
}
