/** What the account knows of senders, and of its own server's checks: who it is, whom it writes to under these names. */
import type { Address, ConnectionId } from '@postroom/db';
import type { AuthservFacts, SeenAuthserv } from '../accounts/authserv.ts';
import { nameKey } from '../mime/index.ts';
import { type Queryable, row, rows } from './sql.ts';

export interface PeopleKnown extends AuthservFacts {
  readonly own: readonly Address[];
  readonly names: ReadonlyMap<string, readonly string[]>;
}

/** Bodies that were read lately, whose results are counted. */
const LOOKED_AT = 200;

/** `names`: those of the senders that are to be shown. */
export async function loadPeopleKnown(
  sql: Queryable,
  connectionId: ConnectionId,
  names: readonly string[],
): Promise<PeopleKnown> {
  const keys = [...new Set(names.map(nameKey).filter((key) => key.includes(' ')))];
  const [account, identities, seen, contacts] = await Promise.all([
    row<{ email: string; name: string; hosts: string[] }>(
      sql,
      `select email, name, array_remove(array[imap->>'host', smtp->>'host'], null) as hosts from connection where id = $1`,
      [connectionId],
    ),
    rows<{ email: string; name: string }>(sql, 'select email, name from identity where connection_id = $1', [
      connectionId,
    ]),
    seenAuthserv(sql, connectionId),
    keys.length === 0
      ? []
      : rows<{ email: string; name: string }>(
          sql,
          'select coalesce(spelling, email) as email, name from contact where connection_id = $1 and sent > 0 and lower(name) = any($2::text[])',
          [connectionId, keys],
        ),
  ]);
  if (account === undefined) return { email: '', hosts: [], own: [], names: new Map(), seen: [] };
  const byName = Map.groupBy(contacts, ({ name }) => nameKey(name));
  return {
    email: account.email,
    hosts: account.hosts,
    own: [account, ...identities].map(({ email, name }) => (name === '' ? { email } : { name, email })),
    names: new Map([...byName].map(([key, people]) => [key, people.map(({ email }) => email)])),
    seen,
  };
}

function seenAuthserv(sql: Queryable, connectionId: ConnectionId): Promise<SeenAuthserv[]> {
  return rows<{ id: string | null; messages: number; domains: number }>(
    sql,
    `select b.id, count(*)::int as messages,
       count(distinct split_part(m.addresses->'from'->>'email', '@', 2))::int as domains
     from (select message_id, authentication->>'authservId' as id from body
           where connection_id = $1 order by message_id desc limit $2) b
     cross join lateral (select addresses from message
       where connection_id = $1 and id = b.message_id and not is_own offset 0) m
     group by b.id`,
    [connectionId, LOOKED_AT],
  );
}
