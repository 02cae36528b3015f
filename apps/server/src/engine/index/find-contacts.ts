/**
 * Whom one may mean: whom one has written to before who only wrote, in each the oftener and the later first; one's own
 * addresses between the two, because one writes to oneself seldom but is in much of one's mail.
 */
import type { Address, ConnectionId, UserId } from '@postroom/db';
import { isCatchAll } from '../answering/own-addresses.ts';
import { contactWords, personKey, wordStarts } from './contact-words.ts';
import { type Queryable, rows } from './sql.ts';

interface Found {
  readonly email: string;
  readonly name: string;
  readonly is_written_to: boolean;
}

/** Of one user: their accounts, and their own addresses in them. */
export interface Seeker {
  readonly userId: UserId;
  readonly connectionIds: readonly ConnectionId[];
  readonly own: readonly Address[];
}

/** People whose name or address has words that begin so. Without words: the best known, but not oneself. */
export async function findContacts(sql: Queryable, seeker: Seeker, query: string, max: number): Promise<Address[]> {
  if (seeker.connectionIds.length === 0) return [];
  const starts = wordStarts(query);
  const own = seeker.own.filter(({ email }) => !isCatchAll(email));
  const [people, hidden] = await Promise.all([
    ranked(sql, seeker, { starts, max: max * Math.max(1, seeker.connectionIds.length) }),
    rows<{ email: string }>(sql, 'select email from hidden_contact where user_id = $1 and email = any($2)', [
      seeker.userId,
      own.map(({ email }) => personKey(email)),
    ]),
  ]);
  const isHidden = new Set(hidden.map(({ email }) => email));
  const mine =
    starts.length === 0
      ? []
      : own.filter(
          ({ email, name = '' }) =>
            !isHidden.has(personKey(email)) && starts.every((start) => contactWords(name, email).includes(start)),
        );
  const written = people.filter((one) => one.is_written_to);
  const others = people.filter((one) => !one.is_written_to);
  return onceEach([...written, ...mine, ...others]).slice(0, max);
}

function ranked(
  sql: Queryable,
  { userId, connectionIds, own }: Seeker,
  { starts, max }: { starts: readonly string[]; max: number },
): Promise<Found[]> {
  const begun = starts.filter((start) => start.startsWith(' '));
  const anywhere = starts.filter((start) => !start.startsWith(' '));
  return rows<Found & Record<string, unknown>>(
    sql,
    `select coalesce(spelling, email) as email, name, sent > 0 as is_written_to from contact
     where connection_id = any($1::int[]) and email <> all($2::text[])
       and email not in (select email from hidden_contact where user_id = $3)
       and ($5::tsquery is null or starts @@ $5::tsquery)
       and not exists (select from unnest($6::text[]) as part where strpos(words, part) = 0)
     order by rank desc, email limit $4`,
    [
      connectionIds,
      own.map(({ email }) => personKey(email)),
      userId,
      max,
      begun.length > 0 ? begun.map((start) => startsIn(connectionIds, start)).join('&') : null,
      anywhere,
    ],
  );
}

/** That start in any of these accounts, as `starts` has it; a tsquery doubles quotation marks and backslashes. */
function startsIn(connectionIds: readonly ConnectionId[], start: string): string {
  const quoted = start.trimStart().replace(/['\\]/g, '$&$&');
  return `(${connectionIds.map((id) => `'${id}:${quoted}':*`).join('|')})`;
}

/** Who is known to several accounts stands where the best of them has them, under the first name there is. */
function onceEach(found: readonly { readonly email: string; readonly name?: string }[]): Address[] {
  return [...Map.groupBy(found, ({ email }) => personKey(email)).values()].map((same) => {
    const email = same[0]?.email as string;
    const name = same.find((one) => one.name)?.name;
    return name === undefined ? { email } : { name, email };
  });
}

/** Suggests that address to the user no more, however spelled, or again. */
export async function setHidden(sql: Queryable, userId: UserId, email: string, isHidden: boolean): Promise<void> {
  await sql.query(
    isHidden
      ? 'insert into hidden_contact (user_id, email) values ($1, $2) on conflict do nothing'
      : 'delete from hidden_contact where user_id = $1 and email = $2',
    [userId, personKey(email)],
  );
}
