/**
 * ImapSession over one imapflow client. imapflow runs one command at a time; its answers of `false` are refusals and are
 * thrown here, never taken for "nothing found". Traps and their tests: session.integration.test.ts.
 */
import { Readable } from 'node:stream';
import type { Uid } from '@postroom/db';
import type { ImapFlow, SearchObject } from 'imapflow';
import { MailError } from '../../lib/driver/errors.ts';
import { type ErrorContext, withErrorHandler } from '../../lib/driver/with-error-handler.ts';
import {
  capabilitiesOf,
  copyOutcomeOf,
  fetchedMessageOf,
  flagNames,
  flagUpdateOf,
  listedMailboxOf,
  modSeqOf,
  statusOf,
  uidOf,
  uidValidityOf,
} from './convert.ts';
import { idle } from './idle.ts';
import type { CopyOutcome, FetchedMessage, FlagUpdate, ImapEvent, ImapSession, SelectedMailbox } from './types.ts';
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

function refused(what: string): MailError {
  return new MailError({ code: 'SERVER_UNAVAILABLE', message: `The mail server refused ${what}.`, on: 'imap' });
}

export function createSession(client: ImapFlow, context: ErrorContext, push: Push): ImapSession {
  const guard = <T>(work: () => Promise<T>) => withErrorHandler(context, work);
  const capabilities = capabilitiesOf(client);
  let selected: SelectedMailbox | null = null;
  const gone = () =>
    new MailError({ code: 'MESSAGE_NOT_FOUND', message: 'The mail server does not have this message any more.' });

  async function search(criteria: SearchObject): Promise<number[] | null> {
    const found = await client.search(criteria, { uid: true });
    return found === false || found === undefined ? null : found;
  }

  /** Removes these and nobody else's: without UIDPLUS an EXPUNGE would take other clients' `\Deleted` along. */
  async function expunge(uids: UidSet): Promise<{ left: readonly Uid[] }> {
    if (capabilities.uidplus) {
      await client.messageDelete(uids.toString(), { uid: true });
      return { left: [] };
    }
    await client.messageFlagsAdd(uids.toString(), ['\\Deleted'], { uid: true, silent: true });
    const flagged = UidSet.of((await search({ deleted: true })) ?? []);
    const foreign = !flagged.minus(uids).isEmpty;
    if (foreign || flagged.isEmpty) return { left: [...uids] };
    await client.messageDelete(uids.toString(), { uid: true });
    return { left: [] };
  }

  async function copy(uids: UidSet, target: string): Promise<CopyOutcome> {
    const answer = await client.messageCopy(uids.toString(), target, { uid: true });
    if (!answer) throw new MailError({ code: 'MAILBOX_NOT_FOUND', message: `There is no folder ${target} any more.` });
    return copyOutcomeOf(answer);
  }

  return {
    capabilities,
    get closed() {
      return !client.usable;
    },
    get selected() {
      return client.mailbox && client.mailbox.path === selected?.path ? selected : null;
    },
    list: ({ status }) =>
      guard(async () => (await client.list(status ? { statusQuery: STATUS_QUERY } : {})).map(listedMailboxOf)),
    status: (path) =>
      guard(async () => {
        const status = await client.status(path, STATUS_QUERY);
        if (!status) throw refused(`the state of ${path}`);
        return statusOf(status);
      }),
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
        selected = {
          path: mailbox.path,
          uidValidity: uidValidityOf(mailbox.uidValidity),
          uidNext: uidOf(mailbox.uidNext),
          exists: mailbox.exists,
          highestModSeq: mailbox.noModseq ? null : modSeqOf(mailbox.highestModseq),
          // EXAMINE allows nothing to be changed, so its PERMANENTFLAGS say nothing of keywords.
          keywordsAllowed: mailbox.readOnly ? null : (mailbox.permanentFlags?.has('\\*') ?? true),
          readOnly: mailbox.readOnly === true,
          resync: resynced ? { vanished: UidSet.of(push.vanished), changed: [...push.changed] } : null,
        };
        return selected;
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
        for (const chunk of uids.chunksDescending(batchSize)) {
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
        for (const set of uids.commandSized()) {
          const options =
            changedSince === undefined ? { uid: true } : { uid: true, changedSince: BigInt(changedSince) };
          for await (const answer of client.fetch(set.toString(), { uid: true, flags: true }, options)) {
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
    storeFlags: (uids, { add, remove }) =>
      guard(async () => {
        for (const [names, store] of [
          [flagNames(add), client.messageFlagsAdd.bind(client)],
          [flagNames(remove), client.messageFlagsRemove.bind(client)],
        ] as const) {
          if (names.length === 0) continue;
          const done = await store(uids.toString(), names, { uid: true, silent: true });
          if (!done)
            throw new MailError({ code: 'NOT_SUPPORTED', message: `The server keeps no ${names.join(', ')}.` });
        }
        return { modified: [] };
      }),
    copy: (uids, target) => guard(() => copy(uids, target)),
    move: (uids, target) =>
      guard(async () => {
        if (!capabilities.move) {
          const outcome = await copy(uids, target);
          await expunge(uids);
          return outcome;
        }
        const answer = await client.messageMove(uids.toString(), target, { uid: true });
        if (!answer)
          throw new MailError({ code: 'MAILBOX_NOT_FOUND', message: `There is no folder ${target} any more.` });
        return copyOutcomeOf(answer);
      }),
    expunge: (uids) => guard(() => expunge(uids)),
    append: (path, message, flags, internalDate) =>
      guard(async () => {
        const answer = await client.append(path, message, flagNames(flags), internalDate);
        if (!answer) throw refused(`to store a message in ${path}`);
        return { uid: uidOf(answer.uid), uidValidity: uidValidityOf(answer.uidValidity) };
      }),
    createMailbox: (path) => guard(() => createMailbox(path)),
    renameMailbox: (from, to) => guard(async () => void (await client.mailboxRename(from, to))),
    deleteMailbox: (path) => guard(async () => void (await client.mailboxDelete(path))),
    subscribe: (path) => guard(async () => void (await client.mailboxSubscribe(path))),
    idle: (signal) =>
      guard(() =>
        idle(
          client,
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

  /** Courier and cPanel keep everything below the inbox; without NAMESPACE only their refusal shows it. */
  async function createMailbox(path: string): Promise<string> {
    try {
      return (await client.mailboxCreate(path)).path;
    } catch (error) {
      const prefix = `INBOX${client.namespace?.delimiter ?? '/'}`;
      if (!client.usable || path.startsWith(prefix)) throw error;
      return (await client.mailboxCreate(prefix + path)).path;
    }
  }

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
