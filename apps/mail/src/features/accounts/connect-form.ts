/** What the connect form holds, and what is sent from it. Pure. */
import type { Candidate, Connection, NewConnection } from '../../lib/api.ts';
import type { ServerConfig } from '../../lib/config.ts';

export type Security = 'tls' | 'starttls' | 'none';
export type Side = 'imap' | 'smtp';

export interface ServerFields {
  host: string;
  port: string;
  security: Security;
  username: string;
}

export interface ConnectFields {
  email: string;
  name: string;
  password: string;
  smtpPassword: string;
  imap: ServerFields;
  smtp: ServerFields;
  pins: { imap?: string; smtp?: string };
}

const PORTS: Readonly<Record<Side, Readonly<Record<Security, string>>>> = {
  imap: { tls: '993', starttls: '143', none: '143' },
  smtp: { tls: '465', starttls: '587', none: '25' },
};

export const emptyServer = (side: Side): ServerFields => ({
  host: '',
  port: PORTS[side].tls,
  security: 'tls',
  username: '',
});

export function emptyFields(): ConnectFields {
  return {
    email: '',
    name: '',
    password: '',
    smtpPassword: '',
    imap: emptyServer('imap'),
    smtp: emptyServer('smtp'),
    pins: {},
  };
}

export function fieldsOf(server: { host: string; port: number; security: Security; username?: string }): ServerFields {
  return { host: server.host, port: String(server.port), security: server.security, username: server.username ?? '' };
}

export function withCandidate(fields: ConnectFields, candidate: Pick<Candidate, 'imap' | 'smtp'>): ConnectFields {
  return { ...fields, imap: fieldsOf(candidate.imap), smtp: fieldsOf(candidate.smtp), pins: {} };
}

/** For an address nothing was found for: the instance's own server, or the names that most domains use. */
export function withGuess(fields: ConnectFields, servers: ServerConfig['defaultServers']): ConnectFields {
  const username = fields.email;
  if (servers) {
    return withCandidate(fields, { imap: { ...servers.imap, username }, smtp: { ...servers.smtp, username } });
  }
  const domain = fields.email.split('@')[1] ?? '';
  return withCandidate(fields, {
    imap: { host: `imap.${domain}`, port: 993, security: 'tls', username },
    smtp: { host: `smtp.${domain}`, port: 465, security: 'tls', username },
  });
}

export function fieldsOfConnection(connection: Connection): ConnectFields {
  return withCandidate({ ...emptyFields(), email: connection.email, name: connection.name }, connection);
}

/** Another security changes the port along, unless the port was chosen by hand. */
export function withSecurity(side: Side, server: ServerFields, security: Security): ServerFields {
  const isUsual = server.port === PORTS[side][server.security];
  return { ...server, security, port: isUsual ? PORTS[side][security] : server.port };
}

export function endpointOf(server: ServerFields): NewConnection['imap'] {
  const username = server.username.trim();
  return {
    host: server.host.trim(),
    port: Number(server.port),
    security: server.security,
    ...(username === '' ? {} : { username }),
  };
}

export function newConnectionOf(fields: ConnectFields): NewConnection {
  const { pins } = fields;
  const hasPins = pins.imap !== undefined || pins.smtp !== undefined;
  return {
    email: fields.email.trim(),
    ...(fields.name.trim() === '' ? {} : { name: fields.name.trim() }),
    imap: endpointOf(fields.imap),
    smtp: { ...endpointOf(fields.smtp), ...(fields.smtpPassword === '' ? {} : { password: fields.smtpPassword }) },
    auth: { type: 'password', password: fields.password },
    ...(hasPins ? { tls: { pins } } : {}),
  };
}

/** Whether the servers' part of the form is filled in so that it can be tried. */
export function isComplete({ imap, smtp }: Pick<ConnectFields, Side>): boolean {
  return [imap, smtp].every(({ host, port }) => {
    const number = Number(port);
    return host.trim() !== '' && Number.isInteger(number) && number > 0 && number < 65_536;
  });
}
