/**
 * People, learned from mail as it is indexed: whom the account writes to counts most, who writes to it counts, machines
 * that nobody answers do not. One row an address, spelled as last seen.
 */
import type { Address, ConnectionId } from '@postroom/db';
import { type Queryable, rows, type Tx } from './sql.ts';
import type { NewMessage } from './types.ts';

/** Local parts of senders that read no answers. */
const MACHINE =
  /^(no-?reply|do-?not-?reply|mailer-daemon|postmaster|bounces?|notifications?|automated)\b|[-+]bounces?\b/i;
/** A message to more people than this says nothing of any of them. */
const MAX_RECIPIENTS = 25;
const MAX_EMAIL = 320;

interface Seen {
  name: string;
  sent: number;
  received: number;
  lastAt: Date;
}

/** Counts the people of these messages. The caller names each message once. */
export async function learnContacts(
  tx: Tx,
  connectionId: ConnectionId,
  messages: readonly NewMessage[],
): Promise<void> {
  const people = new Map<string, Seen>();
  for (const message of messages) note(people, message);
  if (people.size === 0) return;
  // In one order, so that two writers never wait for each other.
  const entries = [...people].sort(([a], [b]) => (a < b ? -1 : 1));
  await tx.query(
    `insert into contact (connection_id, email, name, sent, received, last_at)
     select $1, * from unnest($2::text[], $3::text[], $4::int[], $5::int[], $6::timestamptz[])
     on conflict (connection_id, email) do update set
       name = case when excluded.name <> '' and (contact.name = '' or excluded.last_at >= contact.last_at)
                   then excluded.name else contact.name end,
       sent = contact.sent + excluded.sent, received = contact.received + excluded.received,
       last_at = greatest(contact.last_at, excluded.last_at)`,
    [
      connectionId,
      entries.map(([email]) => email),
      entries.map(([, { name }]) => name),
      entries.map(([, { sent }]) => sent),
      entries.map(([, { received }]) => received),
      entries.map(([, { lastAt }]) => lastAt),
    ],
  );
}

function note(people: Map<string, Seen>, { isOwn, addresses, receivedAt }: NewMessage): void {
  const recipients = [...addresses.to, ...addresses.cc, ...addresses.bcc];
  if (isOwn && recipients.length > MAX_RECIPIENTS) return;
  const named = isOwn ? recipients : addresses.from ? [addresses.from] : [];
  for (const address of named) {
    if (!isPerson(address)) continue;
    const email = address.email.toLowerCase();
    const seen = people.get(email) ?? { name: '', sent: 0, received: 0, lastAt: new Date(0) };
    if (address.name && (seen.name === '' || receivedAt >= seen.lastAt)) seen.name = address.name.slice(0, 200);
    if (receivedAt > seen.lastAt) seen.lastAt = receivedAt;
    if (isOwn) seen.sent += 1;
    else seen.received += 1;
    people.set(email, seen);
  }
}

function isPerson({ email }: Address): boolean {
  return email.length <= MAX_EMAIL && /^[^@\s]+@[^@\s]+$/.test(email) && !MACHINE.test(email);
}

/** People whose name or address has a word that begins so, best known first. Without words: the best known. */
export async function findContacts(
  sql: Queryable,
  connectionIds: readonly ConnectionId[],
  query: string,
  max: number,
): Promise<Address[]> {
  const words = query
    .toLowerCase()
    .split(/[\s,;<>"]+/)
    .filter((word) => word !== '')
    .slice(0, 5);
  const patterns = words.map((word) => `(^|[^[:alnum:]])${word.replace(/[^\p{L}\p{N}]/gu, '\\$&')}`);
  const found = await rows<{ email: string; name: string }>(
    sql,
    `select email, (array_agg(name order by (name = ''), last_at desc))[1] as name from contact
     where connection_id = any($1::int[])
       and not exists (select 1 from unnest($2::text[]) as p(pattern) where lower(name) || ' ' || email !~ p.pattern)
     group by email order by sum(sent) * 10 + sum(received) desc, max(last_at) desc, email limit $3`,
    [connectionIds, patterns, max],
  );
  return found.map(({ email, name }) => (name === '' ? { email } : { name, email }));
}
