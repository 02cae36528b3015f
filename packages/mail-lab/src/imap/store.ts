/** The mail of the memory server: mailboxes, messages, modification sequences (RFC 7162). Tests reach in here. */
import { createHash } from 'node:crypto';

/** A message in a mailbox. */
export interface MemoryMessage {
  uid: number;
  flags: Set<string>;
  internalDate: Date;
  raw: Buffer;
  modSeq: number;
  /** OBJECTID (RFC 8474). */
  emailId: string;
  threadId: string | null;
  /** X-GM-LABELS; gmail.ts. */
  labels?: Set<string>;
}

/** What can be said about a message that is put into a mailbox. */
export interface AppendInput {
  flags?: Iterable<string>;
  internalDate?: Date;
  uid?: number;
  emailId?: string;
  threadId?: string | null;
}

/** A mailbox. Whatever is changed here reaches the sessions that have it selected. */
export interface MemoryMailbox {
  /** Decoded, `/` (or the server's separator) between levels. */
  path: string;
  specialUse: string | undefined;
  subscribed: boolean;
  selectable: boolean;
  uidValidity: number;
  uidNext: number;
  highestModSeq: number;
  mailboxId: string;
  messages: MemoryMessage[];
  /** UIDs that are gone, with the modification sequence of their end. */
  vanished: { uid: number; modSeq: number }[];
  /** PERMANENTFLAGS; default all system flags and `\*`. */
  permanentFlags: string[];
  append(raw: Buffer | string, input?: AppendInput): MemoryMessage;
  expunge(...uids: number[]): void;
  setFlags(uid: number, flags: Iterable<string>): void;
  find(uid: number): MemoryMessage | undefined;
  /** Gmail: the label that this mailbox is, which FETCH leaves out here. */
  ownLabel?: string | undefined;
  /** Gmail: X-GM-LABELS of STORE; false for one that cannot be. */
  storeLabels?(uid: number, operation: 'add' | 'remove' | 'set', names: string[]): boolean;
  /** A new UIDVALIDITY; with `renumber` (default) every message also gets a new UID, from 1. */
  bumpUidValidity(renumber?: boolean): void;
}

/** All mailboxes of the account. */
export interface MemoryStore {
  mailboxes: Map<string, MemoryMailbox>;
  separator: string;
  get(path: string): MemoryMailbox | undefined;
  create(path: string, options?: { specialUse?: string; subscribed?: boolean; uidValidity?: number }): MemoryMailbox;
  remove(path: string): void;
  rename(from: string, to: string): void;
  /** Calls back after every change. Returns the way to stop that. */
  watch(listener: () => void): () => void;
  changed(): void;
}

const SYSTEM_FLAGS = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'];

function createMailbox(store: MemoryStore, path: string, uidValidity: number): MemoryMailbox {
  const mailbox: MemoryMailbox = {
    path,
    specialUse: undefined,
    subscribed: true,
    selectable: true,
    uidValidity,
    uidNext: 1,
    highestModSeq: 1,
    mailboxId: `F${createHash('sha256').update(`${path}${uidValidity}`).digest('hex').slice(0, 12)}`,
    messages: [],
    vanished: [],
    permanentFlags: [...SYSTEM_FLAGS, '\\*'],
    append(raw, input = {}) {
      const bytes = Buffer.isBuffer(raw) ? raw : Buffer.from(raw, 'utf8');
      const uid = input.uid ?? mailbox.uidNext;
      const message: MemoryMessage = {
        uid,
        flags: new Set(input.flags),
        internalDate: input.internalDate ?? new Date('2026-01-05T09:00:00Z'),
        raw: bytes,
        modSeq: ++mailbox.highestModSeq,
        emailId: input.emailId ?? `M${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`,
        threadId: input.threadId ?? null,
      };
      const isNewest = uid > (mailbox.messages.at(-1)?.uid ?? 0);
      mailbox.messages.push(message);
      if (!isNewest) mailbox.messages.sort((one, other) => one.uid - other.uid);
      mailbox.uidNext = Math.max(mailbox.uidNext, uid + 1);
      store.changed();
      return message;
    },
    expunge(...uids) {
      const doomed = new Set(uids);
      const modSeq = ++mailbox.highestModSeq;
      for (const { uid } of mailbox.messages) if (doomed.has(uid)) mailbox.vanished.push({ uid, modSeq });
      mailbox.messages = mailbox.messages.filter(({ uid }) => !doomed.has(uid));
      store.changed();
    },
    setFlags(uid, flags) {
      const message = mailbox.find(uid);
      if (!message) throw new Error(`${path} has no message ${uid}`);
      message.flags = new Set(flags);
      message.modSeq = ++mailbox.highestModSeq;
      store.changed();
    },
    find: (uid) => mailbox.messages.find((message) => message.uid === uid),
    bumpUidValidity(renumber = true) {
      mailbox.uidValidity++;
      mailbox.vanished = [];
      if (renumber) {
        mailbox.messages = mailbox.messages.map((message, index) => ({ ...message, uid: index + 1 }));
        mailbox.uidNext = mailbox.messages.length + 1;
      }
      store.changed();
    },
  };
  return mailbox;
}

/** An account with an empty INBOX. */
export function createStore(separator = '/'): MemoryStore {
  const listeners = new Set<() => void>();
  let validity = 1000;
  const canonical = (path: string): string => (path.toUpperCase() === 'INBOX' ? 'INBOX' : path);
  const store: MemoryStore = {
    mailboxes: new Map(),
    separator,
    get: (path) => store.mailboxes.get(canonical(path)),
    create(path, options = {}) {
      const mailbox = createMailbox(store, canonical(path), options.uidValidity ?? ++validity);
      mailbox.specialUse = options.specialUse;
      mailbox.subscribed = options.subscribed ?? true;
      store.mailboxes.set(mailbox.path, mailbox);
      return mailbox;
    },
    remove(path) {
      store.mailboxes.delete(canonical(path));
      store.changed();
    },
    rename(from, to) {
      for (const mailbox of [...store.mailboxes.values()]) {
        if (mailbox.path !== from && !mailbox.path.startsWith(`${from}${separator}`)) continue;
        store.mailboxes.delete(mailbox.path);
        mailbox.path = `${to}${mailbox.path.slice(from.length)}`;
        store.mailboxes.set(mailbox.path, mailbox);
      }
      store.changed();
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed() {
      for (const listener of [...listeners]) listener();
    },
  };
  store.create('INBOX');
  return store;
}
