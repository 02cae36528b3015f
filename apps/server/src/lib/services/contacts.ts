/** Whom the user may mean, from the mail of their accounts. */
import type { Address, ConnectionId } from '@postroom/db';
import type pg from 'pg';
import { findContacts, setHidden } from '../../engine/index/find-contacts.ts';
import { rows } from '../../engine/index/sql.ts';
import { notFound } from '../driver/errors.ts';
import { parseConnectionId } from '../driver/ids.ts';
import type { ContactService } from '../services.ts';

const MAX_FOUND = 20;

export function createContactService({ pool }: { readonly pool: pg.Pool }): ContactService {
  return {
    async search(userId, query, connectionId) {
      const wanted = connectionId === undefined ? null : parseConnectionId(connectionId);
      const own = await rows<Address & { id: ConnectionId }>(
        pool,
        `with account as (select id, email, name from connection where user_id = $1 and ($2::int is null or id = $2))
         select id, email, name from account
         union all select connection_id, email, name from identity where connection_id in (select id from account)`,
        [userId, wanted],
      );
      if (wanted !== null && own.length === 0) throw notFound('account');
      const connectionIds = [...new Set(own.map(({ id }) => id))];
      return findContacts(pool, { userId, connectionIds, own }, query, MAX_FOUND);
    },
    async hidden(userId) {
      const found = await rows<{ email: string }>(
        pool,
        'select email from hidden_contact where user_id = $1 order by email',
        [userId],
      );
      return found.map(({ email }) => ({ email }));
    },
    hide: (userId, email) => setHidden(pool, userId, email, true),
    unhide: (userId, email) => setHidden(pool, userId, email, false),
  };
}
