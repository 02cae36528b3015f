/**
 * FETCH of what the index needs (RFC 9051 §6.4.5, RFC 7162). Servers answer with fewer messages than asked, with rows that
 * cannot be read (a malformed BODYSTRUCTURE loses the whole row), with the same row again, and with rows of others: what
 * lacks is asked for again, at last without its structure, and what still lacks is told.
 */
import type { Uid } from '@postroom/db';
import type { ImapFlow } from 'imapflow';
import { MailError } from '../../lib/driver/errors.ts';
import type { Quirks } from '../accounts/quirks/quirks.ts';
import { fetchedMessageOf, flagUpdateOf, uidOf } from './convert.ts';
import type { FetchedMessage, FlagUpdate, ImapSession } from './types.ts';
import { UidSet } from './uid-set.ts';

/** ENVELOPE has no References, and `mime/` decodes better than any server. */
const HEADER_FIELDS =
  `from sender reply-to to cc bcc subject date message-id in-reply-to references list-id list-unsubscribe
  list-unsubscribe-post list-post auto-submitted precedence mail-followup-to mail-reply-to x-original-to envelope-to
  delivered-to`.split(/\s+/);
const WHOLE = {
  uid: true,
  flags: true,
  internalDate: true,
  size: true,
  bodyStructure: true,
  headers: HEADER_FIELDS,
  threadId: true,
};
const WITHOUT_STRUCTURE = { ...WHOLE, bodyStructure: false };
/** Rows that are not looked at twice before the server counts as one that will not stop. */
const SPARE_ROWS = 10_000;
const FLAGS_BATCH = 2000;
const HEAVY_OCTETS = 16 * 1024 * 1024;

type Fetches = Pick<ImapSession, 'fetchMessages' | 'fetchFlags' | 'fetchPartHeads'>;

export function createFetches(client: ImapFlow, quirks: Quirks): Fetches {
  const labels = quirks.labels === 'x-gm-labels' && client.capabilities.has('X-GM-EXT-1');

  /** Gives what lacks. A batch that grows heavy goes on before its time: one header may be as long as a literal may be. */
  async function fetchRows(set: UidSet, query: Query, onBatch: OnMessages): Promise<UidSet> {
    const isHeavy = createScales(client);
    const count = createCounter(client, set.size);
    const seen = new Set<number>();
    let batch: FetchedMessage[] = [];
    for await (const answer of client.fetch(set.toString(), { ...query, labels }, { uid: true })) {
      count();
      const message = fetchedMessageOf(answer);
      if (!message || !set.has(message.uid) || seen.has(message.uid)) continue;
      seen.add(message.uid);
      batch.push(message);
      if (!isHeavy()) continue;
      await onBatch(batch);
      batch = [];
    }
    if (batch.length > 0) await onBatch(batch);
    return set.minus(UidSet.of(seen));
  }

  return {
    async fetchMessages(uids, { batchSize, onBatch, signal }) {
      let lacking = UidSet.empty;
      for (const chunk of uids.chunksDescending(Math.min(batchSize, quirks.fetchLimit))) {
        for (const set of chunk.commandSized()) {
          let missing = set;
          for (const query of [WHOLE, WHOLE, WITHOUT_STRUCTURE]) {
            if (missing.isEmpty) break;
            if (signal?.aborted) return lacking;
            missing = await fetchRows(missing, query, onBatch);
          }
          lacking = lacking.union(missing);
        }
      }
      return lacking;
    },

    async fetchFlags(uids, { changedSince, onBatch }) {
      const exists = client.mailbox ? client.mailbox.exists : 0;
      // What changed is few, whatever the range says.
      const pieces = changedSince === undefined ? [...uids.chunksDescending(quirks.fetchLimit)] : [uids];
      for (const set of pieces.flatMap((piece) => [...piece.commandSized()])) {
        const isHeavy = createScales(client);
        const count = createCounter(client, Math.min(set.size, exists));
        let batch: FlagUpdate[] = [];
        const options = changedSince === undefined ? { uid: true } : { uid: true, changedSince: BigInt(changedSince) };
        for await (const answer of client.fetch(set.toString(), { uid: true, flags: true, labels }, options)) {
          count();
          const update = flagUpdateOf(answer);
          if (update && set.has(update.uid)) batch.push(update);
          if (batch.length < FLAGS_BATCH && !isHeavy()) continue;
          await onBatch(batch);
          batch = [];
        }
        if (batch.length > 0) await onBatch(batch);
      }
    },

    async fetchPartHeads(uids, part, maxBytes) {
      const heads = new Map<Uid, Buffer>();
      const query = { uid: true, bodyParts: [{ key: part, start: 0, maxLength: maxBytes }] };
      for (const set of uids.commandSized()) {
        const count = createCounter(client, set.size);
        for await (const answer of client.fetch(set.toString(), query, { uid: true })) {
          count();
          const uid = uidOf(answer.uid);
          // imapflow takes the header, however it was asked for, for the one header there is.
          const bytes = part === 'HEADER' ? answer.headers : answer.bodyParts?.get(part.toLowerCase());
          // A copy: what the server sent beyond what was asked for is let go.
          if (uid !== null && set.has(uid) && bytes) heads.set(uid, Buffer.from(bytes.subarray(0, maxBytes)));
        }
      }
      return heads;
    },
  };
}

type Query = typeof WHOLE | typeof WITHOUT_STRUCTURE;
type OnMessages = (batch: FetchedMessage[]) => Promise<void>;

/** Whether so much has come since it last said so that it should not lie in memory any longer. */
function createScales(client: ImapFlow): () => boolean {
  let since = client.stats().received;
  return () => {
    const { received } = client.stats();
    if (received - since < HEAVY_OCTETS) return false;
    since = received;
    return true;
  };
}

/** Called for every row: ends the connection when there are many more than there can be. */
function createCounter(client: ImapFlow, expected: number): () => void {
  let left = 2 * expected + SPARE_ROWS;
  return () => {
    left -= 1;
    if (left >= 0) return;
    client.close();
    throw new MailError({
      code: 'SERVER_UNAVAILABLE',
      message: 'The mail server does not stop answering.',
      on: 'imap',
    });
  };
}
