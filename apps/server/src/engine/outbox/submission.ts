/** What the outbox needs to know of a submission: whether the server may have the message. `smtp/submit.ts` implements it. */
import type { ConnectionId, OutgoingRecipient, SubmissionVia } from '@postroom/db';
import type { MailError } from '../../lib/driver/errors.ts';
import type { MessageSource } from '../mime/index.ts';

export interface SubmissionRequest {
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  /** As transmitted: without Bcc. */
  readonly message: MessageSource;
  /** Told what EHLO says of SIZE (RFC 1870); null: no limit. */
  readonly onSizeLimit?: (octets: number | null) => void;
  /** The same for a server that takes seven bits alone, where the message has eight. */
  readonly inSevenBits?: MessageSource | undefined;
  /** Awaited before the first octet of the message: from then on nobody knows without an answer. */
  readonly onData: () => Promise<void>;
}

export type SubmissionOutcome =
  /** The server took it for those that are `accepted`. */
  | { readonly kind: 'accepted'; readonly recipients: readonly OutgoingRecipient[] }
  /** The server answered, and took it for nobody. `error.retryable`: it may later. */
  | { readonly kind: 'refused'; readonly recipients: readonly OutgoingRecipient[]; readonly error: MailError }
  /** Lost before the final dot: the server does not have it. */
  | { readonly kind: 'not-sent'; readonly error: MailError }
  /** Lost after it: nobody can know, but of those that were refused before. */
  | { readonly kind: 'unknown'; readonly recipients: readonly OutgoingRecipient[]; readonly error: MailError };

/** … of a message of the queue. */
export interface QueuedSubmission extends SubmissionRequest {
  /** The own server of an identity that it was queued for; null: the account's. */
  readonly via: SubmissionVia | null;
}

export type Submit = (connectionId: ConnectionId, request: QueuedSubmission) => Promise<SubmissionOutcome>;

const MINUTE_MS = 60_000;
const RETRY_AFTER_MINUTES = [1, 5, 15, 60, 120, 240] as const;
/** So long after it was due it is given up. */
export const GIVE_UP_AFTER_MS = 24 * 60 * MINUTE_MS;

/** When the next attempt is, after so many, and not before the server's own time; null when it is given up. */
export function nextAttempt(attempts: number, now: Date, dueAt: Date, askedMs = 0): Date | null {
  const minutes = RETRY_AFTER_MINUTES[Math.max(0, attempts - 1)] ?? 240;
  const next = now.getTime() + Math.max(minutes * MINUTE_MS, askedMs);
  return next > dueAt.getTime() + GIVE_UP_AFTER_MS ? null : new Date(next);
}

/** What is known of each recipient after an attempt at some of them. */
export function mergeRecipients(
  known: readonly OutgoingRecipient[],
  attempt: readonly OutgoingRecipient[],
): OutgoingRecipient[] {
  const now = new Map(attempt.map((recipient) => [recipient.email.toLowerCase(), recipient]));
  return known.map((recipient) =>
    recipient.status === 'accepted' ? recipient : (now.get(recipient.email.toLowerCase()) ?? recipient),
  );
}

/** Those a further attempt is for. */
export function openRecipients(recipients: readonly OutgoingRecipient[]): string[] {
  return recipients.filter(({ status }) => status === 'pending' || status === 'deferred').map(({ email }) => email);
}
