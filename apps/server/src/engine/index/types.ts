/** What the index takes in: messages and their placements, already decoded by `mime/`, not yet given ids. */
import type {
  MailboxId,
  MessageAddresses,
  MessageExtras,
  MessageRowId,
  ModSeq,
  OperationId,
  PlacementState,
  StructureNode,
  ThreadId,
  Uid,
} from '@postroom/db';

export interface NewMessage {
  readonly fingerprint: Buffer;
  readonly emailId: string | null;
  /** RFC 5322 Message-ID with angle brackets. */
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  /** mime/threading.ts: signed 64-bit integers in decimal. */
  readonly threadKeys: readonly string[];
  /**
   * X-GM-THRID as such a key. Then the server says which messages make a conversation, and by `emailId` what is one message;
   * the other keys only lead our own answers there. Null: our keys decide.
   */
  readonly serverThreadKey: string | null;
  readonly addresses: MessageAddresses;
  readonly subject: string;
  readonly date: Date | null;
  readonly receivedAt: Date;
  readonly size: number;
  readonly structure: StructureNode | null;
  readonly hasAttachments: boolean;
  readonly snippet: string | null;
  readonly extras: MessageExtras;
  readonly isOwn: boolean;
}

export interface NewPlacement {
  readonly mailboxId: MailboxId;
  /** Null only while `arriving`. */
  readonly uid: Uid | null;
  /** Bits of flags.ts. */
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly modSeq: ModSeq | null;
  readonly state: PlacementState;
  readonly operationId: OperationId | null;
  readonly message: NewMessage;
}

export interface Inserted {
  /** In the order of the input. */
  readonly messageIds: readonly MessageRowId[];
  /** Those of them that were not here before. */
  readonly freshIds: readonly MessageRowId[];
  /** Conversations whose rows must be refreshed, merged ones included. */
  readonly threadIds: readonly ThreadId[];
}
