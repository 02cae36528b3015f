/**
 * What submission servers answer with, as data: the first rule that fits gives code, sentence and next step. What is known
 * of providers is theirs: Microsoft's and Google's enhanced codes (RFC 3463) are not those of the RFC. The whole of it, as a
 * person reads it, is docs/sending.md.
 */
import type { ErrorCode } from '../../lib/driver/errors.ts';

/** The command that was answered; `DATA` is the final dot too. */
export type Answered = 'MAIL FROM' | 'RCPT TO' | 'DATA';

export interface Answer {
  readonly code: number;
  readonly said: string;
  readonly to: Answered | undefined;
}

export interface Refusal {
  readonly when: (answer: Answer) => boolean;
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
}

const says =
  (pattern: RegExp) =>
  ({ said }: Answer) =>
    pattern.test(said);

const FULL = /\b[45]\.2\.2\b|(mailbox|quota|inbox)\b.{0,24}\b(full|exceeded)|over ?quota|insufficient (storage|space)/i;
const MANY_RECIPIENTS = /\b[45]\.5\.3\b|too many recipients/i;

/** RFC 5321 §4.5.3.1.10: fewer at a time. A 552 says the same of old. */
export const isTooMany = ({ code, said }: Pick<Answer, 'code' | 'said'>): boolean =>
  (code < 500 || code === 552) && MANY_RECIPIENTS.test(said);

/** Answers of 4xx: what is tried again by itself. */
export const DEFERRALS: readonly Refusal[] = [
  {
    when: isTooMany,
    code: 'THROTTLED',
    message: 'The server takes fewer recipients at a time.',
    fix: 'The rest follows by itself.',
  },
  {
    // QUIRK: Microsoft 365 says `432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded` for a fourth connection.
    when: says(/too many\b.{0,24}\b(connections|sessions)|thread limit|concurrent (connection|session)/i),
    code: 'TOO_MANY_CONNECTIONS',
    message: 'The server allows no further connection just now.',
    fix: 'It is tried again by itself.',
  },
  {
    when: says(FULL),
    code: 'OVER_QUOTA',
    message: 'A mailbox is full.',
    fix: 'It is tried again by itself for a day; tell the recipient by another way if it is urgent.',
  },
  {
    // RFC 3463 §3.4: the server itself. 4.7.x beside it: greylisting, rates, and Gmail's "unusual rate".
    when: (answer) =>
      /\b4\.[34]\.\d/.test(answer.said) || (answer.code === 421 && !/\b4\.7\.|rate|limit/i.test(answer.said)),
    code: 'SERVER_UNAVAILABLE',
    message: 'The server cannot take the message just now.',
    fix: 'It is tried again by itself.',
  },
  {
    when: () => true,
    code: 'THROTTLED',
    message: 'The server asks to wait.',
    fix: 'It is tried again by itself.',
  },
];

/** Answers of 5xx: final until somebody does something. */
export const REFUSALS: readonly Refusal[] = [
  {
    // QUIRK: Microsoft says 5.7.139 for a wrong password as well.
    when: says(
      /5\.7\.139(?!.*credentials were incorrect)|5\.7\.30\b|smtp ?(client)? ?auth(entication)? (is|was)? ?disabled|smtpclientauthentication/i,
    ),
    code: 'SUBMISSION_DISABLED',
    message: 'Sending by this way is turned off for this account.',
    fix: 'Ask whoever runs the mail server to allow SMTP for this account.',
  },
  {
    // QUIRK: Microsoft 365: a sender or a tenant that is shut out for spam (5.1.8, 5.7.5xx, 5.7.7xx).
    when: says(/\b5\.1\.8\b|\b5\.7\.(50[1-9]|51[01]|70[58]|750)\b|bad outbound sender|banned sen(der|ding)/i),
    code: 'SUBMISSION_DISABLED',
    message: 'The provider has shut this account, or this server, out from sending.',
    fix: 'Ask the provider to lift it; the code in its words says why.',
  },
  {
    // QUIRK: Gmail says 5.4.5, Microsoft 5.1.90, Exchange 5.2.2 with "submission quota" for what was sent in a day.
    when: says(
      /\b5\.4\.5\b|\b5\.1\.90\b|submission ?quota|(daily|hourly)\b.{0,32}\b(limit|quota)|sending (limit|quota)|message rate limit/i,
    ),
    code: 'THROTTLED',
    message: 'This account has sent as much as its provider allows for now.',
    fix: 'Send it again later, tomorrow at the latest.',
  },
  {
    when: ({ said, code, to }) =>
      /\b5\.(3\.4|2\.3)\b|\bsize\b.{0,24}\b(limit|exceed)|exceed.{0,24}\bsize\b|too (large|big)/i.test(said) ||
      (code === 552 && to !== 'RCPT TO' && !/\b5\.(2\.2|7\.\d)/.test(said) && !FULL.test(said)),
    code: 'MESSAGE_TOO_LARGE',
    message: 'The message is larger than the server takes.',
    fix: 'Send fewer or smaller files.',
  },
  {
    when: ({ said, code, to }) => FULL.test(said) || (code === 552 && to === 'RCPT TO'),
    code: 'OVER_QUOTA',
    message: 'A mailbox is full.',
    fix: 'Tell the recipient by another way, or send it again later.',
  },
  {
    // QUIRK: 5.7.60 is Microsoft's SendAsDenied; 5.7.26 and 5.7.509 are Google's and Microsoft's for a failed DMARC check.
    when: says(
      /5\.7\.60\b|sendasdenied|5\.7\.26\b|5\.7\.509\b|sender (address )?(rejected|not)|not (owned|allowed to send|permitted to send)|\b5\.1\.7\b/i,
    ),
    code: 'SENDER_REJECTED',
    message: 'The server does not let this account send from that address.',
    fix: 'Choose another sender address.',
  },
  {
    when: says(/\b5\.6\.7\b|smtputf8/i),
    code: 'NOT_SUPPORTED',
    message: 'The server knows only addresses in English letters.',
    fix: 'Use an address in English letters.',
  },
  {
    when: says(/relay(ing)?\b.{0,16}\b(denied|not permitted|not allowed|prohibited)|unable to relay/i),
    code: 'RECIPIENT_REJECTED',
    message: 'The server does not pass mail on to that address.',
    fix: 'Check user name and port of the outgoing server: some pass mail on only for those who log in.',
  },
  {
    when: (answer) =>
      answer.to === 'DATA' &&
      /spam|junk|virus|malware|phish|security issue|content|policy|blocked|5\.7\.[01]\b/i.test(answer.said),
    code: 'RECIPIENT_REJECTED',
    message: 'The server refused the message for what is in it.',
    fix: 'Change the text or the files and send it again, or ask whoever runs the mail server.',
  },
  {
    when: ({ to }) => to === 'MAIL FROM',
    code: 'SENDER_REJECTED',
    message: 'The server does not take mail from this sender.',
    fix: 'Read what the server says, and choose another sender address.',
  },
  {
    when: ({ to }) => to === 'RCPT TO',
    code: 'RECIPIENT_REJECTED',
    message: 'The server does not take mail for this recipient.',
    fix: 'Correct the address and send to it again.',
  },
  {
    when: () => true,
    code: 'RECIPIENT_REJECTED',
    message: 'The server refused the message.',
    fix: 'Read what the server says, correct it and send again.',
  },
];
