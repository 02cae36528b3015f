/**
 * What the server says without having been asked: EXISTS, EXPUNGE, VANISHED and FETCH (RFC 9051 §7.5, RFC 7162 §3.2.10).
 * All of it is an event; what comes with a SELECT under QRESYNC is gathered too. VANISHED stays ranges, where imapflow
 * would call back once a UID, and a server that says more than fits is not listened to: its mailbox is compared then.
 */
import type { ImapFlow } from 'imapflow';
import { flagUpdateOf } from './convert.ts';
import { internalsOf, type Response, textOf } from './internals.ts';
import type { FlagUpdate, ImapEvent } from './types.ts';
import { UidSet } from './uid-set.ts';

const MAX_SET = 1024 * 1024;
const MAX_RANGES = 200_000;
const MAX_CHANGED = 100_000;

export interface Unasked {
  readonly listeners: Set<(event: ImapEvent) => void>;
  emit(event: ImapEvent): void;
  /** Gathers what is told while the work runs. Null: the server told more, or worse, than can be used. */
  during<T>(work: () => Promise<T>): Promise<{ value: T; told: Told | null }>;
}

export interface Told {
  readonly vanished: UidSet;
  readonly changed: readonly FlagUpdate[];
}

export function listenUnasked(client: ImapFlow): Unasked {
  const internals = internalsOf(client);
  const listeners: Unasked['listeners'] = new Set();
  let gathering: { vanished: UidSet; changed: FlagUpdate[]; isUsable: boolean } | null = null;
  const emit = (event: ImapEvent) => {
    for (const listener of listeners) listener(event);
  };

  // Without a listener a late socket error would end the process.
  client.on('error', () => emit({ kind: 'closed' }));
  client.on('close', () => emit({ kind: 'closed' }));
  client.on('exists', ({ path, count }) => emit({ kind: 'exists', path, count }));
  client.on('expunge', ({ path }) => emit({ kind: 'expunge', path }));
  client.on('flags', (update) => {
    const change = flagUpdateOf(update);
    if (gathering && gathering.changed.length >= MAX_CHANGED) gathering.isUsable = false;
    else if (gathering && change) gathering.changed.push(change);
    emit({ kind: 'flags', path: update.path });
  });
  internals.untaggedVanished = async (response, mailbox = client.mailbox || undefined) => {
    if (!mailbox) return;
    const { uids, isEarlier } = vanishedOf(response);
    if (!isEarlier && uids && mailbox.exists !== undefined) mailbox.exists = Math.max(0, mailbox.exists - uids.size);
    if (gathering) {
      const vanished = uids && gathering.vanished.union(uids);
      if (vanished && vanished.ranges.length <= MAX_RANGES) gathering.vanished = vanished;
      else gathering.isUsable = false;
    }
    emit({ kind: 'expunge', path: mailbox.path });
  };

  return {
    listeners,
    emit,
    async during(work) {
      const gathered = { vanished: UidSet.empty, changed: [], isUsable: true };
      gathering = gathered;
      try {
        const value = await work();
        return { value, told: gathered.isUsable ? gathered : null };
      } finally {
        gathering = null;
      }
    },
  };
}

/** `VANISHED [(EARLIER)] set`; null for a set that is none. */
function vanishedOf({ attributes = [] }: Response): { uids: UidSet | null; isEarlier: boolean } {
  const isEarlier = Array.isArray(attributes[0]);
  const text = textOf(attributes[isEarlier ? 1 : 0]);
  if (text === undefined || text.length > MAX_SET) return { uids: null, isEarlier };
  try {
    return { uids: UidSet.parse(text), isEarlier };
  } catch {
    // QUIRK: iCloud's are malformed.
    return { uids: null, isEarlier };
  }
}
