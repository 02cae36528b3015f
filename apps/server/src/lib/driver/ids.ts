/**
 * Public ids: opaque strings that carry the account, so that an id alone finds its rows (`t12-345`). They are no secret
 * and grant nothing: every use checks that the account belongs to the caller, and someone else's id is not found.
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
  const match = CONNECTION.exec(value);
  if (!match) throw notFound('account');
  return Number(match[1]) as ConnectionId;
}

export function presentId<K extends PublicIdKind>(kind: K, connectionId: ConnectionId, id: IdKinds[K]): string {
  return `${PREFIX[kind]}${connectionId}-${id}`;
}

/** Whether the text has the form of an id of this kind. */
export function isPublicId(kind: PublicIdKind, value: string): boolean {
  return SCOPED.exec(value)?.[1] === PREFIX[kind];
}

/** Throws MESSAGE_NOT_FOUND for anything that is no id of this kind. */
export function parseId<K extends PublicIdKind>(kind: K, value: string): PublicId<K> {
  const match = SCOPED.exec(value);
  if (match?.[1] !== PREFIX[kind]) throw notFound(kind);
  return { kind, connectionId: Number(match[2]) as ConnectionId, id: Number(match[3]) as IdKinds[K] };
}
