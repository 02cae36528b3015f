/** Who an account can write as. */
import type { Address, ConnectionId, IdentityId, Learned, StoredEndpoint, StoredError } from '@postroom/db';
import { createOwnAddresses, isCatchAll, type OwnAddresses } from '../answering/own-addresses.ts';
import { type Queryable, rows } from './sql.ts';

export interface IdentityRow {
  readonly id: IdentityId;
  readonly name: string;
  readonly email: string;
  readonly signature: string | null;
  readonly reply_to: string | null;
  readonly bcc_self: boolean;
  readonly is_default: boolean;
  /** Its own submission server; null: the account's. */
  readonly smtp: StoredEndpoint | null;
  readonly learned: Learned;
  readonly sending_error: StoredError | null;
}

/** The account's own address first, then the others in the order they were added. */
export function listIdentities(
  sql: Queryable,
  account: { readonly id: ConnectionId; readonly email: string },
): Promise<IdentityRow[]> {
  return rows<IdentityRow & Record<string, unknown>>(
    sql,
    `select id, name, email, signature, reply_to, bcc_self, is_default, smtp, learned, sending_error from identity
     where connection_id = $1
     order by lower(email) <> lower($2), id`,
    [account.id, account.email],
  );
}

/** The addresses to choose from, as `mail.getEmailAliases` gives them: a catch-all is none. */
export async function listAliases(
  sql: Queryable,
  account: { readonly id: ConnectionId; readonly email: string },
): Promise<{ email: string; name?: string; primary?: boolean }[]> {
  const addresses = (await listIdentities(sql, account)).filter(({ email }) => !isCatchAll(email));
  return addresses.map(({ email, name }, index) => ({
    email,
    ...(name === '' ? {} : { name }),
    ...(index === 0 ? { primary: true } : {}),
  }));
}

/** Who the account writes as, and who its user does anywhere: the own address of an account before its others. */
export async function loadOwnAddresses(
  sql: Queryable,
  connectionId: ConnectionId,
): Promise<{ readonly own: OwnAddresses; readonly everywhere: OwnAddresses }> {
  const all = await rows<Address & { connection_id: ConnectionId }>(
    sql,
    `with account as (select id, email, name from connection where user_id = (select user_id from connection where id = $1))
     select connection_id, email, name from identity where connection_id in (select id from account)
     union all select id, email, name from account`,
    [connectionId],
  );
  return {
    own: createOwnAddresses(all.filter(({ connection_id }) => connection_id === connectionId)),
    everywhere: createOwnAddresses(all),
  };
}
