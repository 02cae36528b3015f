/**
 * FETCH of what the index needs (RFC 9051 §6.4.5, RFC 7162). Servers answer with fewer messages than asked, with rows that
 * cannot be read (a malformed BODYSTRUCTURE loses the whole row), with the same row again, and with rows of others: what
 * lacks is asked for again, at last without its structure, and what still lacks is told.
 */
import type { ModSeq } from '@postroom/db';
import type { ImapFlow } from 'imapflow';
import { MailError } from '../../lib/driver/errors.ts';
import { fetchedMessageOf, flagUpdateOf } from './convert.ts';
import type { FetchedMessage, FlagUpdate, ImapSession } from './types.ts';
import { UidSet } from './uid-set.ts';

/** ENVELOPE has no References, and `mime/` decodes better than any server. */
const HEADER_FIELDS =
  `from sender reply-to to cc bcc subject date message-id in-reply-to references list-id list-unsubscribe
  list-unsubscribe-post auto-submitted precedence`.split(/\s+/);
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

type Fetches = Pick<ImapSession, 'fetchMessages' | 'fetchFlags'>;

export function createFetches(client: ImapFlow): Fetches {
  async function fetchRows(
    set: UidSet,
    query: typeof WHOLE | typeof WITHOUT_STRUCTURE,
  ): Promise<{ batch: FetchedMessage[]; missing: UidSet }> {
    const found = new Map<number, FetchedMessage>();
    const count = createCounter(client, set.size);
    for await (const answer of client.fetch(set.toString(), query, { uid: true })) {
      count();
      const message = fetchedMessageOf(answer);
      if (message && set.has(message.uid)) found.set(message.uid, message);
    }
    return { batch: [...found.values()], missing: set.minus(UidSet.of(found.keys())) };
  }

  return {
    async fetchMessages(uids, { batchSize, onBatch, signal }) {
      let lacking = UidSet.empty;
      for (const chunk of uids.chunksDescending(batchSize)) {
        for (const set of chunk.commandSized()) {
          let missing = set;
          for (const query of [WHOLE, WHOLE, WITHOUT_STRUCTURE]) {
            if (missing.isEmpty) break;
            if (signal?.aborted) return lacking;
            const rows = await fetchRows(missing, query);
            missing = rows.missing;
            if (rows.batch.length > 0) await onBatch(rows.batch);
          }
          lacking = lacking.union(missing);
        }
      }
      return lacking;
    },

    async fetchFlags(uids, { changedSince, onBatch }: { changedSince?: ModSeq; onBatch: OnFlags }) {
      const exists = client.mailbox ? client.mailbox.exists : 0;
      for (const set of uids.commandSized()) {
        const count = createCounter(client, Math.min(set.size, exists));
        let batch: FlagUpdate[] = [];
        const options = changedSince === undefined ? { uid: true } : { uid: true, changedSince: BigInt(changedSince) };
        for await (const answer of client.fetch(set.toString(), { uid: true, flags: true }, options)) {
          count();
          const update = flagUpdateOf(answer);
          if (update && set.has(update.uid)) batch.push(update);
          if (batch.length < FLAGS_BATCH) continue;
          await onBatch(batch);
          batch = [];
        }
        if (batch.length > 0) await onBatch(batch);
      }
    },
  };
}

type OnFlags = (batch: readonly FlagUpdate[]) => Promise<void>;

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
