/** What becomes of a message after an attempt to send it. Pure; dispatch.ts does it. */
import type { OutgoingRecipient } from '@postroom/db';
import { MailError } from '../../lib/driver/errors.ts';
import { isTooMany } from '../smtp/refusals.ts';
import { nextAttempt, openRecipients, type SubmissionOutcome } from './submission.ts';

export interface Change {
  readonly state: 'queued' | 'sent' | 'partial' | 'failed' | 'uncertain';
  readonly step: 'none' | 'data' | 'accepted';
  readonly nextAttemptAt: Date | null;
  readonly error: MailError | null;
}

export const UNCERTAIN = new MailError({
  code: 'SERVER_UNAVAILABLE',
  message: 'The connection was lost while the server was taking the message: it may have been sent or not.',
  fix: 'Look into Sent, or ask the recipient, before you send it again.',
  retryable: false,
  on: 'smtp',
});

/** `recipients`: what is known of all of them now. */
export function decide(
  outcome: Pick<SubmissionOutcome, 'kind'> & { readonly error?: MailError },
  recipients: readonly OutgoingRecipient[],
  { attempts, due_at }: { readonly attempts: number; readonly due_at: Date },
  now: Date,
): Change {
  if (outcome.kind === 'unknown') return { state: 'uncertain', step: 'data', nextAttemptAt: now, error: UNCERTAIN };
  const anyAccepted = recipients.some(({ status }) => status === 'accepted');
  const error = outcome.error ?? errorOf(recipients);
  // Nothing was dialled. Sending is paused until somebody has signed in again (sending-pause.ts), and then it goes.
  if (outcome.kind === 'not-sent' && error?.code === 'OAUTH_EXPIRED') {
    return { state: 'queued', step: 'none', nextAttemptAt: now, error };
  }
  if (openRecipients(recipients).length > 0 && (error === null || error.retryable)) {
    // Some were taken, and the rest may come at once: there is an end to it.
    const isOnlyMany = outcome.kind === 'accepted' && recipients.filter(isOpen).every(isOneTooMany);
    if (isOnlyMany) return { state: 'queued', step: 'none', nextAttemptAt: now, error: null };
    const again = nextAttempt(attempts, now, due_at, error?.retryAfterMs);
    if (again) return { state: 'queued', step: 'none', nextAttemptAt: again, error };
  }
  if (!anyAccepted) return { state: 'failed', step: 'none', nextAttemptAt: null, error };
  const isWhole = recipients.every(({ status }) => status === 'accepted');
  return { state: isWhole ? 'sent' : 'partial', step: 'accepted', nextAttemptAt: now, error: isWhole ? null : error };
}

const isOpen = ({ status }: OutgoingRecipient) => status === 'pending' || status === 'deferred';
const isOneTooMany = ({ code, message }: OutgoingRecipient) =>
  code !== undefined && isTooMany({ code, said: message ?? '' });

/** Of a message that the server took for some. */
function errorOf(recipients: readonly OutgoingRecipient[]): MailError | null {
  if (recipients.some(isOpen)) {
    return new MailError({
      code: 'THROTTLED',
      message: 'Some recipients have the message; for the others the server asks to wait.',
      fix: 'It is tried again by itself, for those alone.',
      retryable: true,
      on: 'smtp',
    });
  }
  const refused = recipients.filter(({ status }) => status === 'refused').map(({ email }) => email);
  if (refused.length === 0) return null;
  return new MailError({
    code: 'RECIPIENT_REJECTED',
    message: `${refused.length === 1 ? `${refused[0]} was` : `${refused.length} recipients were`} refused; the others have the message.`,
    fix: 'Correct what was wrong and send it to those alone, or dismiss this.',
    retryable: false,
    on: 'smtp',
  });
}
