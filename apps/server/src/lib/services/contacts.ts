/** Whom the user may mean, from the mail of their accounts. */
import type { ConnectionId } from '@postroom/db';
import type pg from 'pg';
import { findContacts } from '../../engine/index/contacts.ts';
import { rows } from '../../engine/index/sql.ts';
import { notFound } from '../driver/errors.ts';
import { parseConnectionId } from '../driver/ids.ts';
import type { ContactService } from '../services.ts';

const MAX_FOUND = 20;

export function createContactService({ pool }: { readonly pool: pg.Pool }): ContactService {
  return {
    async search(userId, query, connectionId) {
      const wanted = connectionId === undefined ? null : parseConnectionId(connectionId);
      const own = await rows<{ id: ConnectionId }>(
        pool,
        'select id from connection where user_id = $1 and ($2::int is null or id = $2)',
        [userId, wanted],
      );
      if (wanted !== null && own.length === 0) throw notFound('account');
      return findContacts(
        pool,
        own.map(({ id }) => id),
        query,
        MAX_FOUND,
      );
    },
  };
}
