/** What a submission came to for each of its recipients: their own answer to RCPT, else the answer to the message. Pure. */
import type { OutgoingRecipient } from '@postroom/db';
import { wireAddress } from '../mime/index.ts';
import { codeOf, isTooManyAtOnce, replyOf, wordsOf } from './replies.ts';

/** `errors`: those of RCPT that were no 2xx. */
export function recipientsAfter(
  rcptTo: readonly string[],
  accepted: readonly string[],
  errors: readonly unknown[] = [],
): OutgoingRecipient[] {
  const taken = new Set(accepted.map(onWire));
  return rcptTo.map((email) =>
    taken.has(onWire(email)) ? { email, status: 'accepted' } : recipientOf(email, ownError(errors, email)),
  );
}

/** Nobody has it. Those that RCPT took share the answer to the message. */
export function recipientsRefused(
  rcptTo: readonly string[],
  answer: { readonly error: unknown; readonly code: number },
  errors: readonly unknown[],
): OutgoingRecipient[] {
  const said = wordsOf(answer.error);
  const toAll = Object.assign(new Error(said), { responseCode: answer.code, response: said });
  return rcptTo.map((email) => recipientOf(email, ownError(errors, email) ?? toAll));
}

/** Nobody knows of those that RCPT took; of the others it is known. */
export function recipientsKnown(rcptTo: readonly string[], errors: readonly unknown[]): OutgoingRecipient[] {
  return rcptTo.flatMap((email) => {
    const own = ownError(errors, email);
    return own === undefined ? [] : [recipientOf(email, own)];
  });
}

/** As RCPT names it: an international domain is ASCII there. */
const onWire = (email: string) => wireAddress(email).toLowerCase();

const ownError = (errors: readonly unknown[], email: string): unknown =>
  errors.find((error) => onWire(String(replyOf(error).recipient ?? '')) === onWire(email));

function recipientOf(email: string, error: unknown): OutgoingRecipient {
  const code = codeOf(error);
  return {
    email,
    status: code !== undefined && (code < 500 || isTooManyAtOnce(error)) ? 'deferred' : 'refused',
    ...(code === undefined ? {} : { code }),
    message: wordsOf(error),
  };
}
