/**
 * From what the wire gives (FETCH of header fields and structure) or from what we wrote ourselves to a row of the index.
 * Decoding is `mime/`'s; nothing here throws for what a message contains.
 */
import type { Address, ConnectionId, MessageAddresses, MessageExtras, StructureNode } from '@postroom/db';
import type { FetchedMessage } from '../imap/types.ts';
import {
  extractMessageIds,
  type FrozenMessage,
  fingerprint,
  frozenSize,
  type HeaderBlock,
  hasAttachments,
  normalizeEmail,
  parseAddresses,
  parseDate,
  parseHeaderBlock,
  parseMessageId,
  providerThreadKey,
  references,
  storable,
  structureOfFrozen,
  threadKeys,
} from '../mime/index.ts';
import { type Queryable, row, rows } from './sql.ts';
import type { NewMessage } from './types.ts';

/** Recipients kept of a list; the true number is kept beside. */
const MAX_RECIPIENTS = 1000;
const MAX_SUBJECT = 2000;
const MAX_ANSWERED = 100;
const MAX_HOPS = 10;

interface Arrival {
  readonly header: HeaderBlock;
  readonly structure: StructureNode | null;
  readonly receivedAt: Date;
  readonly size: number;
  readonly emailId: string | null;
  readonly serverThreadId: string | null;
  readonly snippet: string | null;
  readonly ownAddresses: ReadonlySet<string>;
  /** We wrote it, from whatever address. */
  readonly isOurs: boolean;
}

/** The addresses that count as the user's own: the account's and its identities', lower case. */
export async function ownAddresses(sql: Queryable, connectionId: ConnectionId): Promise<ReadonlySet<string>> {
  const account = await row<{ email: string }>(sql, 'select email from connection where id = $1', [connectionId]);
  const identities = await rows<{ email: string }>(sql, 'select email from identity where connection_id = $1', [
    connectionId,
  ]);
  return new Set(
    [...(account ? [account] : []), ...identities].map(({ email }) => normalizeEmail(email).toLowerCase()),
  );
}

/** `followsServer`: the server's conversations are taken for ours (Gmail). */
export function newMessageFromFetch(
  fetched: FetchedMessage,
  own: ReadonlySet<string>,
  { followsServer = false } = {},
): NewMessage {
  return newMessage({
    header: parseHeaderBlock(fetched.header),
    structure: fetched.structure,
    receivedAt: fetched.internalDate,
    size: fetched.size,
    emailId: fetched.emailId,
    serverThreadId: followsServer ? fetched.serverThreadId : null,
    snippet: null,
    ownAddresses: own,
    isOurs: false,
  });
}

/** For what we put on the server ourselves: sent messages and drafts, known here before the server lists them. */
export function newMessageFromFrozen(
  frozen: FrozenMessage,
  options: { receivedAt: Date; ownAddresses: ReadonlySet<string>; snippet?: string },
): NewMessage {
  return newMessage({
    header: parseHeaderBlock(frozen.octets),
    structure: structureOfFrozen(frozen),
    receivedAt: options.receivedAt,
    size: frozenSize(frozen),
    emailId: null,
    serverThreadId: null,
    snippet: options.snippet ?? null,
    ownAddresses: options.ownAddresses,
    isOurs: true,
  });
}

function newMessage(arrival: Arrival): NewMessage {
  const { header } = arrival;
  const people = (name: string): Address[] => parseAddresses(header.getRaw(name)).map(storableAddress);
  const from = people('from');
  const to = people('to');
  const cc = people('cc');
  const bcc = people('bcc');
  const sender = people('sender')[0];
  const messageId = parseMessageId(header.get('message-id')) ?? null;
  const parents = extractMessageIds(header.get('in-reply-to'));
  const ancestors = references(header.get('references'));
  const subject = storable(header.getText('subject') ?? '').slice(0, MAX_SUBJECT);
  const date = parseDate(header.get('date'));
  const author = from[0] ?? sender;
  const addresses: MessageAddresses = {
    ...(author ? { from: author } : {}),
    ...(sender && sender.email !== author?.email ? { sender } : {}),
    to: to.slice(0, MAX_RECIPIENTS),
    cc: cc.slice(0, MAX_RECIPIENTS),
    bcc: bcc.slice(0, MAX_RECIPIENTS),
    replyTo: people('reply-to').slice(0, 20),
    ...(to.length + cc.length > MAX_RECIPIENTS ? { recipientCount: to.length + cc.length + bcc.length } : {}),
  };
  return {
    fingerprint: fingerprint({ messageId, date, from, subject, to, cc }),
    emailId: arrival.emailId,
    messageId,
    inReplyTo: parents[0] ?? null,
    references: ancestors,
    threadKeys: threadKeys({ messageId, inReplyTo: parents, references: ancestors, subject }),
    serverThreadKey: arrival.serverThreadId === null ? null : providerThreadKey(arrival.serverThreadId),
    addresses,
    subject,
    date,
    receivedAt: arrival.receivedAt,
    size: arrival.size,
    structure: arrival.structure,
    hasAttachments: hasAttachments(arrival.structure),
    snippet: arrival.snippet,
    extras: { ...extrasOf(header), ...(from.length > 1 ? { authors: from.length } : {}) },
    isOwn: arrival.isOurs || (author !== undefined && arrival.ownAddresses.has(author.email.toLowerCase())),
  };
}

function extrasOf(header: HeaderBlock): MessageExtras {
  const field = (name: string, max = 2000) => {
    const value = header.get(name)?.trim();
    return value ? storable(value).slice(0, max) : undefined;
  };
  const extras: MessageExtras = {};
  const listId = field('list-id', 500);
  const listUnsubscribe = field('list-unsubscribe');
  const listUnsubscribePost = field('list-unsubscribe-post', 200);
  const autoSubmitted = field('auto-submitted', 100);
  const precedence = field('precedence', 100);
  if (listId) extras.listId = listId;
  if (listUnsubscribe) extras.listUnsubscribe = listUnsubscribe;
  if (listUnsubscribePost) extras.listUnsubscribePost = listUnsubscribePost;
  if (autoSubmitted) extras.autoSubmitted = autoSubmitted;
  if (precedence) extras.precedence = precedence;
  return { ...extras, ...answeringOf(header) };
}

/** What says whom an answer goes to, and from which address (engine/answering). */
function answeringOf(header: HeaderBlock): MessageExtras {
  const people = (name: string) => parseAddresses(header.getRaw(name)).slice(0, MAX_ANSWERED).map(storableAddress);
  const envelope = (...names: string[]) =>
    names
      .flatMap((name) => header.getAll(name))
      .slice(0, MAX_HOPS)
      .flatMap((value) => parseAddresses(value).slice(0, 1))
      .map((one) => storableAddress(one).email)
      .filter((email) => email.includes('@'));
  const listPost = header.get('list-post')?.trim();
  const followUpTo = people('mail-followup-to');
  const answerTo = people('mail-reply-to');
  const originalTo = envelope('x-original-to', 'envelope-to');
  const deliveredTo = envelope('delivered-to');
  return {
    ...(listPost ? { listPost: storable(listPost).slice(0, 500) } : {}),
    ...(followUpTo.length > 0 ? { followUpTo } : {}),
    ...(answerTo.length > 0 ? { answerTo } : {}),
    ...(originalTo.length > 0 ? { originalTo } : {}),
    ...(deliveredTo.length > 0 ? { deliveredTo } : {}),
  };
}

/** PostgreSQL text takes neither NUL nor lone surrogates. */
function storableAddress(address: { name?: string; email: string }): Address {
  const email = storable(address.email).slice(0, 1000);
  return address.name ? { name: storable(address.name).slice(0, 500), email } : { email };
}
