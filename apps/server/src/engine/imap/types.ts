/**
 * The wire as the rest of the engine sees it: one interface a live session, in the words of RFC 9051 and its extensions.
 * Nothing here knows the database. `session.ts` implements it over imapflow, one file a command.
 */
import type { Readable } from 'node:stream';
import type { ConnectionId, MailboxRole, ModSeq, StoredEndpoint, StructureNode, Uid, UidValidity } from '@postroom/db';
import type { AccountAuth } from '../accounts/account-auth.ts';
import type { Quirks } from '../accounts/quirks/quirks.ts';
import type { MessageSource } from '../mime/index.ts';
import type { UidSet } from './uid-set.ts';

/** How to reach and enter an account; secrets in clear, in memory only. */
export interface ImapAccount {
  readonly connectionId: ConnectionId;
  readonly email: string;
  readonly endpoint: StoredEndpoint;
  readonly auth: AccountAuth;
  readonly pin?: string | undefined;
}

export interface Capabilities {
  readonly all: readonly string[];
  readonly condstore: boolean;
  readonly qresync: boolean;
  readonly uidplus: boolean;
  readonly move: boolean;
  readonly idle: boolean;
  readonly notify: boolean;
  readonly listStatus: boolean;
  readonly esearch: boolean;
  readonly specialUse: boolean;
  readonly objectId: boolean;
  readonly replace: boolean;
  readonly gmail: boolean;
  readonly appendLimit: number | null;
}

/** RFC 9051 §2.3.2: system flags by name without the backslash, keywords as the server spells them. */
export type SystemFlag = 'seen' | 'answered' | 'flagged' | 'deleted' | 'draft';
export interface Flags {
  readonly system: readonly SystemFlag[];
  readonly keywords: readonly string[];
}

export interface MailboxStatus {
  readonly messages: number;
  readonly uidNext: Uid | null;
  /** Null: absent or 0, which is not believed. */
  readonly uidValidity: UidValidity | null;
  readonly highestModSeq: ModSeq | null;
  readonly unseen: number | null;
}

/** One row of LIST, with STATUS where it could be had. */
export interface ListedMailbox {
  readonly path: string;
  readonly name: string;
  readonly delimiter: string | null;
  /** Lower case, without backslash. */
  readonly attributes: readonly string[];
  readonly selectable: boolean;
  readonly subscribed: boolean;
  /** From SPECIAL-USE, else by localised name; `accounts/roles.ts`. */
  readonly role: MailboxRole | null;
  /** RFC 8474 MAILBOXID. */
  readonly objectId: string | null;
  readonly status: MailboxStatus | null;
}

export interface FlagUpdate {
  readonly uid: Uid;
  readonly flags: Flags;
  readonly modSeq: ModSeq | null;
  /** X-GM-LABELS; null elsewhere, and where they were not told. */
  readonly labels: readonly string[] | null;
}

export interface SelectedMailbox {
  readonly path: string;
  readonly uidValidity: UidValidity | null;
  readonly uidNext: Uid | null;
  readonly exists: number;
  /** Null: NOMODSEQ, or a server without CONDSTORE. */
  readonly highestModSeq: ModSeq | null;
  /** PERMANENTFLAGS has `\*`; null where it is not known: EXAMINE. */
  readonly keywordsAllowed: boolean | null;
  readonly readOnly: boolean;
  /** RFC 8474 MAILBOXID. */
  readonly objectId: string | null;
  /** What QRESYNC told with the SELECT; null when it was not asked, not taken up, or told in no usable way. */
  readonly resync: { readonly vanished: UidSet; readonly changed: readonly FlagUpdate[] } | null;
}

/** One message as the index needs it: envelope, structure, flags and a few header fields; no body. */
export interface FetchedMessage {
  readonly uid: Uid;
  readonly flags: Flags;
  readonly modSeq: ModSeq | null;
  readonly internalDate: Date;
  readonly size: number;
  /** Header fields as raw bytes: From, Sender, Reply-To, To, Cc, Bcc, Subject, Date, Message-ID, In-Reply-To, References, List-*, Auto-Submitted, Precedence, Content-Type. Decoded by `mime/`, never by the server's ENVELOPE. */
  readonly header: Buffer;
  readonly structure: StructureNode | null;
  /** RFC 8474 EMAILID or X-GM-MSGID. */
  readonly emailId: string | null;
  /** RFC 8474 THREADID or X-GM-THRID. */
  readonly serverThreadId: string | null;
  /** X-GM-LABELS; null elsewhere. */
  readonly labels: readonly string[] | null;
}

export type ImapEvent =
  | { readonly kind: 'exists'; readonly path: string; readonly count: number }
  | { readonly kind: 'expunge'; readonly path: string }
  | { readonly kind: 'flags'; readonly path: string }
  /** RFC 5465 NOTIFY: a mailbox that is not selected changed, came or went; LIST tells which. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'closed' };

export type CopyOutcome = {
  /** Old UID → new UID, from COPYUID (RFC 4315); empty where the server does not say. */
  readonly uidMap: ReadonlyMap<Uid, Uid>;
  readonly uidValidity: UidValidity | null;
  /** Originals of a move that stay where they are, flagged `\\Deleted` (`expunge`). */
  readonly left: readonly Uid[];
};

export type StoreOutcome = {
  /** UIDs that the server refused because they changed meanwhile (RFC 7162 MODIFIED). */
  readonly modified: readonly Uid[];
};

/** X-GM-LABELS as the server spells them. */
export interface LabelChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

export interface AppendOutcome {
  /** Null without APPENDUID. */
  readonly uid: Uid | null;
  readonly uidValidity: UidValidity | null;
}

export interface PartRequest {
  readonly part: string;
  /** At most so many octets of the encoded part. */
  readonly maxBytes?: number;
}

/**
 * A live, authenticated session. Commands run one at a time, in call order. Every method throws MailError; after a
 * connection loss all further calls do (`SERVER_UNAVAILABLE`, retryable).
 */
export interface ImapSession {
  readonly capabilities: Capabilities;
  /** What it does otherwise than it says. */
  readonly quirks: Quirks;
  readonly closed: boolean;
  /** The selected mailbox as SELECT showed it. Its STATUS is not to be trusted: servers tell it as this session last saw it. */
  readonly selected: SelectedMailbox | null;
  list(options: { status: boolean }): Promise<ListedMailbox[]>;
  status(path: string): Promise<MailboxStatus>;
  /** RFC 8474 MAILBOXID; null where it is not offered. */
  mailboxObjectId(path: string): Promise<string | null>;
  /** SELECT or EXAMINE, always on the wire, so that the counts are fresh. With `resync`, QRESYNC where enabled. */
  select(
    path: string,
    options?: { readOnly?: boolean; resync?: { uidValidity: UidValidity; modSeq: ModSeq } },
  ): Promise<SelectedMailbox>;
  /** All UIDs of the selected mailbox (ESEARCH where offered). A refusal throws; it is never an empty set. */
  searchAll(): Promise<UidSet>;
  /** UIDs whose header field contains the text. */
  searchHeader(field: string, value: string): Promise<Uid[]>;
  /** RFC 9051 §6.4.4 with imapflow's search object; null when the server refuses the search. */
  search(criteria: Readonly<Record<string, unknown>>): Promise<Uid[] | null>;
  /** Leaves the selected mailbox where UNSELECT (RFC 3691) is offered, else not. */
  unselect(): Promise<void>;
  /** In batches as they come, back-pressured: the wire waits for `onBatch`. Gives the UIDs that never came. */
  fetchMessages(
    uids: UidSet,
    options: { batchSize: number; onBatch: (batch: FetchedMessage[]) => Promise<void>; signal?: AbortSignal },
  ): Promise<UidSet>;
  /** FLAGS of a set, in batches like messages; with `changedSince` only what changed. Rows without FLAGS are dropped. */
  fetchFlags(
    uids: UidSet,
    options: { changedSince?: ModSeq; onBatch: (batch: readonly FlagUpdate[]) => Promise<void> },
  ): Promise<void>;
  /** Encoded octets of several parts of one message in one round trip. A part the server did not send is absent. */
  fetchParts(uid: Uid, parts: readonly PartRequest[]): Promise<Map<string, Buffer>>;
  /** First octets of the same text part of many messages in one round trip, for snippets. */
  fetchPartHeads(uids: UidSet, part: string, maxBytes: number): Promise<Map<Uid, Buffer>>;
  /** The source (its first `maxBytes` where that is given) into memory; MESSAGE_NOT_FOUND when the UID is gone. */
  fetchSource(uid: Uid, maxBytes?: number): Promise<Buffer>;
  /**
   * The encoded octets of a part (`''` = whole message) as a stream with back-pressure. A server that sends more than
   * `maxBytes` lies: the stream fails, and the session ends.
   */
  streamPart(uid: Uid, part: string, maxBytes: number): { stream: Readable };
  /** +FLAGS.SILENT / -FLAGS.SILENT; keywords the server does not keep throw NOT_SUPPORTED. */
  storeFlags(uids: UidSet, change: { add?: Partial<Flags>; remove?: Partial<Flags> }): Promise<StoreOutcome>;
  /** +X-GM-LABELS / -X-GM-LABELS. NOT_SUPPORTED where the server has none, or refuses. */
  storeLabels(uids: UidSet, change: LabelChange): Promise<void>;
  /** MOVE, or its safe emulation (copy, check, delete ours only). Throws MAILBOX_NOT_FOUND when the target is missing. */
  move(uids: UidSet, target: string): Promise<CopyOutcome>;
  copy(uids: UidSet, target: string): Promise<CopyOutcome>;
  /** Removes exactly these, never another client's `\Deleted`. Without UIDPLUS what cannot be done safely stays flagged. */
  expunge(uids: UidSet): Promise<{ left: readonly Uid[] }>;
  append(path: string, message: MessageSource, flags: Flags, internalDate?: Date): Promise<AppendOutcome>;
  /** REPLACE, where the server has it: stores it and takes away `uid` of the selected mailbox, as one. */
  replace(uid: Uid, path: string, message: MessageSource, flags: Flags, internalDate?: Date): Promise<AppendOutcome>;
  /** Its path as the server has it: below the personal namespace's prefix. One that is there already is left as it is. */
  createMailbox(path: string): Promise<string>;
  renameMailbox(from: string, to: string): Promise<void>;
  deleteMailbox(path: string): Promise<void>;
  subscribe(path: string): Promise<void>;
  /** Waits for pushes on the selected mailbox until `signal` aborts or the server ends it; IDLE or polling. */
  idle(signal: AbortSignal): Promise<void>;
  noop(): Promise<void>;
  onEvent(listener: (event: ImapEvent) => void): () => void;
  logout(): Promise<void>;
  /** Drops the socket without a word. */
  destroy(): void;
}

/** What a session is wanted for decides who waits for whom when connections are scarce. */
export type SessionPurpose = 'interactive' | 'sync' | 'push';
