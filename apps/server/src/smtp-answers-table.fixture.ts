/**
 * What submission servers answer, and what becomes of a message then: the table that smtp-answers.integration.test.ts asks
 * a server for row by row, and that docs/sending.md shows. The answers are those of RFC 5321, of Google and of Microsoft.
 * Test code only.
 */
import type { SmtpStep } from '@postroom/mail-lab';
import type { ErrorCode } from './lib/driver/errors.ts';

/** Where it is met: the answer, or a connection that ends there (`cut`), or a server that says no more (`silent`). */
export interface Met {
  readonly at: readonly SmtpStep[];
  readonly answer: string | 'cut' | 'silent';
}

export interface Outcome {
  readonly state: 'queued' | 'failed' | 'uncertain';
  readonly code: ErrorCode;
  /** Without the server's words, which follow where `isQuoted`. */
  readonly message: string;
  readonly fix: string;
  readonly isQuoted: boolean;
  /** The account sends nothing more until somebody does something. */
  readonly pauses: boolean;
  readonly met: readonly Met[];
}

const AGAIN = 'It is tried again by itself.';
const waits = { state: 'queued', pauses: false, isQuoted: true } as const;
const fails = { state: 'failed', pauses: false, isQuoted: true } as const;
const pauses = { state: 'failed', pauses: true, isQuoted: true } as const;

/** Tried again by itself. */
const WAITING: readonly Outcome[] = [
  {
    ...waits,
    code: 'SERVER_UNAVAILABLE',
    message: 'mail.example.com cannot serve this account at the moment.',
    fix: AGAIN,
    met: [
      { at: ['connect', 'ehlo'], answer: '421 4.3.0 Temporary System Problem. Try again later' },
      { at: ['auth'], answer: '421 4.7.0 Temporary System Problem. Try again later' },
      { at: ['auth'], answer: '454 4.7.0 Temporary authentication failure' },
      { at: ['auth'], answer: '432 4.7.12 A password transition is needed' },
    ],
  },
  {
    ...waits,
    code: 'TOO_MANY_CONNECTIONS',
    message: 'mail.example.com allows no further connection just now.',
    fix: 'Close other mail programs, or wait; it is tried again by itself.',
    met: [{ at: ['connect', 'ehlo', 'auth'], answer: '421 4.7.0 Too many connections from your address' }],
  },
  {
    ...waits,
    code: 'TOO_MANY_CONNECTIONS',
    message: 'The server allows no further connection just now.',
    fix: AGAIN,
    met: [{ at: ['mail', 'dot'], answer: '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded' }],
  },
  {
    ...waits,
    code: 'THROTTLED',
    message: 'mail.example.com asks to slow down.',
    fix: 'It goes on by itself after a while.',
    met: [{ at: ['auth'], answer: '454 4.7.0 Too many login attempts, please try again later' }],
  },
  {
    ...waits,
    isQuoted: false,
    code: 'SERVER_UNAVAILABLE',
    message: 'mail.example.com cannot encrypt on port 587 just now, so no password was sent.',
    fix: AGAIN,
    met: [{ at: ['starttls'], answer: '454 4.7.0 TLS not available due to temporary reason' }],
  },
  {
    ...waits,
    code: 'SERVER_UNAVAILABLE',
    message: 'The server cannot take the message just now.',
    fix: AGAIN,
    met: [
      { at: ['mail', 'rcpt', 'data', 'dot'], answer: '421 4.4.5 Server busy, try again later' },
      { at: ['mail', 'rcpt', 'data', 'dot'], answer: '451 4.3.0 Mail server temporarily rejected message' },
      { at: ['mail', 'rcpt', 'data', 'dot'], answer: '452 4.3.1 Insufficient system storage' },
    ],
  },
  {
    ...waits,
    code: 'THROTTLED',
    message: 'The server asks to wait.',
    fix: AGAIN,
    met: [
      { at: ['mail', 'rcpt', 'data', 'dot'], answer: '421 4.7.0 Try again later, closing connection' },
      { at: ['rcpt'], answer: '450 4.2.1 The user you are trying to contact is receiving mail too quickly' },
      { at: ['mail', 'rcpt', 'data', 'dot'], answer: '450 4.7.1 Greylisted, please come back later' },
      { at: ['mail', 'rcpt', 'data', 'dot'], answer: '451 4.7.500 Server busy. Please try again later' },
      { at: ['mail', 'dot'], answer: '454 4.7.0 Please try again later' },
    ],
  },
  {
    ...waits,
    code: 'OVER_QUOTA',
    message: 'A mailbox is full.',
    fix: 'It is tried again by itself for a day; tell the recipient by another way if it is urgent.',
    met: [{ at: ['rcpt', 'dot'], answer: '452 4.2.2 The email account that you tried to reach is over quota' }],
  },
  {
    ...waits,
    code: 'THROTTLED',
    message: 'The server takes fewer recipients at a time.',
    fix: 'The rest follows by itself.',
    met: [{ at: ['rcpt'], answer: '452 4.5.3 Too many recipients' }],
  },
  {
    ...waits,
    isQuoted: false,
    code: 'SERVER_UNAVAILABLE',
    message: 'The connection to mail.example.com broke off, or what answers on port 587 is no mail server.',
    fix: 'Check server name, port and security; otherwise it is tried again by itself.',
    met: [{ at: ['connect', 'ehlo', 'starttls', 'auth'], answer: 'cut' }],
  },
  {
    ...waits,
    isQuoted: false,
    code: 'SERVER_UNAVAILABLE',
    message: 'The connection to mail.example.com broke off before it had the message.',
    fix: AGAIN,
    met: [{ at: ['mail', 'rcpt', 'data'], answer: 'cut' }],
  },
  {
    ...waits,
    isQuoted: false,
    code: 'TIMEOUT',
    message: 'mail.example.com took the connection on port 587, but did not say a word in time.',
    fix: 'Check port and security: where a port begins with TLS (993, 465), choose TLS. A firewall may be in the way.',
    met: [{ at: ['connect'], answer: 'silent' }],
  },
  {
    ...waits,
    isQuoted: false,
    code: 'TIMEOUT',
    message: 'mail.example.com did not answer on port 587 in time.',
    fix: 'Check server name and port. A firewall may be in the way.',
    met: [{ at: ['ehlo', 'starttls', 'auth'], answer: 'silent' }],
  },
  {
    ...waits,
    isQuoted: false,
    code: 'TIMEOUT',
    message: 'mail.example.com said nothing more before it had the message.',
    fix: AGAIN,
    met: [{ at: ['mail', 'rcpt', 'data'], answer: 'silent' }],
  },
];

/** Nobody can know. */
const UNKNOWN: readonly Outcome[] = [
  {
    state: 'uncertain',
    pauses: false,
    isQuoted: false,
    code: 'SERVER_UNAVAILABLE',
    message: 'The connection was lost while the server was taking the message: it may have been sent or not.',
    fix: 'Look into Sent, or ask the recipient, before you send it again.',
    met: [
      { at: ['dot'], answer: 'cut' },
      { at: ['dot'], answer: 'silent' },
    ],
  },
];

/** Logins, and accounts that are shut out: nothing more is sent until somebody does something. */
const PAUSING: readonly Outcome[] = [
  {
    ...pauses,
    code: 'AUTHENTICATION_FAILED',
    message: 'The outgoing (SMTP) server does not accept this user name and password.',
    fix: 'Check both. Some providers want the full address as user name, some a password made for mail programs.',
    met: [
      { at: ['auth'], answer: '535 5.7.8 Username and Password not accepted' },
      { at: ['auth'], answer: '535 5.7.3 Authentication unsuccessful' },
      { at: ['auth'], answer: '535 5.7.139 Authentication unsuccessful, the user credentials were incorrect' },
      { at: ['mail', 'rcpt', 'data', 'dot'], answer: '535 5.7.8 Authentication credentials invalid' },
      { at: ['mail', 'rcpt'], answer: '530 5.7.57 Client not authenticated to send mail' },
    ],
  },
  {
    ...pauses,
    code: 'APP_PASSWORD_REQUIRED',
    message: 'This provider wants an app password instead of your usual one.',
    fix: 'Make an app password in the provider’s account settings and use it here.',
    met: [{ at: ['auth'], answer: '534 5.7.9 Application-specific password required' }],
  },
  {
    ...pauses,
    code: 'TLS_REQUIRED',
    message: 'mail.example.com takes no password on port 587 without encryption.',
    fix: 'Choose TLS or STARTTLS as security.',
    met: [
      { at: ['auth'], answer: '530 5.7.0 Must issue a STARTTLS command first' },
      { at: ['auth'], answer: '538 5.7.11 Encryption required for requested authentication mechanism' },
    ],
  },
  {
    ...pauses,
    isQuoted: false,
    code: 'TLS_REQUIRED',
    message: 'mail.example.com offers no encryption on port 587, so no password was sent.',
    fix: 'Use the port with TLS (993 for IMAP, 465 for SMTP), or ask whoever runs the server to turn STARTTLS on.',
    met: [{ at: ['starttls'], answer: '502 5.5.1 Command not implemented' }],
  },
  {
    ...pauses,
    code: 'SUBMISSION_DISABLED',
    message: 'Sending by this way is turned off for this account.',
    fix: 'Ask whoever runs the mail server to allow SMTP for this account.',
    met: [
      { at: ['auth'], answer: '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled' },
      { at: ['auth'], answer: '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria' },
      { at: ['auth', 'mail'], answer: '550 5.7.30 Basic authentication is not supported for Client Submission' },
    ],
  },
  {
    ...pauses,
    code: 'SUBMISSION_DISABLED',
    message: 'The provider has shut this account, or this server, out from sending.',
    fix: 'Ask the provider to lift it; the code in its words says why.',
    met: [
      { at: ['mail', 'rcpt', 'dot'], answer: '550 5.1.8 Access denied, bad outbound sender' },
      { at: ['mail', 'rcpt', 'dot'], answer: '550 5.7.705 Access denied, tenant has exceeded threshold' },
      { at: ['mail', 'dot'], answer: '550 5.7.708 Access denied, traffic not accepted from this IP' },
    ],
  },
];

/** Final for this message. */
const FAILING: readonly Outcome[] = [
  {
    ...fails,
    code: 'SERVER_UNAVAILABLE',
    message: 'mail.example.com refused.',
    fix: 'Check server name, port and security; if they are right, ask whoever runs the mail server.',
    met: [
      { at: ['connect', 'ehlo'], answer: '554 5.7.1 Service unavailable; client host blocked' },
      { at: ['connect', 'ehlo'], answer: '550 5.7.1 Not from your network' },
    ],
  },
  {
    ...fails,
    code: 'NOT_SUPPORTED',
    message: 'mail.example.com knows no way to log in with a password on port 587.',
    fix: 'Ask whoever runs the mail server how mail programs log in to send.',
    met: [{ at: ['auth'], answer: '504 5.5.4 Unrecognized authentication type' }],
  },
  {
    ...fails,
    code: 'THROTTLED',
    message: 'This account has sent as much as its provider allows for now.',
    fix: 'Send it again later, tomorrow at the latest.',
    met: [
      { at: ['mail', 'rcpt', 'data', 'dot'], answer: '550 5.4.5 Daily user sending limit exceeded' },
      { at: ['dot'], answer: '550 5.1.90 You have reached your daily limit for message recipients' },
      { at: ['dot'], answer: '554 5.2.2 STOREDRV.Submission.Exception:SubmissionQuotaExceededException' },
    ],
  },
  {
    ...fails,
    code: 'SENDER_REJECTED',
    message: 'The server does not let this account send from that address.',
    fix: 'Choose another sender address.',
    met: [
      { at: ['mail', 'rcpt'], answer: '553 5.7.1 Sender address rejected: not owned by user' },
      { at: ['mail', 'dot'], answer: '550 5.7.60 SMTP; Client does not have permissions to send as this sender' },
      { at: ['dot'], answer: '554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException' },
      { at: ['dot'], answer: '550 5.7.26 Unauthenticated email is not accepted due to the DMARC policy' },
    ],
  },
  {
    ...fails,
    code: 'SENDER_REJECTED',
    message: 'The server does not take mail from this sender.',
    fix: 'Read what the server says, and choose another sender address.',
    met: [
      { at: ['mail'], answer: '550 5.7.1 Rejected by policy' },
      { at: ['mail'], answer: '553 5.1.0 Sender refused' },
      { at: ['mail'], answer: '554 5.7.1 Rejected by policy' },
    ],
  },
  {
    ...fails,
    code: 'MESSAGE_TOO_LARGE',
    message: 'The message is larger than the server takes.',
    fix: 'Send fewer or smaller files.',
    met: [
      { at: ['mail', 'data', 'dot'], answer: '552 5.3.4 Message size exceeds fixed limit' },
      { at: ['dot'], answer: '552 5.2.3 Your message exceeded our message limits' },
    ],
  },
  {
    ...fails,
    code: 'OVER_QUOTA',
    message: 'A mailbox is full.',
    fix: 'Tell the recipient by another way, or send it again later.',
    met: [
      { at: ['rcpt', 'dot'], answer: '552 5.2.2 Mailbox full' },
      { at: ['rcpt'], answer: '552 Requested mail action aborted' },
    ],
  },
  {
    ...fails,
    code: 'RECIPIENT_REJECTED',
    message: 'The server does not take mail for this recipient.',
    fix: 'Correct the address and send to it again.',
    met: [
      { at: ['rcpt'], answer: '501 5.1.3 Bad recipient address syntax' },
      { at: ['rcpt'], answer: '550 5.1.1 The email account that you tried to reach does not exist' },
      { at: ['rcpt'], answer: '550 5.1.10 RESOLVER.ADR.RecipientNotFound' },
      { at: ['rcpt'], answer: '553 5.1.2 We are unable to find the recipient domain' },
      { at: ['rcpt'], answer: '554 5.7.1 Recipient address rejected' },
    ],
  },
  {
    ...fails,
    code: 'RECIPIENT_REJECTED',
    message: 'The server does not pass mail on to that address.',
    fix: 'Check user name and port of the outgoing server: some pass mail on only for those who log in.',
    met: [{ at: ['rcpt'], answer: '554 5.7.1 Relay access denied' }],
  },
  {
    ...fails,
    code: 'RECIPIENT_REJECTED',
    message: 'The server refused the message for what is in it.',
    fix: 'Change the text or the files and send it again, or ask whoever runs the mail server.',
    met: [
      { at: ['dot'], answer: '550 5.7.1 Our system has detected that this message is likely unsolicited mail' },
      { at: ['dot'], answer: '552 5.7.0 This message was blocked because its content presents a security issue' },
      { at: ['dot'], answer: '554 5.7.1 Message rejected as spam' },
    ],
  },
  {
    ...fails,
    code: 'RECIPIENT_REJECTED',
    message: 'The server refused the message.',
    fix: 'Read what the server says, correct it and send again.',
    met: [
      { at: ['dot'], answer: '553 5.6.0 Message rejected' },
      { at: ['data', 'dot'], answer: '554 5.5.1 Transaction failed' },
    ],
  },
];

export const OUTCOMES: readonly Outcome[] = [...WAITING, ...UNKNOWN, ...PAUSING, ...FAILING];

const VERBS: Readonly<Record<SmtpStep, string>> = {
  connect: 'greeting',
  ehlo: 'EHLO',
  starttls: 'STARTTLS',
  auth: 'AUTH',
  mail: 'MAIL',
  rcpt: 'RCPT',
  data: 'DATA',
  dot: 'final dot',
};

const WORDS = { cut: 'the connection breaks off', silent: 'no answer' };
const answerOf = ({ answer, at }: Met) =>
  `${answer === 'cut' || answer === 'silent' ? WORDS[answer] : `\`${answer}\``} (${at.map((step) => VERBS[step]).join(', ')})`;

/** As docs/sending.md shows it. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map(
    ({ state, code, message, fix, pauses, met }) =>
      `| ${met.map(answerOf).join('<br>')} | ${pauses ? `${state}; the account pauses` : state} | \`${code}\` | ${message} *${fix}* |`,
  );
  return ['| The server says (to) | State | Code | The person reads |', '|---|---|---|---|', ...lines, ''].join('\n');
}
