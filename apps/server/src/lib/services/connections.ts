/**
 * Mail accounts as the user manages them: find the settings, test, connect, change, pause, remove. A connection is stored
 * only after both of its servers said yes, and its passwords only as vault envelopes bound to its row.
 */
import type { ConnectionId, Learned, StoredEndpoint, UserId } from '@postroom/db';
import type pg from 'pg';
import type { AccountAccess } from '../../engine/accounts/access.ts';
import { accountsOf } from '../../engine/accounts/connection-test.ts';
import { lockAccount, type Queryable, row, transaction } from '../../engine/index/sql.ts';
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

export interface SecretSealer {
  seal(plain: string, aad: { connectionId: ConnectionId; userId: UserId; column: string }): Promise<string>;
}

export interface ConnectionServiceDeps {
  readonly pool: pg.Pool;
  readonly vault: SecretSealer;
  readonly access: AccountAccess;
  readonly discover: (email: string) => Promise<Candidate[]>;
  readonly testConnection: (connection: NewConnection) => Promise<ConnectionTest>;
  readonly examine: (connectionId: ConnectionId) => Promise<DoctorReport>;
  /** Live sessions of the account end; its worker begins anew. */
  readonly restartAccount: (connectionId: ConnectionId) => Promise<void>;
  readonly audit: (event: string, userId: UserId, connectionId: ConnectionId | null) => Promise<void>;
}

export function createConnectionService(deps: ConnectionServiceDeps): ConnectionService {
  const { pool } = deps;

  /** The caller's own connection; anybody else's is not found. */
  async function own(userId: UserId, connectionId: string): Promise<ConnectionId> {
    const id = parseConnectionId(connectionId);
    const found = await row(pool, 'select 1 from connection where id = $1 and user_id = $2', [id, userId]);
    if (!found) throw notFound('account');
    return id;
  }

  async function create(userId: UserId, connection: NewConnection): Promise<{ id: string }> {
    await refuseDouble(pool, userId, connection);
    const { smtp } = requireWorking(await deps.testConnection(connection));
    const id = await store(userId, connection, smtp);
    await deps.audit('connection.added', userId, id);
    return { id: presentConnectionId(id) };
  }

  async function store(userId: UserId, connection: NewConnection, tested: Probe): Promise<ConnectionId> {
    const { imap, smtp } = endpointsOf(connection);
    return transaction(pool, async (tx) => {
      await tx.query('select 1 from "user" where id = $1 for update', [userId]);
      await refuseDouble(tx, userId, connection);
      const reserved = await row<{ id: ConnectionId }>(
        tx,
        `select nextval(pg_get_serial_sequence('connection', 'id'))::int as id`,
      );
      if (!reserved) throw new MailError({ code: 'INTERNAL', message: 'The account could not be stored.' });
      const scope = { connectionId: reserved.id, userId };
      await tx.query(
        `insert into connection (id, user_id, email, name, is_default, imap, smtp, imap_secret, smtp_secret, pins, learned)
         overriding system value
         values ($1, $2, $3, $4, not exists (select 1 from connection where user_id = $2 and is_default),
                 $5, $6, $7, $8, $9, $10)`,
        [
          reserved.id,
          userId,
          connection.email,
          connection.name ?? '',
          imap,
          smtp,
          await deps.vault.seal(connection.auth.password, { ...scope, column: 'imap_secret' }),
          connection.smtp.password === undefined
            ? null
            : await deps.vault.seal(connection.smtp.password, { ...scope, column: 'smtp_secret' }),
          connection.tls?.pins ?? {},
          learnedFrom(tested),
        ],
      );
      await tx.query(`insert into identity (connection_id, name, email, is_default) values ($1, $2, $3, true)`, [
        reserved.id,
        connection.name ?? '',
        connection.email,
      ]);
      await wakeAccount(tx, reserved.id);
      await announceConnection(tx, reserved.id);
      return reserved.id;
    });
  }

  /** What the change makes of the connection, as one would type it anew; secrets that were not given stay. */
  async function changed(id: ConnectionId, change: ConnectionUpdate): Promise<NewConnection> {
    const account = await deps.access.open(id);
    const password = change.auth?.password ?? account.imapPassword;
    const ownSmtpPassword = account.smtpPassword === account.imapPassword ? undefined : account.smtpPassword;
    const smtpPassword = change.smtp ? change.smtp.password : ownSmtpPassword;
    return {
      email: account.email,
      name: change.name ?? account.name,
      imap: change.imap ?? account.imap,
      smtp: { ...(change.smtp ?? account.smtp), ...(smtpPassword === undefined ? {} : { password: smtpPassword }) },
      auth: { type: 'password', password },
      tls: { pins: { ...account.pins, ...change.tls?.pins } },
    };
  }

  async function update(userId: UserId, change: ConnectionUpdate): Promise<void> {
    const id = await own(userId, change.connectionId);
    const touchesServers = change.imap ?? change.smtp ?? change.auth ?? change.tls;
    if (touchesServers) {
      const connection = await changed(id, change);
      const tested = requireWorking(await deps.testConnection(connection));
      const { imap, smtp } = endpointsOf(connection);
      const scope = { connectionId: id, userId };
      await pool.query(
        `update connection set imap = $2, smtp = $3, imap_secret = $4, smtp_secret = $5, pins = $6,
           learned = learned - 'smtpSize' || $7, sending_error = null, state = 'syncing', error = null, updated_at = now()
         where id = $1`,
        [
          id,
          imap,
          smtp,
          await deps.vault.seal(connection.auth.password, { ...scope, column: 'imap_secret' }),
          connection.smtp.password === undefined
            ? null
            : await deps.vault.seal(connection.smtp.password, { ...scope, column: 'smtp_secret' }),
          connection.tls?.pins ?? {},
          learnedFrom(tested.smtp),
        ],
      );
      await deps.audit('connection.changed', userId, id);
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
    if (touchesServers || change.paused !== undefined) await deps.restartAccount(id);
    await transaction(pool, async (tx) => {
      await wakeAccount(tx, id);
      await announceConnection(tx, id);
    });
  }

  return {
    discover: async (_userId, email) => ({ candidates: await deps.discover(email) }),
    test: (_userId, connection) => deps.testConnection(connection),
    create,
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

/** As stored: user names filled in, no secret. */
function endpointsOf(connection: NewConnection): { imap: StoredEndpoint; smtp: StoredEndpoint } {
  const { imap, smtp } = accountsOf(connection);
  return { imap: imap.endpoint, smtp: smtp.endpoint };
}

async function refuseDouble(sql: Queryable, userId: UserId, connection: NewConnection): Promise<void> {
  const { imap } = endpointsOf(connection);
  const found = await row(
    sql,
    `select 1 from connection where user_id = $1 and lower(email) = lower($2)
       and imap ->> 'host' = $3 and imap ->> 'username' = $4`,
    [userId, connection.email, imap.host, imap.username],
  );
  if (!found) return;
  throw new MailError({
    code: 'CONFLICT',
    message: `${connection.email} is connected already.`,
    fix: 'Change its settings under Settings, Accounts.',
  });
}

const learnedFrom = ({ maxMessageSize }: Probe): Learned =>
  maxMessageSize === undefined ? {} : { smtpSize: maxMessageSize };

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
