/** CAPABILITY, NOOP, LOGOUT, ID, STARTTLS, LOGIN, AUTHENTICATE, ENABLE (RFC 3501 section 6.1 and 6.2, RFC 2971, RFC 5161). */
import type { CommandTable, Session } from '../session.ts';
import { itemsOf, textOf } from '../token.ts';

const AUTH_FAILED = 'NO [AUTHENTICATIONFAILED] Authentication failed';
const ENABLEABLE = ['CONDSTORE', 'QRESYNC', 'UTF8=ACCEPT', 'IMAP4REV2'];

/** The capabilities as the session's state lets them be told. */
export function writeCapabilities(session: Session): string {
  return [...session.capabilities]
    .filter((name) => (session.user === undefined ? true : !/^(AUTH=|STARTTLS|LOGINDISABLED)/.test(name)))
    .join(' ');
}

function finishLogin(session: Session, user: string, password: string): string {
  if (!session.login(user, password)) return AUTH_FAILED;
  session.user = user;
  return `OK [CAPABILITY ${writeCapabilities(session)}] Logged in`;
}

async function authenticate(session: Session, mechanism: string, initial: string | undefined): Promise<string> {
  if (!session.capabilities.has(`AUTH=${mechanism}`)) return 'NO [CANNOT] No such mechanism';
  const answer = initial ?? (await session.ask('+ '));
  if (answer === '*') return 'BAD Cancelled';
  const decoded = Buffer.from(answer === '=' ? '' : answer, 'base64').toString('utf8');
  if (mechanism === 'PLAIN') {
    const [, user = '', password = ''] = decoded.split('\0');
    return finishLogin(session, user, password);
  }
  // XOAUTH2 and OAUTHBEARER (RFC 7628): the token stands for the password.
  const fields = decoded.split('\u0001');
  const user = fields[0]?.replace(/^user=|^n,a=|,$/g, '') ?? '';
  const token = fields.find((one) => /^auth=Bearer /i.test(one))?.slice(12) ?? '';
  const completion = finishLogin(session, user, token);
  if (completion === AUTH_FAILED) await session.ask(`+ ${Buffer.from('{"status":"401"}').toString('base64')}`);
  return completion;
}

/** The table of these commands. */
export const anyStateCommands: CommandTable = {
  CAPABILITY: {
    state: 'any',
    run(session) {
      session.untagged(`CAPABILITY ${writeCapabilities(session)}`);
      return 'OK Done';
    },
  },
  NOOP: { state: 'any', run: () => 'OK Done' },
  LOGOUT: {
    state: 'any',
    run(session) {
      session.untagged('BYE Logging out');
      session.ending = true;
      return 'OK Done';
    },
  },
  ID: {
    state: 'any',
    capability: 'ID',
    run(session) {
      session.untagged('ID ("name" "memory")');
      return 'OK Done';
    },
  },
  STARTTLS: {
    state: 'any',
    capability: 'STARTTLS',
    run(session) {
      if (!session.startTls) return 'BAD TLS is on already';
      session.capabilities.delete('STARTTLS');
      session.capabilities.delete('LOGINDISABLED');
      return 'OK Begin';
    },
  },
  LOGIN: {
    state: 'any',
    run(session, { args }) {
      if (session.capabilities.has('LOGINDISABLED')) return 'NO [PRIVACYREQUIRED] Use TLS first';
      return finishLogin(session, textOf(args[0]), textOf(args[1]));
    },
  },
  AUTHENTICATE: {
    state: 'any',
    run: (session, { args }) =>
      authenticate(session, textOf(args[0]).toUpperCase(), args[1] === undefined ? undefined : textOf(args[1])),
  },
  ENABLE: {
    state: 'authenticated',
    capability: 'ENABLE',
    run(session, { args }) {
      const turnedOn = args
        .flatMap(itemsOf)
        .map((token) => textOf(token).toUpperCase())
        .filter((name) => ENABLEABLE.includes(name) && session.capabilities.has(name));
      for (const name of turnedOn) session.enabled.add(name);
      if (turnedOn.includes('QRESYNC')) session.enabled.add('CONDSTORE');
      session.untagged(`ENABLED ${turnedOn.join(' ')}`.trimEnd());
      return 'OK Done';
    },
  },
};
