import { describe, expect, it } from 'vitest';
import { openError, refusalOf } from './replies.ts';

const context = { on: 'smtp', host: 'mail.lab.test', port: 587 } as const;

/** As nodemailer hands it over. */
function replied(response: string, command: string, message = 'Refused'): Error {
  return Object.assign(new Error(`${message}: ${response}`), {
    response,
    command,
    responseCode: Number(response.slice(0, 3)),
  });
}

describe('a connection that cannot be entered', () => {
  it.each([
    { reply: '535 5.7.8 Error: authentication failed', code: 'AUTHENTICATION_FAILED' },
    { reply: '550 Access denied', code: 'AUTHENTICATION_FAILED' },
    { reply: '534-5.7.9 Application-specific password required', code: 'APP_PASSWORD_REQUIRED' },
    {
      reply: '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.',
      code: 'SUBMISSION_DISABLED',
    },
    {
      reply: '535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.',
      code: 'AUTHENTICATION_FAILED',
    },
    { reply: '550 5.7.30 Basic authentication is not supported for Client Submission.', code: 'SUBMISSION_DISABLED' },
    { reply: '530 5.7.0 Must issue a STARTTLS command first', code: 'TLS_REQUIRED' },
    { reply: '538 5.7.11 Encryption required for requested authentication mechanism', code: 'TLS_REQUIRED' },
    { reply: '504 5.5.4 Unrecognized authentication type', code: 'NOT_SUPPORTED' },
    { reply: '454 4.7.0 Temporary authentication failure', code: 'SERVER_UNAVAILABLE' },
    { reply: '421 4.7.0 Too many connections from you', code: 'TOO_MANY_CONNECTIONS' },
  ])('is $code, in the server’s words: $reply', ({ reply, code }) => {
    const error = openError(context, replied(reply, 'AUTH PLAIN'));
    expect({ code: error.code, on: error.on, hasFix: error.fix !== undefined }).toEqual({
      code,
      on: 'smtp',
      hasFix: true,
    });
    expect(error.message).toContain(reply);
  });

  it('has no encryption where STARTTLS is refused', () => {
    const error = openError(
      context,
      replied('502 5.5.1 hidden', 'STARTTLS', 'Error upgrading connection with STARTTLS'),
    );
    expect([error.code, error.message.includes('hidden')]).toEqual(['TLS_REQUIRED', false]);
  });

  it('quotes a greeting that only a mail server says, and no other', () => {
    const blocked = openError(context, replied('554 5.7.1 Blocked for spam', 'CONN'));
    expect([blocked.code, blocked.message]).toEqual([
      'SERVER_UNAVAILABLE',
      expect.stringContaining('Blocked for spam'),
    ]);
    const other = openError(context, replied('500 hidden-banner', 'EHLO'));
    expect([other.code, other.message]).toEqual(['SERVER_UNAVAILABLE', expect.not.stringContaining('hidden')]);
  });
});

describe('a message that is refused', () => {
  it.each([
    { reply: '452 4.3.1 Disk full', command: 'DATA', code: 'SERVER_UNAVAILABLE', retryable: true },
    { reply: '552 5.3.4 Message size exceeds limit', command: 'DATA', code: 'MESSAGE_TOO_LARGE', retryable: false },
    { reply: '553 5.7.1 Sender address rejected', command: 'MAIL FROM', code: 'SENDER_REJECTED', retryable: false },
    { reply: '550 5.1.1 Nobody here', command: 'RCPT TO', code: 'RECIPIENT_REJECTED', retryable: false },
  ])('is $code: $reply', ({ reply, command, code, retryable }) => {
    const error = refusalOf(context, replied(reply, command), Number(reply.slice(0, 3)));
    expect({ code: error.code, retryable: error.retryable }).toEqual({ code, retryable });
  });
});
