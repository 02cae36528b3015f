/** Labels of an account: those a keyword stands for, made as soon as the keyword is seen, and those kept here. */
import type { ConnectionId } from '@postroom/db';
import { isStateKeyword, labelNameOfKeyword } from './flags.ts';
import type { Queryable } from './sql.ts';

/** SQL: ids of messages that are important here because their server keeps no such keyword (operations/refused-keywords.ts). */
export const IMPORTANT_HERE = `select ml.message_id from label l
  join message_label ml on ml.connection_id = l.connection_id and ml.label_id = l.id
  where l.connection_id = $1 and lower(l.keyword) = '$important' and l.storage = 'local'`;

/** Longest keyword that is shown as a label; longer ones are some program's state. */
const MAX_KEYWORD = 100;

/** A label for every keyword that another client set and that is no state (contract, Labels). */
export async function ensureKeywordLabels(
  sql: Queryable,
  connectionId: ConnectionId,
  keywords: ReadonlySet<string>,
): Promise<void> {
  const wanted = [...keywords].filter((keyword) => !isStateKeyword(keyword) && keyword.length <= MAX_KEYWORD);
  if (wanted.length === 0) return;
  await sql.query(
    `insert into label (connection_id, name, storage, keyword)
     select $1, case when exists (select 1 from label l where l.connection_id = $1 and lower(l.name) = lower(x.name))
                     then x.keyword else x.name end, 'keyword', x.keyword
     from unnest($2::text[], $3::text[]) as x(keyword, name)
     where not exists (select 1 from label l where l.connection_id = $1 and lower(l.keyword) = lower(x.keyword))
     on conflict do nothing`,
    [connectionId, wanted, wanted.map(labelNameOfKeyword)],
  );
}

/** A label for each of these of the server's own (X-GM-LABELS). One that was kept here under that name becomes it. */
export async function ensureGmailLabels(
  sql: Queryable,
  connectionId: ConnectionId,
  names: ReadonlySet<string>,
): Promise<void> {
  if (names.size === 0) return;
  await sql.query(
    `with wanted as (
       select name from unnest($2::text[]) as x(name)
       where not exists (select 1 from label l where l.connection_id = $1 and l.storage = 'gmail' and l.keyword = x.name)
         and not exists (select 1 from operation o where o.connection_id = $1 and o.kind = 'label-mailbox'
           and o.state in ('pending', 'running') and o.payload ->> 'name' = x.name and o.payload ->> 'change' <> 'create')
     ), taken as (
       update label l set storage = 'gmail', keyword = w.name from wanted w
       where l.connection_id = $1 and l.id = (select id from label o where o.connection_id = $1
         and (lower(o.keyword) = lower(w.name) or lower(o.name) = lower(w.name)) order by o.keyword is null limit 1)
       returning w.name
     )
     insert into label (connection_id, name, storage, keyword)
     select $1, name, 'gmail', name from wanted where name not in (select name from taken) on conflict do nothing`,
    [connectionId, [...names]],
  );
}
