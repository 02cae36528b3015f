/** Who the user writes as: each account's addresses, one of them the default. The account's own address always stays. */
import type { ConnectionId, IdentityId, UserId } from '@postroom/db';
import type pg from 'pg';
import { isCatchAll } from '../../engine/answering/own-addresses.ts';
import { type IdentityRow, listIdentities } from '../../engine/index/identities.ts';
import { row, rows, type Tx, transaction } from '../../engine/index/sql.ts';
import { MailError, notFound } from '../driver/errors.ts';
import { parseConnectionId, parseId, presentConnectionId, presentId } from '../driver/ids.ts';
import type { Identity } from '../driver/schemas.ts';
import type { IdentityService } from '../services.ts';

interface Account {
  readonly id: ConnectionId;
  readonly email: string;
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

/** `identity.id` as a public id carries it. */
const idOf = (id: number) => id as IdentityId;

function present(connectionId: ConnectionId, identity: IdentityRow): Identity {
  return {
    id: presentId('identity', connectionId, identity.id),
    connectionId: presentConnectionId(connectionId),
    name: identity.name,
    email: identity.email,
    ...(identity.signature === null ? {} : { signature: identity.signature }),
    ...(identity.reply_to === null ? {} : { replyTo: identity.reply_to }),
    bccSelf: identity.bcc_self,
    isDefault: identity.is_default,
  };
}

export function createIdentityService({ pool }: { readonly pool: pg.Pool }): IdentityService {
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
  async function own(userId: UserId, publicId: string): Promise<{ account: Account; id: IdentityId }> {
    const { connectionId, id } = parseId('identity', publicId);
    const account = await row<Account & pg.QueryResultRow>(
      pool,
      `select c.id, c.email from identity i join connection c on c.id = i.connection_id
       where c.user_id = $1 and i.connection_id = $2 and i.id = $3`,
      [userId, connectionId, id],
    );
    if (!account) throw notFound('identity');
    return { account, id: idOf(id) };
  }

  async function clearDefault(tx: Tx, { id }: Account): Promise<void> {
    await tx.query('update identity set is_default = false where connection_id = $1 and is_default', [id]);
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
      return transaction(pool, async (tx) => {
        if (identity.isDefault) assertOneAddress(identity.email);
        const double = await row(tx, 'select 1 from identity where connection_id = $1 and lower(email) = lower($2)', [
          account.id,
          identity.email,
        ]);
        if (double) throw new MailError({ code: 'CONFLICT', message: `${identity.email} is there already.` });
        if (identity.isDefault) await clearDefault(tx, account);
        const made = await row<{ id: IdentityId }>(
          tx,
          `insert into identity (connection_id, name, email, signature, reply_to, bcc_self, is_default)
           values ($1, $2, $3, $4, $5, $6, $7) returning id`,
          [
            account.id,
            identity.name,
            identity.email,
            identity.signature ?? null,
            identity.replyTo || null,
            identity.bccSelf ?? false,
            identity.isDefault,
          ],
        );
        return { id: presentId('identity', account.id, (made as { id: IdentityId }).id) };
      });
    },

    async update(userId, { id: publicId, ...change }) {
      const { account, id } = await own(userId, publicId);
      await transaction(pool, async (tx) => {
        const before = await row<{ email: string; is_default: boolean }>(
          tx,
          'select email, is_default from identity where connection_id = $1 and id = $2 for update',
          [account.id, id],
        );
        if (!before) throw notFound('identity');
        if (change.isDefault ?? before.is_default) assertOneAddress(change.email ?? before.email);
        if (change.isDefault) await clearDefault(tx, account);
        await tx.query(
          `update identity set name = coalesce($3, name), email = coalesce($4, email),
             signature = coalesce($5, signature), reply_to = nullif(coalesce($6, reply_to), ''),
             bcc_self = coalesce($7, bcc_self), is_default = coalesce($8, is_default)
           where connection_id = $1 and id = $2`,
          [
            account.id,
            id,
            change.name ?? null,
            change.email ?? null,
            change.signature ?? null,
            change.replyTo ?? null,
            change.bccSelf ?? null,
            change.isDefault ?? null,
          ],
        );
      });
    },

    async delete(userId, publicId) {
      const { account, id } = await own(userId, publicId);
      const gone = await row(
        pool,
        `delete from identity where connection_id = $1 and id = $2 and lower(email) <> lower($3) returning id`,
        [account.id, id, account.email],
      );
      if (gone) return;
      throw new MailError({ code: 'CONFLICT', message: 'The account’s own address cannot be removed.' });
    },
  };
}
