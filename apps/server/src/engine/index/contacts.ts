/**
 * People, learned from mail as it is indexed: whom the account writes to counts most, who writes to it counts, machines
 * that nobody answers, and lists, do not. One row a person, spelled as last seen, with the words of every name and spelling
 * (contact-words.ts). find-contacts.ts finds them.
 */
import type { Address, ConnectionId } from '@postroom/db';
import { contactWords, personKey, personName } from './contact-words.ts';
import type { Tx } from './sql.ts';
import type { NewMessage } from './types.ts';

/** Local parts of senders that read no answers. */
const MACHINE =
  /^(no-?reply|do-?not-?reply|mailer-daemon|postmaster|bounces?|notifications?|automated)\b|[-+]bounces?\b/i;
/** A message to more people than this says nothing of any of them. */
const MAX_RECIPIENTS = 25;
const MAX_EMAIL = 320;
/** Characters of all the words of a person. */
const MAX_WORDS = 1000;

interface Seen {
  spelling: string | null;
  name: string;
  words: string;
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
    `insert into contact (connection_id, email, name, sent, received, last_at, spelling, words)
     select $1, * from unnest($2::text[], $3::text[], $4::int[], $5::int[], $6::timestamptz[], $7::text[], $8::text[])
     on conflict (connection_id, email) do update set
       spelling = case when excluded.last_at >= contact.last_at then excluded.spelling else contact.spelling end,
       words = case when position(excluded.words in contact.words) > 0 then contact.words
                    else left(excluded.words || contact.words, $9) end,
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
      entries.map(([, { spelling }]) => spelling),
      entries.map(([, { words }]) => words),
      MAX_WORDS,
    ],
  );
}

function note(people: Map<string, Seen>, message: NewMessage): void {
  const { isOwn, addresses, receivedAt } = message;
  const recipients = [...addresses.to, ...addresses.cc, ...addresses.bcc];
  if (isOwn ? recipients.length > MAX_RECIPIENTS : isSentByMachine(message)) return;
  // A clock that is ahead puts nobody before everybody else for years.
  const at = new Date(Math.min(receivedAt.getTime(), Date.now()));
  const named = isOwn ? recipients : addresses.from ? [addresses.from] : [];
  for (const address of named) {
    if (!isPerson(address)) continue;
    const email = address.email.toLowerCase();
    const key = personKey(email);
    const name = personName(address.name ?? '', email);
    const seen = people.get(key) ?? { spelling: null, name: '', words: '', sent: 0, received: 0, lastAt: new Date(0) };
    if (name !== '' && (seen.name === '' || at >= seen.lastAt)) seen.name = name;
    if (at >= seen.lastAt) {
      seen.spelling = email === key ? null : email;
      seen.lastAt = at;
    }
    const words = contactWords(name, email);
    if (!seen.words.includes(words)) seen.words = `${words}${seen.words}`.slice(0, MAX_WORDS);
    if (isOwn) seen.sent += 1;
    else seen.received += 1;
    people.set(key, seen);
  }
}

/** A list's, a newsletter's, an answering machine's: whoever it is from did not write to this account. */
function isSentByMachine({ extras: { listId, listUnsubscribe, precedence, autoSubmitted } }: NewMessage): boolean {
  return (
    listId !== undefined ||
    listUnsubscribe !== undefined ||
    /^(bulk|list|junk)\b/i.test(precedence ?? '') ||
    (autoSubmitted !== undefined && !/^no\b/i.test(autoSubmitted))
  );
}

function isPerson({ email }: Address): boolean {
  return email.length <= MAX_EMAIL && /^[^@\s]+@[^@\s]+$/.test(email) && !MACHINE.test(email);
}
