/** The reading half of the driver: lists, conversations, counts and files, from the index; bodies fetched when first read. */
import type { ConnectionId, ThreadId } from '@postroom/db';
import { type Body, loadBodies, touchBodies } from '../../../engine/index/bodies.ts';
import {
  currentThreadIds,
  loadConversation,
  loadMessage,
  type MessageRow,
} from '../../../engine/index/conversation.ts';
import { countFolders, type Folders, loadFolders, resolveFolder } from '../../../engine/index/folders.ts';
import { loadOwnAddresses } from '../../../engine/index/identities.ts';
import {
  countWithin,
  listThreads,
  presentThread,
  readCursor,
  type ThreadRow,
} from '../../../engine/index/list-threads.ts';
import { loadPeopleKnown } from '../../../engine/index/people-known.ts';
import { row } from '../../../engine/index/sql.ts';
import { fetchBodies, type ReadingDeps } from '../../../engine/reading/fetch-bodies.ts';
import { openAttachment, openSource } from '../../../engine/reading/files.ts';
import { MailError, notFound } from '../errors.ts';
import { parseId, presentId } from '../ids.ts';
import type { Attachment, Conversation, FolderCount, ParsedMessage, ThreadPage } from '../schemas.ts';
import type { AttachmentStream, ListOptions, SourceReading, ThreadReading } from '../types.ts';
import { cleanBody, NO_BODY, type SignImage } from './clean-bodies.ts';
import { nextToken } from './next-token.ts';
import { presentAttachments, presentMessage, type Shown } from './present-message.ts';
import { searchFolder } from './search.ts';
import { loadWaitingOf } from './waiting-of.ts';

export interface ReaderDeps extends ReadingDeps {
  readonly connectionId: ConnectionId;
  readonly signImage: SignImage;
  readonly now: () => Date;
}

export type Reader = ThreadReading & SourceReading;

export function createReader(deps: ReaderDeps): Reader {
  const { pool, connectionId } = deps;

  /** Ids as they are now; one that is not this account's is not found. */
  async function resolveThreads(ids: readonly string[]): Promise<ThreadId[]> {
    const asked = ids.map((id) => {
      const parsed = parseId('thread', id);
      if (parsed.connectionId !== connectionId) throw notFound('conversation');
      return parsed.id;
    });
    const current = await currentThreadIds(pool, connectionId, asked);
    const found = asked.map((id) => current.get(id));
    if (found.some((id) => id === undefined)) throw notFound('conversation');
    return [...new Set(found as ThreadId[])];
  }

  async function list(options: ListOptions): Promise<ThreadPage> {
    const folders = await loadFolders(pool, connectionId);
    const target = resolveFolder(folders, options.folder);
    const after = readCursor(options.cursor);
    if (options.query.trim() !== '') return searchFolder(deps, folders, target, { ...options, after });
    if (target.list === null) return { threads: [], nextPageToken: null, scope: null };
    const page = await listThreads(pool, { connectionId, list: target.list, after, max: options.max + 1 });
    const shown = page.slice(0, options.max);
    return {
      threads: await present(folders, shown, target.mailbox),
      nextPageToken: nextToken(target.list, page.length > options.max ? shown.at(-1) : undefined),
      scope: null,
    };
  }

  /** In spam and bin the numbers are those of `mail.get` with that folder. */
  async function present(folders: Folders, page: readonly ThreadRow[], mailbox: Folders['mailboxes'][number] | null) {
    if (mailbox?.role !== 'junk' && mailbox?.role !== 'trash') return page.map((one) => presentThread(folders, one));
    const within = await countWithin(
      pool,
      connectionId,
      mailbox.id,
      page.map(({ id }) => id),
    );
    return page.map((one) => {
      const counts = within.get(one.id);
      return presentThread(
        folders,
        counts ? { ...one, message_count: counts.messages, unread_count: counts.unread } : one,
      );
    });
  }

  async function get(id: string, options: { folder?: string | undefined } = {}): Promise<Conversation> {
    const [threadId] = await resolveThreads([id]);
    const folders = await loadFolders(pool, connectionId);
    const folder = options.folder === undefined ? null : resolveFolder(folders, options.folder).mailbox;
    const messages = await loadConversation(pool, connectionId, threadId as ThreadId, folder?.id ?? null);
    if (messages.length === 0) throw notFound('conversation');
    const bodies = await bodiesOf(messages);
    const names = messages.map(({ addresses }) => addresses.from?.name ?? '');
    const [people, writers] = await Promise.all([
      loadPeopleKnown(pool, connectionId, names),
      loadOwnAddresses(pool, connectionId),
    ]);
    const parsed = await Promise.all(
      messages.map((message) => show(message, bodies.get(message.id), { folders, people, writers })),
    );
    const labels = new Map(parsed.flatMap(({ tags }) => tags).map((label) => [label.id, label]));

    return {
      id: presentId('thread', connectionId, threadId as ThreadId),
      messages: parsed,
      latest: parsed.findLast(({ isDraft }) => !isDraft) ?? parsed.at(-1),
      hasUnread: parsed.some(({ unread }) => unread),
      totalReplies: parsed.filter(({ isDraft }) => !isDraft).length,
      labels: [...labels.values()],
      ...(await loadWaitingOf(pool, connectionId, threadId as ThreadId)),
    };
  }

  async function show(
    message: MessageRow,
    body: Body | MailError | undefined,
    { folders, ...known }: { folders: Folders } & Omit<Shown, 'cleaned'>,
  ): Promise<ParsedMessage> {
    const attachments = presentAttachments(message);
    const hasBody = body !== undefined && !(body instanceof MailError);
    const id = presentId('message', connectionId, message.id);
    const cleaned = hasBody ? await cleanBody(deps, id, { body, attachments }) : NO_BODY;
    if (cleaned instanceof MailError) return presentMessage(folders, message, cleaned, { cleaned: NO_BODY, ...known });
    return presentMessage(folders, message, body, { cleaned, ...known });
  }

  async function bodiesOf(messages: readonly MessageRow[]) {
    const ids = messages.map((message) => message.id);
    const cached = await loadBodies(pool, connectionId, ids);
    const missing = messages.filter(({ id }) => !cached.has(id));
    if (cached.size > 0) await touchBodies(pool, connectionId, [...cached.keys()]);
    if (missing.length === 0) return cached;
    return new Map([...cached, ...(await fetchBodies(deps, connectionId, missing))]);
  }

  async function count(): Promise<FolderCount[]> {
    const [folders, scheduled] = await Promise.all([
      loadFolders(pool, connectionId),
      row<{ count: number }>(
        pool,
        `select count(*)::int as count from outbox where connection_id = $1 and state = 'scheduled'`,
        [connectionId],
      ),
    ]);
    return countFolders(pool, folders, scheduled?.count ?? 0);
  }

  async function ownMessage(messageId: string): Promise<MessageRow> {
    const parsed = parseId('message', messageId);
    const message = parsed.connectionId === connectionId ? await loadMessage(pool, connectionId, parsed.id) : undefined;
    if (!message) throw notFound('message');
    return message;
  }

  async function listAttachments(messageId: string): Promise<Attachment[]> {
    return presentAttachments(await ownMessage(messageId)).filter(({ inline }) => !inline);
  }

  async function getAttachment(messageId: string, attachmentId: string): Promise<AttachmentStream> {
    const file = await openAttachment(deps, connectionId, await ownMessage(messageId), attachmentId);
    const { part, filename, mimeType, size, contentId, inline } = file.attachment;
    return {
      attachment: { attachmentId: part, filename, mimeType, size, ...(contentId ? { contentId } : {}), inline },
      size: file.size,
      stream: file.stream,
    };
  }

  async function getRaw(messageId: string) {
    const message = await ownMessage(messageId);
    const { size, stream } = await openSource(deps, connectionId, message);
    return { size, filename: `${message.subject.slice(0, 80) || 'message'}.eml`, stream };
  }

  return {
    get,
    list,
    count,
    normalizeIds: async (ids) =>
      (await resolveThreads(ids)).map((threadId) => presentId('thread', connectionId, threadId)),
    listAttachments,
    getAttachment,
    getRaw,
  };
}
