/**
 * Who the user writes as: each account's addresses, one of them the default. The account's own address always stays. One may
 * send through a server of its own (identity-server.ts); what waits for that server does not go through another one.
 */
import type { ConnectionId, IdentityId, UserId } from '@postroom/db';
import { hasMarkup, outgoingFragment } from '@postroom/mail-html';
import type pg from 'pg';
import { identityGone, serverChanged } from '../../engine/accounts/own-server.ts';
import { isCatchAll } from '../../engine/answering/own-addresses.ts';
import { type IdentityRow, listIdentities } from '../../engine/index/identities.ts';
import { lockAccount, row, rows, type Tx, transaction } from '../../engine/index/sql.ts';
import { wakeAccount } from '../../engine/operations/wake.ts';
import { failWaiting } from '../../engine/outbox/submission-way.ts';
import { MailError, notFound } from '../driver/errors.ts';
import { parseConnectionId, parseId, presentConnectionId, presentId } from '../driver/ids.ts';
import type { Identity } from '../driver/schemas.ts';
import type { IdentityService } from '../services.ts';
import type { IdentityServers, ProvenServer } from './identity-server.ts';
import { presentError } from './present-error.ts';

interface Account {
  readonly id: ConnectionId;
  readonly email: string;
}

export interface IdentityServiceDeps {
  readonly pool: pg.Pool;
  readonly servers: IdentityServers;
  readonly audit: (
    event: string,
    userId: UserId,
    connectionId: ConnectionId,
    detail?: Readonly<Record<string, string>>,
  ) => Promise<void>;
}

/** A catch-all (`*@example.org`) answers from the address that was written to; a new message has none. */
function assertOneAddress(email: string): void {
  if (!isCatchAll(email)) return;
  throw new MailError({
    code: 'INVALID_INPUT',
    message: 'All addresses of a domain cannot be the default.',
    fix: 'Choose one address as the default.',
  });
}

/** As it is kept: markup as it is sent, and what has none as it was typed. */
function keptSignature(signature: string | undefined): string | null {
  if (signature === undefined) return null;
  return hasMarkup(signature) ? outgoingFragment(signature) : signature;
}

/** `identity.id` as a public id carries it. */
const idOf = (id: number) => id as IdentityId;

function present(connectionId: ConnectionId, identity: IdentityRow): Identity {
  const { smtp, learned, sending_error: error } = identity;
  return {
    id: presentId('identity', connectionId, identity.id),
    connectionId: presentConnectionId(connectionId),
    name: identity.name,
    email: identity.email,
    ...(identity.signature === null ? {} : { signature: identity.signature }),
    ...(identity.reply_to === null ? {} : { replyTo: identity.reply_to }),
    bccSelf: identity.bcc_self,
    ...(smtp === null ? {} : { smtp }),
    ...(smtp === null || learned.smtpSize === undefined ? {} : { maxMessageSize: learned.smtpSize }),
    ...(smtp === null || error === null ? {} : { error: presentError(error) }),
    isDefault: identity.is_default,
  };
}

export function createIdentityService({ pool, servers, audit }: IdentityServiceDeps): IdentityService {
  async function accountsOf(userId: UserId, connectionId: ConnectionId | null): Promise<Account[]> {
    const found = await rows<Account & pg.QueryResultRow>(
      pool,
      `select id, email from connection where user_id = $1 and ($2::int is null or id = $2) order by is_default desc, id`,
      [userId, connectionId],
    );
    if (connectionId !== null && found.length === 0) throw notFound('account');
    return found;
  }

  /** The identity that the id names, and its account, if both are the caller's. */
  async function own(userId: UserId, publicId: string): Promise<{ account: Account; id: IdentityId; address: string }> {
    const { connectionId, id } = parseId('identity', publicId);
    const account = await row<Account & pg.QueryResultRow & { address: string }>(
      pool,
      `select c.id, c.email, i.email as address from identity i join connection c on c.id = i.connection_id
       where c.user_id = $1 and i.connection_id = $2 and i.id = $3`,
      [userId, connectionId, id],
    );
    if (!account) throw notFound('identity');
    return { account, id: idOf(id), address: account.address };
  }

  async function clearDefault(tx: Tx, { id }: Account): Promise<void> {
    await tx.query('update identity set is_default = false where connection_id = $1 and is_default', [id]);
  }

  async function refuseDouble(sql: pg.Pool | Tx, account: Account, email: string): Promise<void> {
    const double = await row(sql, 'select 1 from identity where connection_id = $1 and lower(email) = lower($2)', [
      account.id,
      email,
    ]);
    if (double) throw new MailError({ code: 'CONFLICT', message: `${email} is there already.` });
  }

  async function auditServer(userId: UserId, { id }: Account, server: ProvenServer | null): Promise<void> {
    await audit('identity.server', userId, id);
    if (server?.isTrustedAnew) await audit('certificate.trusted', userId, id, { about: server.endpoint.host });
  }

  return {
    async list(userId, connectionId) {
      const accounts = await accountsOf(userId, connectionId === undefined ? null : parseConnectionId(connectionId));
      const lists = await Promise.all(
        accounts.map(async (account) => (await listIdentities(pool, account)).map((one) => present(account.id, one))),
      );
      return lists.flat();
    },

    async create(userId, identity) {
      const [account] = await accountsOf(userId, parseConnectionId(identity.connectionId));
      if (!account) throw notFound('account');
      if (identity.isDefault) assertOneAddress(identity.email);
      await refuseDouble(pool, account, identity.email);
      const server = identity.smtp && (await servers.prove(identity.email, identity.smtp, null));
      const id = await transaction(pool, async (tx) => {
        await lockAccount(tx, account.id);
        await refuseDouble(tx, account, identity.email);
        if (identity.isDefault) await clearDefault(tx, account);
        const made = await insertIdentity(tx, account.id, identity);
        if (server) await servers.keep(tx, userId, { connectionId: account.id, identityId: made }, server);
        return made;
      });
      if (server) await auditServer(userId, account, server);
      return { id: presentId('identity', account.id, id) };
    },

    async test(userId, { id: publicId, email = '', smtp }) {
      if (publicId === undefined) return servers.test(email, smtp, null);
      const { account, id, address } = await own(userId, publicId);
      return servers.test(email || address, smtp, { connectionId: account.id, identityId: id });
    },

    async update(userId, { id: publicId, smtp, ...change }) {
      const { account, id, address } = await own(userId, publicId);
      const place = { connectionId: account.id, identityId: id };
      const server = smtp && (await servers.prove(change.email ?? address, smtp, place));
      await transaction(pool, async (tx) => {
        await lockAccount(tx, account.id);
        const before = await row<{ email: string; is_default: boolean; host: string | null }>(
          tx,
          `select email, is_default, smtp ->> 'host' as host from identity where connection_id = $1 and id = $2 for update`,
          [account.id, id],
        );
        if (!before) throw notFound('identity');
        if (change.isDefault ?? before.is_default) assertOneAddress(change.email ?? before.email);
        if (change.isDefault) await clearDefault(tx, account);
        await updateIdentity(tx, place, change);
        if (smtp === undefined) return;
        if (server) await servers.keep(tx, userId, place, server);
        else await servers.forget(tx, place);
        if (before.host !== null && before.host !== server?.endpoint.host)
          await failWaiting(tx, account.id, id, serverChanged);
        await wakeAccount(tx, account.id);
      });
      if (smtp !== undefined) await auditServer(userId, account, server ?? null);
    },

    async delete(userId, publicId) {
      const { account, id } = await own(userId, publicId);
      const isGone = await transaction(pool, async (tx) => {
        await lockAccount(tx, account.id);
        const gone = await row(
          tx,
          `delete from identity where connection_id = $1 and id = $2 and lower(email) <> lower($3) returning id`,
          [account.id, id, account.email],
        );
        if (gone) await failWaiting(tx, account.id, id, identityGone);
        return gone !== undefined;
      });
      if (!isGone) throw new MailError({ code: 'CONFLICT', message: 'The account’s own address cannot be removed.' });
    },
  };
}

type Fields = Pick<Identity, 'name' | 'email' | 'signature' | 'replyTo' | 'bccSelf' | 'isDefault'>;

async function insertIdentity(tx: Tx, connectionId: ConnectionId, fields: Fields): Promise<IdentityId> {
  const made = await row<{ id: IdentityId }>(
    tx,
    `insert into identity (connection_id, name, email, signature, reply_to, bcc_self, is_default)
     values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [
      connectionId,
      fields.name,
      fields.email,
      keptSignature(fields.signature),
      fields.replyTo || null,
      fields.bccSelf ?? false,
      fields.isDefault,
    ],
  );
  return (made as { id: IdentityId }).id;
}

async function updateIdentity(
  tx: Tx,
  { connectionId, identityId }: { connectionId: ConnectionId; identityId: IdentityId },
  change: { [Name in keyof Fields]?: Fields[Name] | undefined },
): Promise<void> {
  await tx.query(
    `update identity set name = coalesce($3, name), email = coalesce($4, email),
       signature = coalesce($5, signature), reply_to = nullif(coalesce($6, reply_to), ''),
       bcc_self = coalesce($7, bcc_self), is_default = coalesce($8, is_default)
     where connection_id = $1 and id = $2`,
    [
      connectionId,
      identityId,
      change.name ?? null,
      change.email ?? null,
      keptSignature(change.signature),
      change.replyTo ?? null,
      change.bccSelf ?? null,
      change.isDefault ?? null,
    ],
  );
}
