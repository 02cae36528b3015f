/** Who an account can write as. */
import type { ConnectionId, IdentityId } from '@postroom/db';
import { type Queryable, rows } from './sql.ts';

export interface IdentityRow {
  readonly id: IdentityId;
  readonly name: string;
  readonly email: string;
  readonly signature: string | null;
  readonly reply_to: string | null;
  readonly bcc_self: boolean;
  readonly is_default: boolean;
}

/** The account's own address first, then the others in the order they were added. */
export function listIdentities(
  sql: Queryable,
  account: { readonly id: ConnectionId; readonly email: string },
): Promise<IdentityRow[]> {
  return rows<IdentityRow & Record<string, unknown>>(
    sql,
    `select id, name, email, signature, reply_to, bcc_self, is_default from identity where connection_id = $1
     order by lower(email) <> lower($2), id`,
    [account.id, account.email],
  );
}
