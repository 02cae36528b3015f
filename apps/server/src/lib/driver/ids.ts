/**
 * Public ids: opaque strings that carry the account, so that an id alone finds its rows (`t12-345`). They are no secret
 * and grant nothing: every use checks that the account belongs to the caller, and someone else's id is not found. A
 * number that no row can have is no id: it never reaches the database, which would call it an error.
 */
import type { ConnectionId, DraftId, LabelId, MailboxId, MessageRowId, OutboxId, ThreadId } from '@postroom/db';
import { notFound } from './errors.ts';

interface IdKinds {
  thread: ThreadId;
  message: MessageRowId;
  draft: DraftId;
  outbox: OutboxId;
  mailbox: MailboxId;
  label: LabelId;
  identity: number;
}
export type PublicIdKind = keyof IdKinds;

const PREFIX: Readonly<Record<PublicIdKind, string>> = {
  thread: 't',
  message: 'm',
  draft: 'd',
  outbox: 'o',
  mailbox: 'f',
  label: 'l',
  identity: 'i',
};

const MAX_INT4 = 2 ** 31 - 1;
/** The largest number that the kind's column holds. */
const MAX: Readonly<Record<PublicIdKind, number>> = {
  thread: Number.MAX_SAFE_INTEGER,
  message: Number.MAX_SAFE_INTEGER,
  draft: Number.MAX_SAFE_INTEGER,
  outbox: Number.MAX_SAFE_INTEGER,
  mailbox: MAX_INT4,
  label: MAX_INT4,
  identity: MAX_INT4,
};

const CONNECTION = /^c([1-9]\d{0,9})$/;
const SCOPED = /^([a-z])([1-9]\d{0,9})-([1-9]\d{0,15})$/;

export interface PublicId<K extends PublicIdKind> {
  readonly kind: K;
  readonly connectionId: ConnectionId;
  readonly id: IdKinds[K];
}

export function presentConnectionId(id: ConnectionId): string {
  return `c${id}`;
}

/** Throws MESSAGE_NOT_FOUND for anything that is no connection id. */
export function parseConnectionId(value: string): ConnectionId {
  const id = Number(CONNECTION.exec(value)?.[1] ?? Number.NaN);
  if (!(id <= MAX_INT4)) throw notFound('account');
  return id as ConnectionId;
}

export function presentId<K extends PublicIdKind>(kind: K, connectionId: ConnectionId, id: IdKinds[K]): string {
  return `${PREFIX[kind]}${connectionId}-${id}`;
}

/** Whether the text has the form of an id of this kind. */
export function isPublicId(kind: PublicIdKind, value: string): boolean {
  return readId(kind, value) !== undefined;
}

/** Throws MESSAGE_NOT_FOUND for anything that is no id of this kind. */
export function parseId<K extends PublicIdKind>(kind: K, value: string): PublicId<K> {
  const id = readId(kind, value);
  if (!id) throw notFound(kind);
  return id;
}

function readId<K extends PublicIdKind>(kind: K, value: string): PublicId<K> | undefined {
  const match = SCOPED.exec(value);
  if (match?.[1] !== PREFIX[kind]) return undefined;
  const [connectionId, id] = [Number(match[2]), Number(match[3])];
  if (connectionId > MAX_INT4 || id > MAX[kind]) return undefined;
  return { kind, connectionId: connectionId as ConnectionId, id: id as IdKinds[K] };
}
