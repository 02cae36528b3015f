/** Whom one may mean, of 20,000 people, over HTTP; and conversations whose senders are looked up among them. */

import { contactWords } from '../apps/server/src/engine/index/contact-words.ts';
import type { Address } from '../apps/server/src/lib/driver/schemas.ts';
import type { Stage } from './stage.ts';
import { timed } from './statistics.ts';

const PEOPLE = 20_000;
const ROUNDS = 40;
const FIRST = 'Ada Bruno Chiara Dmitri Émile Fatima Gökhan Hélène Ivana Jonas Kenji Łucja Mei Nora Øystein Pía'.split(
  ' ',
);
const LAST = 'Lund Ivers Fontaine Oswald Brâncuș Ångström Yılmaz Petrov Tanaka Kowalska Haddad Bly Sato Weiß'.split(
  ' ',
);
/** As one types: one letter, which thousands have, to what nobody has. */
const ASKED = ['a', 'b', 'lu', 'ang', 'émile', 'ada lu', 'person19', 'nobody-has-this'];

/** Makes the account know that many people, each differently well. */
export async function meetPeople({ database }: Stage): Promise<void> {
  const people = Array.from({ length: PEOPLE }, (_, index) => {
    const name = `${FIRST[index % FIRST.length]} ${LAST[index % LAST.length]}`;
    const email = `person${index}@site${index % 500}.example`;
    return { email, name, words: contactWords(name, email), sent: index % 7 === 0 ? index % 50 : 0, day: index % 900 };
  });
  await database.pool.query(
    `insert into contact (connection_id, email, name, words, sent, received, last_at)
     select (select min(id) from connection), email, name, words, sent, day % 90, now() - day * interval '1 day'
     from jsonb_to_recordset($1::jsonb) as x(email text, name text, words text, sent int, day int)`,
    [JSON.stringify(people)],
  );
  await database.pool.query('analyze contact');
}

/** Each of the questions in turn. */
export async function timePeople({ user }: Stage): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const q of ASKED) times.push(await timed(() => user.query<Address[]>('contacts.search', { q })));
  }
  return times;
}
