/**
 * Mail accounts as the user manages them: find the settings, test, connect, change, pause, remove. A connection is stored
 * only after both of its servers said yes, and its passwords only as vault envelopes bound to its row.
 */
import type { ConnectionId, Learned, StoredPins, UserId } from '@postroom/db';
import type pg from 'pg';
import { type AccountAccess, type OpenAccount, proposedOf } from '../../engine/accounts/access.ts';
import type { AccountAuth } from '../../engine/accounts/account-auth.ts';
import type { ProposedConnection } from '../../engine/accounts/connection-test.ts';
import { lockAccount, row, transaction } from '../../engine/index/sql.ts';
import { wakeAccount } from '../../engine/operations/wake.ts';
import { announceConnection } from '../../engine/sync/connection-state.ts';
import { MailError, notFound } from '../driver/errors.ts';
import { parseConnectionId, presentConnectionId } from '../driver/ids.ts';
import type {
  Candidate,
  ConnectionTest,
  ConnectionUpdate,
  DoctorReport,
  NewConnection,
  Probe,
} from '../driver/schemas.ts';
import type { ConnectionService } from '../services.ts';
import { createConnectionList } from './list-connections.ts';
import type { SignedInAccount } from './oauth-connect.ts';
import {
  insertConnection,
  type KeptAuth,
  keptPassword,
  refuseDouble,
  reviseConnection,
  type SecretSealer,
} from './store-connection.ts';

export interface ConnectionServiceDeps {
  readonly pool: pg.Pool;
  readonly vault: SecretSealer;
  readonly access: AccountAccess;
  readonly discover: (email: string) => Promise<Candidate[]>;
  readonly testConnection: (connection: ProposedConnection) => Promise<ConnectionTest>;
  readonly examine: (connectionId: ConnectionId) => Promise<DoctorReport>;
  /** Live sessions of the account end; its worker begins anew. */
  readonly restartAccount: (connectionId: ConnectionId) => Promise<void>;
  readonly audit: (
    event: string,
    userId: UserId,
    connectionId: ConnectionId | null,
    detail?: Readonly<Record<string, string>>,
  ) => Promise<void>;
}

/** What a provider's sign-in page leads to. */
export interface TokenConnector {
  connectWithTokens(userId: UserId, account: SignedInAccount): Promise<{ id: string }>;
}

export function createConnectionService(deps: ConnectionServiceDeps): ConnectionService & TokenConnector {
  const { pool } = deps;

  /** The caller's own connection; anybody else's is not found. */
  async function own(userId: UserId, connectionId: string): Promise<ConnectionId> {
    const id = parseConnectionId(connectionId);
    const found = await row(pool, 'select 1 from connection where id = $1 and user_id = $2', [id, userId]);
    if (!found) throw notFound('account');
    return id;
  }

  async function create(userId: UserId, connection: NewConnection): Promise<{ id: string }> {
    return add(userId, connection, keptPassword(connection));
  }

  async function add(userId: UserId, connection: ProposedConnection, kept: KeptAuth): Promise<{ id: string }> {
    await refuseDouble(pool, userId, connection);
    const { smtp } = requireWorking(await deps.testConnection(connection));
    const id = await transaction(pool, (tx) =>
      insertConnection(tx, deps.vault, { userId, connection, kept, learned: learnedFrom(smtp) }),
    );
    await deps.audit('connection.added', userId, id);
    await auditTrust(userId, id, connection, {});
    return { id: presentConnectionId(id) };
  }

  /** What the change makes of the connection, as one would type it anew; secrets that were not given stay. */
  function changed(account: OpenAccount, change: ConnectionUpdate): ProposedConnection {
    const { imap, smtp, auth, tls } = proposedOf(account);
    const smtpPassword = change.smtp ? change.smtp.password : smtp.password;
    return {
      email: account.email,
      name: change.name ?? account.name,
      imap: change.imap ?? imap,
      smtp: { ...(change.smtp ?? account.smtp), ...(smtpPassword === undefined ? {} : { password: smtpPassword }) },
      auth: change.auth ?? auth,
      tls: { pins: { ...tls?.pins, ...change.tls?.pins } },
    };
  }

  /** Each certificate that was not trusted before. */
  async function auditTrust(userId: UserId, id: ConnectionId, connection: ProposedConnection, before: StoredPins) {
    for (const on of ['imap', 'smtp'] as const) {
      const pin = connection.tls?.pins?.[on];
      if (pin === undefined || pin === before[on]) continue;
      await deps.audit('certificate.trusted', userId, id, { about: connection[on].host });
    }
  }

  /** Tests what is proposed for the account, writes it down, and goes on with it. */
  async function revise(userId: UserId, id: ConnectionId, connection: ProposedConnection, kept: KeptAuth | null) {
    const { smtp } = requireWorking(await deps.testConnection(connection));
    await transaction(pool, (tx) =>
      reviseConnection(tx, deps.vault, { id, userId, connection, kept, learned: learnedFrom(smtp) }),
    );
  }

  /** By a provider's sign-in page: a new account, or `connectionId` with another sign-in. */
  async function connectWithTokens(userId: UserId, account: SignedInAccount): Promise<{ id: string }> {
    const { provider, email, signedIn, connectionId } = account;
    const { tokens } = signedIn;
    const auth: AccountAuth = { type: 'oauth2', token: async () => tokens.accessToken };
    const kept: KeptAuth = { type: 'oauth2', provider: provider.id, tokens };
    const { imap, smtp } = provider;
    if (connectionId === null) return add(userId, { email, imap, smtp, auth }, kept);
    const known = await deps.access.open(connectionId);
    const isProviders = known.imap.host.toLowerCase() === imap.host.toLowerCase();
    const servers = isProviders ? { imap: known.imap, smtp: known.smtp } : { imap, smtp };
    await revise(userId, connectionId, { email: known.email, ...servers, auth, tls: { pins: known.pins } }, kept);
    await deps.audit('connection.signed-in-again', userId, connectionId);
    await goOn(connectionId);
    return { id: presentConnectionId(connectionId) };
  }

  async function goOn(id: ConnectionId): Promise<void> {
    await deps.restartAccount(id);
    await tellOf(id);
  }

  async function tellOf(id: ConnectionId): Promise<void> {
    await transaction(pool, async (tx) => {
      await wakeAccount(tx, id);
      await announceConnection(tx, id);
    });
  }

  async function update(userId: UserId, change: ConnectionUpdate): Promise<void> {
    const id = await own(userId, change.connectionId);
    const touchesServers = change.imap ?? change.smtp ?? change.auth ?? change.tls;
    if (touchesServers) {
      const account = await deps.access.open(id);
      const connection = changed(account, change);
      await revise(userId, id, connection, connection.auth.type === 'password' ? keptPassword(connection) : null);
      await deps.audit('connection.changed', userId, id);
      await auditTrust(userId, id, connection, account.pins);
    }
    if (change.name !== undefined) {
      await pool.query('update connection set name = $2 where id = $1', [id, change.name]);
      await pool.query('update identity set name = $2 where connection_id = $1 and is_default', [id, change.name]);
    }
    if (change.paused !== undefined) {
      await pool.query(
        `update connection set paused = $2, state = case when $2 then 'paused' else 'syncing' end, error = null,
           lease_owner = null, lease_until = null where id = $1`,
        [id, change.paused],
      );
    }
    if (touchesServers || change.paused !== undefined) await goOn(id);
    else await tellOf(id);
  }

  return {
    discover: async (_userId, email) => ({ candidates: await deps.discover(email) }),
    test: (_userId, connection) => deps.testConnection(connection),
    create,
    connectWithTokens,
    list: createConnectionList(pool, Date.now),
    update,
    async setDefault(userId, connectionId) {
      const id = await own(userId, connectionId);
      await transaction(pool, async (tx) => {
        await tx.query('update connection set is_default = false where user_id = $1 and is_default', [userId]);
        await tx.query('update connection set is_default = true where id = $1', [id]);
        await announceConnection(tx, id);
      });
    },
    async delete(userId, connectionId) {
      const id = await own(userId, connectionId);
      await pool.query('update connection set paused = true where id = $1', [id]);
      await deps.restartAccount(id);
      await transaction(pool, async (tx) => {
        await lockAccount(tx, id);
        await announceConnection(tx, id);
        await tx.query('delete from connection where id = $1', [id]);
        await tx.query(
          `update connection set is_default = true where id = (select min(id) from connection where user_id = $1)
             and not exists (select 1 from connection where user_id = $1 and is_default)`,
          [userId],
        );
      });
      await deps.audit('connection.deleted', userId, id);
    },
    async resync(userId, connectionId) {
      const id = await own(userId, connectionId);
      // The cursors forget how far they were: every mailbox is compared whole, nothing leaves the screen meanwhile.
      await pool.query(
        `update mailbox set highest_mod_seq = null, reconciled_at = null where connection_id = $1 and synced_min_uid = 0`,
        [id],
      );
      await pool.query(
        `update connection set learned = learned - 'qresyncTrusted' - 'maxConnections', sending_error = null, state = 'syncing', error = null, audit_due_at = now()
         where id = $1`,
        [id],
      );
      await deps.restartAccount(id);
    },
    async doctor(userId, connectionId) {
      return deps.examine(await own(userId, connectionId));
    },
  };
}

/** Throws the error of the side that failed, IMAP first. */
function requireWorking(test: ConnectionTest): ConnectionTest {
  for (const on of ['imap', 'smtp'] as const) {
    const probe: Probe = test[on];
    if (probe.ok) continue;
    throw new MailError({
      code: probe.code ?? 'SERVER_UNAVAILABLE',
      message: probe.message ?? 'The mail server could not be reached.',
      fix: probe.fix,
      on,
    });
  }
  return test;
}

/** What a test of both servers has shown. */
const learnedFrom = ({ maxMessageSize }: Probe): Learned =>
  maxMessageSize === undefined ? {} : { smtpSize: maxMessageSize };
