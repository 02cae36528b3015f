/**
 * The own submission server of an identity, as its user manages it: tested like a connection's, behind the same guard and
 * with the same errors, before anything of it is kept; the password only as a vault envelope that is bound to the row.
 */
import type { ConnectionId, IdentityId, Learned, StoredEndpoint, UserId } from '@postroom/db';
import { OWN_SECRET } from '../../engine/accounts/own-server.ts';
import { isCatchAll } from '../../engine/answering/own-addresses.ts';
import type { Tx } from '../../engine/index/sql.ts';
import type { SmtpAccount } from '../../engine/smtp/submit.ts';
import type { SecretScope } from '../../security/vault.ts';
import { MailError } from '../driver/errors.ts';
import type { IdentityServer, Probe } from '../driver/schemas.ts';

export interface IdentityServerDeps {
  readonly vault: { seal(plain: string, scope: SecretScope): Promise<string> };
  readonly testSubmission: (account: SmtpAccount) => Promise<Probe>;
  /** The server that the identity has, password in clear; undefined: none. */
  readonly open: (connectionId: ConnectionId, identityId: IdentityId) => Promise<SmtpAccount | undefined>;
}

/** Whose server it is to be. */
export interface Place {
  readonly connectionId: ConnectionId;
  readonly identityId: IdentityId;
}

/** A server that took the login. */
export interface ProvenServer {
  readonly endpoint: StoredEndpoint;
  readonly password: string;
  readonly pin: string | undefined;
  /** Its certificate was trusted by the person just now. */
  readonly isTrustedAnew: boolean;
  readonly learned: Learned;
}

export interface IdentityServers {
  /** Never throws for what a server or network does. `place`: that of an identity whose password serves where none is given. */
  test(email: string, server: IdentityServer, place: Place | null): Promise<Probe>;
  /** Throws what the test found. */
  prove(email: string, server: IdentityServer, place: Place | null): Promise<ProvenServer>;
  keep(tx: Tx, userId: UserId, place: Place, server: ProvenServer): Promise<void>;
  forget(tx: Tx, place: Place): Promise<void>;
}

export function createIdentityServers({ vault, testSubmission, open }: IdentityServerDeps): IdentityServers {
  async function accountOf(email: string, server: IdentityServer, place: Place | null) {
    const { host, port, security, pin } = server;
    const endpoint = { host, port, security, username: usernameOf(email, server) };
    const before = place === null ? undefined : await open(place.connectionId, place.identityId);
    const password = server.password ?? keptPassword(before, endpoint);
    const known = before?.endpoint.host === host ? before.pin : undefined;
    return { endpoint, password, pin: pin ?? known, isTrustedAnew: pin !== undefined && pin !== known };
  }
  const asSubmission = ({ endpoint, password, pin }: Awaited<ReturnType<typeof accountOf>>): SmtpAccount => ({
    endpoint,
    auth: { type: 'password', password },
    pin,
  });
  return {
    test: async (email, server, place) => testSubmission(asSubmission(await accountOf(email, server, place))),
    async prove(email, server, place) {
      const account = await accountOf(email, server, place);
      const probe = await testSubmission(asSubmission(account));
      if (!probe.ok) throw failureOf(probe);
      return { ...account, learned: probe.maxMessageSize === undefined ? {} : { smtpSize: probe.maxMessageSize } };
    },
    async keep(tx, userId, { connectionId, identityId }, { endpoint, password, pin, learned }) {
      const secret = await vault.seal(password, { connectionId, userId, identityId, column: OWN_SECRET });
      await tx.query(
        `update identity set smtp = $3, smtp_secret = $4, smtp_pin = $5, sending_error = null,
           learned = case when smtp = $3 then learned - 'smtpSize' else '{}' end || $6
         where connection_id = $1 and id = $2`,
        [connectionId, identityId, endpoint, secret, pin ?? null, learned],
      );
    },
    async forget(tx, { connectionId, identityId }) {
      await tx.query(
        `update identity set smtp = null, smtp_secret = null, smtp_pin = null, sending_error = null, learned = '{}'
         where connection_id = $1 and id = $2`,
        [connectionId, identityId],
      );
    },
  };
}

function usernameOf(email: string, { username }: IdentityServer): string {
  if (username !== undefined) return username;
  if (!isCatchAll(email) && email !== '') return email;
  throw new MailError({
    code: 'INVALID_INPUT',
    message: 'All addresses of a domain are no user name.',
    fix: 'Type the user name for the server.',
  });
}

/** A password goes to no server that it was not typed for. */
function keptPassword(before: SmtpAccount | undefined, { host, username }: StoredEndpoint): string {
  const isSame = before?.endpoint.host === host && before.endpoint.username === username;
  if (isSame && before.auth.type === 'password') return before.auth.password;
  throw new MailError({
    code: 'INVALID_INPUT',
    message: `There is no password for ${host}.`,
    fix: 'Type the password for this server.',
    on: 'smtp',
  });
}

function failureOf({ code, message, fix }: Probe): MailError {
  return new MailError({
    code: code ?? 'SERVER_UNAVAILABLE',
    message: message ?? 'The mail server could not be reached.',
    fix,
    on: 'smtp',
  });
}
