/** What a message needs of the server's EHLO: SMTPUTF8 (RFC 6531) for addresses that are no ASCII. */
import { MailError } from '../../lib/driver/errors.ts';
import { isAscii, wireAddress } from '../mime/index.ts';
import type { SubmissionOutcome, SubmissionRequest } from '../outbox/submission.ts';

/** Whether an address of the envelope has letters before the @ that only SMTPUTF8 can say. */
export function needsUnicode({ mailFrom, rcptTo }: Pick<SubmissionRequest, 'mailFrom' | 'rcptTo'>): boolean {
  return ![mailFrom, ...rcptTo].every((email) => isAscii(wireAddress(email)));
}

/** What is said instead of sending what the server would not understand: its header names the same addresses. */
export function unicodeRefused(host: string, { mailFrom, rcptTo }: SubmissionRequest): SubmissionOutcome {
  const message = `${host} cannot send to or from addresses with other letters than English ones before the @.`;
  const isMeant = (email: string) => !isAscii(wireAddress(email)) || !isAscii(wireAddress(mailFrom));
  return {
    kind: 'refused',
    recipients: rcptTo.map((email) => ({
      email,
      status: 'refused',
      message: isMeant(email) ? message : 'Not sent: another address of the message cannot be written to.',
    })),
    error: new MailError({
      code: 'NOT_SUPPORTED',
      message,
      fix: 'Ask the recipient for an address in English letters, or send by another account.',
      retryable: false,
      on: 'smtp',
    }),
  };
}
