/**
 * AUTH with an access token (RFC 4954): XOAUTH2 as Google has it, OAUTHBEARER by RFC 7628. Both refuse in two steps: a
 * challenge that holds the reason, and the real answer after the client has given in. nodemailer knows the first
 * mechanism only and would fetch tokens itself, so both are spoken here, by its documented `customAuth`.
 */
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Credentials } from '../accounts/account-auth.ts';
import { offers } from './session-state.ts';

type CustomAuth = NonNullable<SMTPConnection.Options['customAuth']>;

/** Fields are framed by \x01: in a value it would begin another. */
const CONTROL = /\p{Cc}/u;

/** By the mechanism's own name nodemailer would look for a maker of tokens, and fall back to a password without one. */
const methodOf = (mechanism: string) => `TOKEN-${mechanism}`;

/** Options of the connection that logs in so; none for a password. */
export function customAuthOf(credentials: Credentials, user: string, host: string, port: number): CustomAuth {
  if (credentials.type === 'password') return {};
  const { accessToken } = credentials;
  if (CONTROL.test(user) || CONTROL.test(accessToken)) throw new Error('a user name or token with control characters');
  const bearer = `auth=Bearer ${accessToken}`;
  // RFC 5801 section 4: `,` and `=` delimit the header.
  const authzid = user.replaceAll('=', '=3D').replaceAll(',', '=2C');
  return {
    [methodOf('XOAUTH2')]: exchange('XOAUTH2', [`user=${user}`, bearer, '', ''], ''),
    [methodOf('OAUTHBEARER')]: exchange(
      'OAUTHBEARER',
      [`n,a=${authzid},`, `host=${host}`, `port=${port}`, bearer, '', ''],
      'AQ==',
    ),
  };
}

/** What `login` is called with. */
export function loginOf(
  connection: SMTPConnection,
  credentials: Credentials,
  user: string,
): SMTPConnection.AuthenticationType {
  if (credentials.type === 'password') return { credentials: { user, pass: credentials.password } };
  const mechanism = offers(connection, 'OAUTHBEARER') && !offers(connection, 'XOAUTH2') ? 'OAUTHBEARER' : 'XOAUTH2';
  const method = methodOf(mechanism);
  return { type: 'custom', method, user, credentials: { user, pass: '' } };
}

function exchange(mechanism: string, fields: readonly string[], giveIn: string): CustomAuth[string] {
  const payload = Buffer.from(fields.join('\x01')).toString('base64');
  return async ({ sendCommand, resolve, reject }) => {
    const first = await sendCommand(`AUTH ${mechanism} ${payload}`);
    const last = first.status === 334 ? await sendCommand(giveIn) : first;
    if (last.status === 235) resolve();
    else reject(new Error(`the server refused ${mechanism}`));
  };
}
