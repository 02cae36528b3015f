/**
 * Branded ids of the rows that the mail tables are about. All are numbers in the database; what the outside sees are
 * opaque strings made of them (apps/server/src/lib/driver/ids.ts). UIDs are the server's and never leave the engine.
 */
declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** An app account (better-auth's user). */
export type UserId = Branded<string, 'UserId'>;
/** A mail account. */
export type ConnectionId = Branded<number, 'ConnectionId'>;
export type MailboxId = Branded<number, 'MailboxId'>;
/** Our id of a message, account-wide; not RFC 5322's Message-ID. */
export type MessageRowId = Branded<number, 'MessageRowId'>;
export type ThreadId = Branded<number, 'ThreadId'>;
export type PlacementId = Branded<number, 'PlacementId'>;
export type LabelId = Branded<number, 'LabelId'>;
export type OperationId = Branded<number, 'OperationId'>;
export type OutboxId = Branded<number, 'OutboxId'>;
export type DraftId = Branded<number, 'DraftId'>;
export type IdentityId = Branded<number, 'IdentityId'>;

/** RFC 9051 §2.3.1.1: a message's number in one mailbox under one UIDVALIDITY. */
export type Uid = Branded<number, 'Uid'>;
export type UidValidity = Branded<number, 'UidValidity'>;
/** RFC 7162 mod-sequence. Up to 2^63-1 on the wire; ours stay exact to 2^53, above that the mailbox counts as without. */
export type ModSeq = Branded<number, 'ModSeq'>;

/** The key of a list that a screen can show: `m<mailboxId>`, `l<labelId>`, or a view. */
export type ListKey = `m${number}` | `l${number}` | 'starred' | 'important' | 'all' | 'snoozed';
