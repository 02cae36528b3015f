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
import { createChanges, refused } from './changes.ts';
import { capabilitiesOf, listedMailboxOf, modSeqOf, statusOf, uidOf, uidValidityOf } from './convert.ts';
import { createFetches } from './fetch.ts';
import { type IdleParts, idle } from './idle.ts';
import { internalsOf } from './internals.ts';
import { objectIdOf } from './object-id.ts';
import type { Replies } from './replies.ts';
import type { ImapSession, MailboxStatus, SelectedMailbox } from './types.ts';
import { UidSet } from './uid-set.ts';
import type { Unasked } from './unasked.ts';

const STATUS_QUERY = { messages: true, uidNext: true, uidValidity: true, unseen: true, highestModseq: true };
const STREAM_CHUNK = 1024 * 1024;

/** EXAMINE allows nothing to be changed, so its PERMANENTFLAGS say nothing of keywords. */
function keywordsAllowedIn({ readOnly, permanentFlags }: MailboxObject): boolean | null {
  return readOnly ? null : (permanentFlags?.has('\\*') ?? true);
}

export interface SessionParts {
  readonly client: ImapFlow;
  readonly context: ErrorContext;
  readonly unasked: Unasked;
  readonly replies: Replies;
  readonly quirks: Quirks;
  readonly limits: Pick<IdleParts, 'everyMs' | 'silentMs'>;
}

export function createSession({ client, context, unasked, replies, quirks, limits }: SessionParts): ImapSession {
  const guard = <T>(work: () => Promise<T>) => withErrorHandler(context, work);
  const capabilities = capabilitiesOf(client, quirks);
  let selected: SelectedMailbox | null = null;
  const gone = () =>
    new MailError({ code: 'MESSAGE_NOT_FOUND', message: 'The mail server does not have this message any more.' });

  const tooMuch = () =>
    new MailError({
      code: 'SERVER_UNAVAILABLE',
      message: 'The mail server sends more than there is of this message.',
      fix: 'What came of it is not whole. Ask whoever runs the mail server.',
      on: 'imap',
    });

  async function search(criteria: SearchObject): Promise<number[] | null> {
    const found = await client.search(criteria, { uid: true });
    return found === false || found === undefined ? null : found;
  }

  async function status(path: string): Promise<MailboxStatus> {
    const found = await client.status(path, STATUS_QUERY);
    if (!found) throw refused(`the state of ${path}`);
    return statusOf(found);
  }

  const changes = createChanges({ client, capabilities, quirks, replies, search, status });
  const fetches = createFetches(client, quirks);

  return {
    capabilities,
    quirks,
    get closed() {
      return !client.usable;
    },
    get selected() {
      return client.mailbox && client.mailbox.path === selected?.path ? selected : null;
    },
    list: ({ status }) =>
      guard(async () => (await client.list(status ? { statusQuery: STATUS_QUERY } : {})).map(listedMailboxOf)),
    status: (path) => guard(() => status(path)),
    mailboxObjectId: (path) => guard(() => (capabilities.objectId ? objectIdOf(client, path) : Promise.resolve(null))),
    select: (path, options = {}) =>
      guard(async () => {
        const { value: mailbox, told } = await unasked.during(() =>
          client.mailboxOpen(path, {
            readOnly: options.readOnly ?? false,
            ...(options.resync
              ? { changedSince: BigInt(options.resync.modSeq), uidValidity: BigInt(options.resync.uidValidity) }
              : {}),
          }),
        );
        const resynced = options.resync !== undefined && 'qresync' in mailbox && mailbox.qresync === true;
        selected = {
          path: mailbox.path,
          uidValidity: uidValidityOf(mailbox.uidValidity),
          uidNext: uidOf(mailbox.uidNext),
          exists: mailbox.exists,
          highestModSeq: mailbox.noModseq ? null : modSeqOf(mailbox.highestModseq),
          keywordsAllowed: quirks.keepsKeywords ? keywordsAllowedIn(mailbox) : false,
          objectId: typeof mailbox.mailboxId === 'string' ? mailbox.mailboxId : null,
          readOnly: mailbox.readOnly === true,
          resync: resynced ? told : null,
        };
        return selected;
      }),
    unselect: () =>
      guard(async () => {
        // CLOSE would remove what others have marked as \Deleted.
        if (client.capabilities.has('UNSELECT')) await internalsOf(client).run('CLOSE', { unselect: true });
      }),
    searchAll: () =>
      guard(async () => {
        const found = await search({ all: true });
        if (found === null) throw refused('to list the messages of a folder');
        return UidSet.of(found.filter((uid) => uidOf(uid) !== null));
      }),
    searchHeader: (field, value) =>
      guard(async () => {
        const found = await search({ header: { [field]: value } });
        if (found === null) throw refused('a search');
        return found as Uid[];
      }),
    search: (criteria) => guard(async () => (await search(criteria)) as Uid[] | null),
    fetchMessages: (uids, options) => guard(() => fetches.fetchMessages(uids, options)),
    fetchFlags: (uids, options) => guard(() => fetches.fetchFlags(uids, options)),
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
    fetchPartHeads: (uids, part, maxBytes) => guard(() => fetches.fetchPartHeads(uids, part, maxBytes)),
    fetchSource: (uid, maxBytes) =>
      guard(async () => {
        const wanted = maxBytes === undefined ? true : { start: 0, maxLength: maxBytes };
        const answer = await client.fetchOne(String(uid), { uid: true, source: wanted }, { uid: true });
        const source = answer ? answer.source : undefined;
        if (!source) throw gone();
        return source;
      }),
    streamPart: (uid, part, maxBytes) => ({
      stream: Readable.from(chunksOf(uid, part, maxBytes), { objectMode: false }),
    }),
    storeFlags: (uids, change) => guard(() => changes.storeFlags(uids, change)),
    storeLabels: (uids, change) => guard(() => changes.storeLabels(uids, change)),
    copy: (uids, target) => guard(() => changes.copy(uids, target)),
    move: (uids, target) => guard(() => changes.move(uids, target)),
    expunge: (uids) => guard(() => changes.expunge(uids)),
    append: (...message) => guard(() => changes.append(...message)),
    replace: (...args) => guard(() => changes.replace(...args)),
    createMailbox: (path) => guard(() => changes.createMailbox(path)),
    renameMailbox: (from, to) => guard(async () => void (await client.mailboxRename(from, to))),
    deleteMailbox: (path) => guard(async () => void (await client.mailboxDelete(path))),
    subscribe: (path) => guard(async () => void (await client.mailboxSubscribe(path))),
    idle: (signal) =>
      guard(() => idle({ client, quirks, onElsewhere: () => unasked.emit({ kind: 'elsewhere' }), ...limits }, signal)),
    noop: () =>
      guard(async () => {
        await client.noop();
        // Whatever became of it, imapflow says nothing.
        if (!client.usable)
          throw new MailError({ code: 'SERVER_UNAVAILABLE', message: 'The connection is lost.', on: 'imap' });
      }),
    onEvent(listener) {
      unasked.listeners.add(listener);
      return () => unasked.listeners.delete(listener);
    },
    logout: () => guard(() => client.logout()),
    destroy: () => client.close(),
  };

  /** A part in pieces, one round trip each; the reader's pace is the wire's. */
  async function* chunksOf(uid: Uid, part: string, maxBytes: number): AsyncGenerator<Buffer> {
    for (let start = 0; ; start += STREAM_CHUNK) {
      const range = { start, maxLength: STREAM_CHUNK };
      const query = part === '' ? { uid: true, source: range } : { uid: true, bodyParts: [{ key: part, ...range }] };
      const answer = await guard(() => client.fetchOne(String(uid), query, { uid: true }));
      const bytes = answer ? (part === '' ? answer.source : answer.bodyParts?.get(part.toLowerCase())) : undefined;
      if (!bytes) {
        if (start === 0) throw gone();
        return;
      }
      // QUIRK: a server that knows no ranges sends all of it at the first question.
      const isWhole = start === 0 && bytes.length > STREAM_CHUNK;
      if (start + bytes.length > maxBytes || (bytes.length > STREAM_CHUNK && !isWhole)) {
        client.close();
        throw tooMuch();
      }
      if (bytes.length > 0) yield bytes;
      if (bytes.length < STREAM_CHUNK || isWhole) return;
    }
  }
}
