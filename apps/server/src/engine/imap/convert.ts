/** imapflow's shapes to ours. The types name only what is read; every field is the server's and may lack. Pure. */
import type { MailboxRole, ModSeq, Uid, UidValidity } from '@postroom/db';
import type { FetchMessageObject, ImapFlow, ListResponse, StatusObject } from 'imapflow';
import type { Quirks, ServerFacts } from '../accounts/quirks/quirks.ts';
import { structureFromImap } from '../mime/index.ts';
import type {
  Capabilities,
  CopyOutcome,
  FetchedMessage,
  Flags,
  FlagUpdate,
  ListedMailbox,
  MailboxStatus,
  SystemFlag,
} from './types.ts';
import { MAX_UID } from './uid-set.ts';

/** Of a message's fields; what is beyond is no letterhead. */
const MAX_HEADER = 1024 * 1024;

const SYSTEM: Readonly<Record<string, SystemFlag>> = {
  '\\seen': 'seen',
  '\\answered': 'answered',
  '\\flagged': 'flagged',
  '\\deleted': 'deleted',
  '\\draft': 'draft',
};

const NAMES: Readonly<Record<SystemFlag, string>> = {
  seen: '\\Seen',
  answered: '\\Answered',
  flagged: '\\Flagged',
  deleted: '\\Deleted',
  draft: '\\Draft',
};

const ROLES: Readonly<Record<string, MailboxRole>> = {
  '\\inbox': 'inbox',
  '\\archive': 'archive',
  '\\drafts': 'drafts',
  '\\sent': 'sent',
  '\\junk': 'junk',
  '\\trash': 'trash',
  '\\all': 'all',
  '\\important': 'important',
  '\\flagged': 'flagged',
};

export function flagsOf(names: Iterable<string>): Flags {
  const system: SystemFlag[] = [];
  const keywords: string[] = [];
  for (const name of names) {
    const known = SYSTEM[name.toLowerCase()];
    if (known) system.push(known);
    else if (!name.startsWith('\\')) keywords.push(name);
  }
  return { system, keywords };
}

/** As IMAP spells them. */
export function flagNames(flags: Partial<Flags> | undefined): string[] {
  return [...(flags?.system ?? []).map((flag) => NAMES[flag]), ...(flags?.keywords ?? [])];
}

export function uidOf(value: unknown): Uid | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_UID ? (value as Uid) : null;
}

/** 0 and nonsense are not believed. */
export function uidValidityOf(value: unknown): UidValidity | null {
  const number = Number(value ?? 0);
  return Number.isSafeInteger(number) && number > 0 ? (number as UidValidity) : null;
}

/** A mod-sequence beyond 2^53 would be another number: the mailbox counts as without. */
export function modSeqOf(value: unknown): ModSeq | null {
  const number = Number(value ?? 0);
  return Number.isSafeInteger(number) && number > 0 ? (number as ModSeq) : null;
}

export function statusOf(status: StatusObject): MailboxStatus {
  return {
    messages: status.messages ?? 0,
    uidNext: uidOf(status.uidNext),
    uidValidity: uidValidityOf(status.uidValidity),
    highestModSeq: modSeqOf(status.highestModseq),
    unseen: status.unseen ?? null,
  };
}

export function listedMailboxOf(mailbox: ListResponse): ListedMailbox {
  const attributes = [...mailbox.flags].map((flag) => flag.replace('\\', '').toLowerCase());
  return {
    path: mailbox.path,
    name: mailbox.name,
    delimiter: mailbox.delimiter || null,
    attributes,
    selectable: !attributes.includes('noselect') && !attributes.includes('nonexistent'),
    subscribed: mailbox.subscribed === true,
    role: roleOf(mailbox, attributes),
    objectId: null,
    status: mailbox.status && !('error' in mailbox.status && mailbox.status.error) ? statusOf(mailbox.status) : null,
  };
}

/** Ours for what waits, by its name. */
const SNOOZED = /^(INBOX[./])?Snoozed$/i;

/**
 * imapflow finds special mailboxes by name where no attribute tells, and has no word for \Important (RFC 8457).
 * QUIRK: a mailbox with the attribute \Snoozed is the server's own (draft-ietf-extra-email-snooze §3.1): nothing may be
 * moved there by anybody else, so it is none of ours.
 */
function roleOf({ path, specialUse }: ListResponse, attributes: readonly string[]): MailboxRole | null {
  if (path.toUpperCase() === 'INBOX') return 'inbox';
  const known = ROLES[specialUse?.toLowerCase() ?? ''] ?? (attributes.includes('important') ? 'important' : null);
  return known ?? (SNOOZED.test(path) && !attributes.includes('snoozed') ? 'snoozed' : null);
}

/** Null for a row that lacks what a message must have: it is left out, never stored as "no flags". */
export function fetchedMessageOf(row: FetchMessageObject): FetchedMessage | null {
  const uid = uidOf(row.uid);
  // Flags alone: the server tells of a change, unasked.
  if (uid === null || !row.flags || (row.internalDate === undefined && !row.headers)) return null;
  const internalDate = new Date(row.internalDate ?? Number.NaN);
  return {
    uid,
    flags: flagsOf(row.flags),
    modSeq: modSeqOf(row.modseq),
    internalDate: Number.isNaN(internalDate.getTime()) ? new Date(0) : internalDate,
    size: row.size ?? 0,
    header: row.headers ? Buffer.from(row.headers.subarray(0, MAX_HEADER)) : Buffer.alloc(0),
    structure: structureFromImap(row.bodyStructure),
    emailId: row.emailId ?? null,
    serverThreadId: row.threadId ?? null,
    labels: row.labels ? [...row.labels] : null,
  };
}

export function flagUpdateOf(row: {
  uid?: number;
  flags?: Set<string>;
  modseq?: bigint;
  labels?: Set<string>;
}): FlagUpdate | null {
  const uid = uidOf(row.uid);
  if (uid === null || !row.flags) return null;
  const labels = row.labels ? [...row.labels] : null;
  return { uid, flags: flagsOf(row.flags), modSeq: modSeqOf(row.modseq), labels };
}

/** What the server said of itself on the way in. */
export function factsOf(client: ImapFlow, host: string): ServerFacts {
  return {
    host,
    greeting: client.greeting ?? '',
    capabilities: new Set([...client.capabilities.keys()].map((name) => name.toUpperCase())),
    id: Object.values(client.serverInfo ?? {}).join(' '),
  };
}

/** What it offers and can be relied on for. */
export function capabilitiesOf(client: ImapFlow, quirks: Quirks): Capabilities {
  const has = (name: string) => client.capabilities.has(name);
  const limit = client.capabilities.get('APPENDLIMIT');
  return {
    all: [...client.capabilities.keys()],
    condstore: client.enabled.has('CONDSTORE'),
    qresync: client.enabled.has('QRESYNC') && quirks.trustsQresync,
    uidplus: has('UIDPLUS') && quirks.expungesByUid,
    move: has('MOVE'),
    idle: has('IDLE'),
    notify: has('NOTIFY'),
    listStatus: has('LIST-STATUS'),
    esearch: has('ESEARCH'),
    specialUse: has('SPECIAL-USE'),
    objectId: has('OBJECTID'),
    replace: has('REPLACE'),
    gmail: has('X-GM-EXT-1'),
    appendLimit: typeof limit === 'number' ? limit : null,
  };
}

export function copyOutcomeOf(answer: { uidMap?: Map<number, number>; uidValidity?: bigint }): CopyOutcome {
  return {
    uidMap: (answer.uidMap ?? new Map()) as Map<Uid, Uid>,
    uidValidity: uidValidityOf(answer.uidValidity),
    left: [],
  };
}
