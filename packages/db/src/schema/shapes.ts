/** Shapes kept inside jsonb columns: one definition for the database, the engine and the API. */
import type { IdentityId } from '../ids.ts';

export interface Address {
  name?: string;
  email: string;
}

export type TransportSecurity = 'tls' | 'starttls' | 'none';

/** Where a mail server is, and as whom. */
export interface StoredEndpoint {
  host: string;
  port: number;
  security: TransportSecurity;
  username: string;
}

export interface StoredError {
  code: string;
  message: string;
  fix?: string;
  retryable: boolean;
  on?: 'imap' | 'smtp';
}

/** SPKI pins, `sha256/` + base64, one a side. */
export interface StoredPins {
  imap?: string;
  smtp?: string;
}

/** The own server of an identity that a message was queued for, as it was named then. */
export interface SubmissionVia {
  identityId: IdentityId;
  host: string;
}

/** What the engine found out about a server by watching it; never taken from a capability list. */
export interface Learned {
  /** Whether the submission server files a Sent copy by itself. */
  sentAutoSave?: boolean;
  /** … under a Message-ID of its own. */
  rewritesMessageId?: boolean;
  /** False once a QRESYNC answer disagreed with the mailbox. */
  qresyncTrusted?: boolean;
  /** The server would not have our mailbox for snoozed messages, or would not let them be moved there. */
  snoozesHere?: boolean;
  /** Lowered when the server refused a further connection. */
  maxConnections?: number;
  /** Octets of a message that the submission server takes (SIZE, RFC 1870). */
  smtpSize?: number;
}

/** A whole comparison of an account with its server: how much was compared, and what differed and was repaired. */
export interface StoredAudit {
  /** ISO 8601. */
  at: string;
  mailboxes: number;
  messages: number;
  missing: number;
  superfluous: number;
  flags: number;
  /** Mailboxes that only one side had. */
  lists: number;
}

/** All people a message names. Lists are capped at 1,000 with the true number beside. */
export interface MessageAddresses {
  from?: Address;
  sender?: Address;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  replyTo: Address[];
  recipientCount?: number;
}

/** One node of BODYSTRUCTURE (RFC 9051 §7.5.2), compact: engine/mime/bodystructure.ts makes and reads it. */
export interface StructureNode {
  /** IMAP part number; empty for a multipart at the root. */
  part: string;
  /** Lower case, `text/plain`. */
  type: string;
  /** Octets as transferred. */
  size?: number;
  encoding?: string;
  charset?: string;
  /** `format=flowed` and `delsp=yes` of text/plain (RFC 3676). */
  flowed?: boolean;
  delsp?: boolean;
  disposition?: string;
  /** Decoded, as the sender wrote it; made safe where it is shown. */
  filename?: string;
  /** Without angle brackets. */
  contentId?: string;
  children?: StructureNode[];
}

/** Header fields that the screen uses and ENVELOPE does not carry. */
export interface MessageExtras {
  listId?: string;
  listUnsubscribe?: string;
  listUnsubscribePost?: string;
  autoSubmitted?: string;
  precedence?: string;
  listPost?: string;
  /** Mail-Followup-To and Mail-Reply-To. */
  followUpTo?: Address[];
  answerTo?: Address[];
  /** X-Original-To and Envelope-To, then Delivered-To: whom the envelope named, the last hop's first. */
  originalTo?: string[];
  deliveredTo?: string[];
  /** How many addresses stand in From, where it is more than one. */
  authors?: number;
}

/** Where an outgoing or drafted attachment's bytes are. */
export interface AttachmentRef {
  uploadId: string;
  name: string;
  type: string;
  size: number;
  inline?: boolean;
  contentId?: string;
}

/** A file of a frozen message. `at`: the octet of the message kept without its files before which it stands, in base64. */
export interface OutgoingFile extends AttachmentRef {
  at: number | null;
}

export interface OutgoingRecipient {
  email: string;
  status: 'pending' | 'accepted' | 'refused' | 'deferred';
  code?: number;
  message?: string;
}

export interface LabelColor {
  backgroundColor: string;
  textColor: string;
}
