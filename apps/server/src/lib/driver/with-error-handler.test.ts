import { describe, expect, it } from 'vitest';
import { MailError } from './errors.ts';
import { toMailError } from './with-error-handler.ts';

const context = { on: 'imap', host: 'mail.lab.test', port: 993 } as const;

describe('toMailError', () => {
  it.each([
    {
      name: 'a refused login',
      error: { authenticationFailed: true, responseText: 'Invalid credentials' },
      code: 'AUTHENTICATION_FAILED',
    },
    {
      name: 'a login that wants an app password',
      error: { authenticationFailed: true, responseText: 'Application-specific password required' },
      code: 'APP_PASSWORD_REQUIRED',
    },
    {
      name: 'a login refused for want of connections is no wrong password',
      error: { authenticationFailed: true, responseText: 'Maximum number of connections from user+IP exceeded' },
      code: 'TOO_MANY_CONNECTIONS',
    },
    {
      name: 'a login refused because the server is busy is no wrong password',
      error: { authenticationFailed: true, serverResponseCode: 'UNAVAILABLE' },
      code: 'SERVER_UNAVAILABLE',
    },
    {
      name: 'a login refused because there were too many is no wrong password',
      error: { authenticationFailed: true, serverResponseCode: 'THROTTLED' },
      code: 'THROTTLED',
    },
    {
      name: 'a login refused until later is no wrong password',
      error: { authenticationFailed: true, responseText: 'Too busy, try again in 30 seconds' },
      code: 'THROTTLED',
    },
    {
      name: 'a wrong password is one, whatever the server says of waiting',
      error: {
        authenticationFailed: true,
        serverResponseCode: 'AUTHENTICATIONFAILED',
        responseText: 'Invalid; wait 5 seconds',
      },
      code: 'AUTHENTICATION_FAILED',
    },
    { name: 'an unknown host', error: { code: 'ENOTFOUND' }, code: 'HOST_NOT_FOUND' },
    { name: 'a closed port', error: { code: 'ECONNREFUSED' }, code: 'CONNECTION_REFUSED' },
    { name: 'an expired certificate', error: { code: 'CERT_HAS_EXPIRED' }, code: 'CERTIFICATE_INVALID' },
    { name: 'a self-signed certificate', error: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, code: 'CERTIFICATE_INVALID' },
    { name: 'a missing STARTTLS', error: { message: 'Server does not support STARTTLS' }, code: 'TLS_REQUIRED' },
    { name: 'plain text where TLS was meant', error: { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, code: 'TLS_REQUIRED' },
    { name: 'silence', error: { code: 'GREETING_TIMEOUT' }, code: 'TIMEOUT' },
    {
      name: 'Gmail’s bandwidth of the day used up is no full mailbox',
      error: {
        responseStatus: 'NO',
        serverResponseCode: 'OVERQUOTA',
        responseText: 'Account exceeded command or bandwidth limits. (Failure)',
      },
      code: 'THROTTLED',
    },
    {
      name: 'a login that it refuses is no wrong password',
      error: { authenticationFailed: true, responseText: 'Account exceeded command or bandwidth limits. (Failure)' },
      code: 'THROTTLED',
    },
    { name: 'a full mailbox', error: { responseStatus: 'NO', serverResponseCode: 'OVERQUOTA' }, code: 'OVER_QUOTA' },
    {
      name: 'a closed port behind nodemailer’s own code',
      error: { code: 'ESOCKET', originalCode: 'ECONNREFUSED' },
      code: 'CONNECTION_REFUSED',
    },
    {
      name: 'a bad certificate behind nodemailer’s own code',
      error: { code: 'ESOCKET', originalCode: 'CERT_HAS_EXPIRED' },
      code: 'CERTIFICATE_INVALID',
    },
    {
      name: 'a closed port deep in the causes',
      error: { cause: { errors: [{ code: 'ENETUNREACH' }, { code: 'ECONNREFUSED' }] } },
      code: 'CONNECTION_REFUSED',
    },
    {
      name: 'a server that answers the call and says nothing',
      error: { code: 'ETIMEDOUT', timeoutType: 'GREETING_TIMEOUT' },
      code: 'TIMEOUT',
    },
    { name: 'another key than the pinned one', error: { code: 'PIN_MISMATCH' }, code: 'CERTIFICATE_CHANGED' },
    {
      name: 'TLS of long ago',
      error: { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', reason: 'tlsv1 alert protocol version' },
      code: 'TLS_REQUIRED',
    },
    {
      name: 'a login that wants encryption first',
      error: { authenticationFailed: true, serverResponseCode: 'PRIVACYREQUIRED' },
      code: 'TLS_REQUIRED',
    },
    {
      name: 'a goodbye for want of connections',
      error: { code: 'ClosedAfterConnectText', reason: 'Too many connections' },
      code: 'TOO_MANY_CONNECTIONS',
    },
    { name: 'something else', error: { message: 'Unexpected close' }, code: 'SERVER_UNAVAILABLE' },
    { name: 'no error at all', error: undefined, code: 'SERVER_UNAVAILABLE' },
  ])('$name is $code', ({ error, code }) => {
    const mapped = toMailError(error, context);
    expect({ code: mapped.code, on: mapped.on, hasFix: mapped.fix !== undefined }).toEqual({
      code,
      on: 'imap',
      hasFix: true,
    });
  });

  it.each([
    [{ responseText: 'Too many requests, try again in 90 seconds.' }, 90_000],
    [{ responseText: 'Rate limit; retry after 2 minutes' }, 120_000],
    [{ code: 'ETHROTTLE', responseText: 'Request is throttled. Suggested Backoff Time: 92415 milliseconds' }, 92_415],
    [{ code: 'ETHROTTLE', throttleReset: 92_415, throttleWaited: 30_000 }, 62_415],
    [{ serverResponseCode: 'THROTTLED', responseText: 'Slower' }, undefined],
    [{ code: 'ClosedAfterConnectText', reason: 'Too many connections, try again in 10 seconds' }, 10_000],
    [{ responseText: 'Try again in 999999999 minutes' }, 24 * 3_600_000],
  ])('reads from %o how long to wait', (error, retryAfterMs) => {
    expect(toMailError(error, context).retryAfterMs).toBe(retryAfterMs);
  });

  it('leaves a MailError as it is', () => {
    const error = new MailError({ code: 'CONFLICT', message: 'Twice.' });
    expect(toMailError(error, context)).toBe(error);
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'it has expired'],
    ['CERT_NOT_YET_VALID', 'it is not valid yet'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'it was made for another server name'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the server signed it itself'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'nobody this server knows has signed it'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'nobody this server knows has signed it'],
  ])('says of %s that %s', (code, words) => {
    expect(toMailError({ code }, context).message).toBe(
      `The certificate of mail.lab.test is not valid: ${words}. No password was sent.`,
    );
  });

  it('quotes a goodbye, but not what a TLS library gives as reason', () => {
    expect(toMailError({ code: 'ClosedAfterConnectTLS', reason: 'Shutting down' }, context).message).toContain(
      'Shutting down',
    );
    expect(toMailError({ code: 'EOTHER', reason: 'bad decrypt' }, context).message).not.toContain('bad decrypt');
  });

  it('does not follow causes that go in a circle', () => {
    const error: { code: string; cause?: unknown } = { code: 'EOTHER' };
    error.cause = error;
    expect(toMailError(error, context).code).toBe('SERVER_UNAVAILABLE');
  });

  it('quotes the server on one line, without control characters', () => {
    const mapped = toMailError({ authenticationFailed: true, responseText: 'No\r\n\u0007way' }, context);
    expect(mapped.message).toContain('The server says: "No way"');
  });
});
