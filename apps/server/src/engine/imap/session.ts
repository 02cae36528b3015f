/**
 * ImapSession over one imapflow client. imapflow runs one command at a time; its answers of `false` are refusals and are
 * thrown here, never taken for "nothing found". Traps and their tests: session.integration.test.ts.
 */
import { Readable } from 'node:stream';
import type { Uid } from '@postroom/db';
import type { ImapFlow, MailboxObject, SearchObject } from 'imapflow';
import { MailError } from '../../lib/driver/errors.ts';
import { type ErrorContext, withErrorHandler } from '../../lib/driver/with-error-handler.ts';
import type { Quirks } from '../accounts/quirks/quirks.ts';
import { createChanges, refused } from './changing.ts';
import {
  capabilitiesOf,
  fetchedMessageOf,
  flagUpdateOf,
  listedMailboxOf,
  modSeqOf,
  statusOf,
  uidOf,
  uidValidityOf,
} from './convert.ts';
import { idle } from './idle.ts';
import { objectIdOf } from './object-id.ts';
import type { FetchedMessage, FlagUpdate, ImapEvent, ImapSession } from './types.ts';
import { UidSet } from './uid-set.ts';

/** What the server tells unasked; `select` empties it first. */
export interface Push {
  vanished: number[];
  changed: FlagUpdate[];
  readonly listeners: Set<(event: ImapEvent) => void>;
}

const STATUS_QUERY = { messages: true, uidNext: true, uidValidity: true, unseen: true, highestModseq: true };
/** ENVELOPE has no References, and `mime/` decodes better than any server. */
const HEADER_FIELDS = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'auto-submitted',
  'precedence',
];
const STREAM_CHUNK = 2 * 1024 * 1024;

/** EXAMINE allows nothing to be changed, so its PERMANENTFLAGS say nothing of keywords. */
function keywordsAllowedIn({ readOnly, permanentFlags }: MailboxObject): boolean | null {
  return readOnly ? null : (permanentFlags?.has('\\*') ?? true);
}

export function createSession(client: ImapFlow, context: ErrorContext, push: Push, quirks: Quirks): ImapSession {
  const guard = <T>(work: () => Promise<T>) => withErrorHandler(context, work);
  const capabilities = capabilitiesOf(client, quirks);
  const changes = createChanges(client, capabilities, quirks);
  const labels = quirks.labels === 'x-gm-labels' && capabilities.gmail;
  const gone = () =>
    new MailError({ code: 'MESSAGE_NOT_FOUND', message: 'The mail server does not have this message any more.' });

  async function search(criteria: SearchObject): Promise<number[] | null> {
    const found = await client.search(criteria, { uid: true });
    return found === false || found === undefined ? null : found;
  }

  return {
    capabilities,
    quirks,
    get closed() {
      return !client.usable;
    },
    get selectedPath() {
      return client.mailbox ? client.mailbox.path : null;
    },
    list: ({ status }) =>
      guard(async () => (await client.list(status ? { statusQuery: STATUS_QUERY } : {})).map(listedMailboxOf)),
    status: (path) =>
      guard(async () => {
        const status = await client.status(path, STATUS_QUERY);
        if (!status) throw refused(`the state of ${path}`);
        return statusOf(status);
      }),
    mailboxObjectId: (path) => guard(() => (capabilities.objectId ? objectIdOf(client, path) : Promise.resolve(null))),
    select: (path, options = {}) =>
      guard(async () => {
        push.vanished = [];
        push.changed = [];
        const mailbox = await client.mailboxOpen(path, {
          readOnly: options.readOnly ?? false,
          ...(options.resync
            ? { changedSince: BigInt(options.resync.modSeq), uidValidity: BigInt(options.resync.uidValidity) }
            : {}),
        });
        const resynced = options.resync !== undefined && 'qresync' in mailbox && mailbox.qresync === true;
        return {
          path: mailbox.path,
          uidValidity: uidValidityOf(mailbox.uidValidity),
          uidNext: uidOf(mailbox.uidNext),
          exists: mailbox.exists,
          highestModSeq: mailbox.noModseq ? null : modSeqOf(mailbox.highestModseq),
          keywordsAllowed: quirks.keepsKeywords ? keywordsAllowedIn(mailbox) : false,
          objectId: typeof mailbox.mailboxId === 'string' ? mailbox.mailboxId : null,
          readOnly: mailbox.readOnly === true,
          resync: resynced ? { vanished: UidSet.of(push.vanished), changed: [...push.changed] } : null,
        };
      }),
    searchAll: () =>
      guard(async () => {
        const found = await search({ all: true });
        if (found === null) throw refused('to list the messages of a folder');
        return UidSet.of(found);
      }),
    searchHeader: (field, value) =>
      guard(async () => {
        const found = await search({ header: { [field]: value } });
        if (found === null) throw refused('a search');
        return found as Uid[];
      }),
    search: (criteria) => guard(async () => (await search(criteria)) as Uid[] | null),
    fetchMessages: (uids, { batchSize, onBatch, signal }) =>
      guard(async () => {
        for (const chunk of uids.chunksDescending(Math.min(batchSize, quirks.fetchLimit))) {
          for (const set of chunk.commandSized()) {
            if (signal?.aborted) return;
            const batch: FetchedMessage[] = [];
            const query = {
              uid: true,
              flags: true,
              internalDate: true,
              size: true,
              bodyStructure: true,
              headers: HEADER_FIELDS,
              threadId: true,
              labels,
            };
            for await (const answer of client.fetch(set.toString(), query, { uid: true })) {
              const message = fetchedMessageOf(answer);
              if (message && set.has(message.uid)) batch.push(message);
            }
            if (batch.length > 0) await onBatch(batch);
          }
        }
      }),
    fetchFlags: (uids, { changedSince } = {}) =>
      guard(async () => {
        push.vanished = [];
        const changed: FlagUpdate[] = [];
        // What changed is few, whatever the range says.
        const pieces = changedSince === undefined ? [...uids.chunksDescending(quirks.fetchLimit)] : [uids];
        for (const set of pieces.flatMap((piece) => [...piece.commandSized()])) {
          const options =
            changedSince === undefined ? { uid: true } : { uid: true, changedSince: BigInt(changedSince) };
          for await (const answer of client.fetch(set.toString(), { uid: true, flags: true, labels }, options)) {
            const update = flagUpdateOf(answer);
            if (update) changed.push(update);
          }
        }
        return { changed, vanished: capabilities.qresync ? UidSet.of(push.vanished) : null };
      }),
    fetchParts: (uid, parts) =>
      guard(async () => {
        const bodyParts = parts.map(({ part, maxBytes }) =>
          maxBytes === undefined ? { key: part } : { key: part, start: 0, maxLength: maxBytes },
        );
        const answer = await client.fetchOne(String(uid), { uid: true, bodyParts }, { uid: true });
        if (!answer) throw gone();
        const found = new Map<string, Buffer>();
        for (const { part } of parts) {
          const bytes = answer.bodyParts?.get(part.toLowerCase());
          if (bytes) found.set(part, bytes);
        }
        return found;
      }),
    fetchPartHeads: (uids, part, maxBytes) =>
      guard(async () => {
        const heads = new Map<Uid, Buffer>();
        const query = { uid: true, bodyParts: [{ key: part, start: 0, maxLength: maxBytes }] };
        for (const set of uids.commandSized()) {
          for await (const answer of client.fetch(set.toString(), query, { uid: true })) {
            const uid = uidOf(answer.uid);
            const bytes = answer.bodyParts?.get(part.toLowerCase());
            if (uid !== null && bytes) heads.set(uid, bytes);
          }
        }
        return heads;
      }),
    fetchSource: (uid) =>
      guard(async () => {
        const answer = await client.fetchOne(String(uid), { uid: true, source: true }, { uid: true });
        const source = answer ? answer.source : undefined;
        if (!source) throw gone();
        return source;
      }),
    streamPart: async (uid, part) => ({
      size: null,
      stream: Readable.from(chunksOf(uid, part), { objectMode: false }),
    }),
    storeFlags: (uids, change) => guard(() => changes.storeFlags(uids, change)),
    storeLabels: (uids, change) => guard(() => changes.storeLabels(uids, change)),
    copy: (uids, target) => guard(() => changes.copy(uids, target)),
    move: (uids, target) => guard(() => changes.move(uids, target)),
    expunge: (uids) => guard(() => changes.expunge(uids)),
    append: (...message) => guard(() => changes.append(...message)),
    createMailbox: (path) => guard(() => changes.createMailbox(path)),
    renameMailbox: (from, to) => guard(async () => void (await client.mailboxRename(from, to))),
    deleteMailbox: (path) => guard(async () => void (await client.mailboxDelete(path))),
    subscribe: (path) => guard(async () => void (await client.mailboxSubscribe(path))),
    idle: (signal) =>
      guard(() =>
        idle(
          client,
          quirks,
          () => {
            for (const listener of push.listeners) listener({ kind: 'elsewhere' });
          },
          signal,
        ),
      ),
    noop: () => guard(() => client.noop()),
    onEvent(listener) {
      push.listeners.add(listener);
      return () => push.listeners.delete(listener);
    },
    logout: () => guard(() => client.logout()),
    destroy: () => client.close(),
  };

  /** A part in pieces, one round trip each; the reader's pace is the wire's. */
  async function* chunksOf(uid: Uid, part: string): AsyncGenerator<Buffer> {
    for (let start = 0; ; start += STREAM_CHUNK) {
      const range = { start, maxLength: STREAM_CHUNK };
      const query = part === '' ? { uid: true, source: range } : { uid: true, bodyParts: [{ key: part, ...range }] };
      const answer = await guard(() => client.fetchOne(String(uid), query, { uid: true }));
      const bytes = answer ? (part === '' ? answer.source : answer.bodyParts?.get(part.toLowerCase())) : undefined;
      if (!bytes) {
        if (start === 0) throw gone();
        return;
      }
      if (bytes.length > 0) yield bytes;
      if (bytes.length < STREAM_CHUNK) return;
    }
  }
}
