/**
 * The database keeps accounts apart by its schema, read from the catalog so that a new table is asked without being named:
 * what belongs to a mail account has it in its key and goes with it, and what refers to something of an account refers
 * to it by the account too, so that a wrong join finds nothing and a wrong row is refused.
 */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

interface Key {
  readonly table: string;
  readonly columns: string[];
  readonly target: string | null;
  readonly targetColumns: string[] | null;
}

/** Primary (`p`) or foreign (`f`) keys, their columns in order. */
async function keys(kind: 'p' | 'f'): Promise<Key[]> {
  const names = (numbers: string, relation: string) =>
    `(select array_agg(a.attname::text order by u.n) from unnest(${numbers}) with ordinality u(attnum, n)
      join pg_attribute a on a.attrelid = ${relation} and a.attnum = u.attnum)`;
  const { rows } = await database.pool.query<Key>(
    `select c.conrelid::regclass::text as table, ${names('c.conkey', 'c.conrelid')} as columns,
       c.confrelid::regclass::text as target, ${names('c.confkey', 'c.confrelid')} as "targetColumns"
     from pg_constraint c where c.contype = $1 and c.connamespace = 'public'::regnamespace`,
    [kind],
  );
  return rows;
}

async function tablesWith(column: string): Promise<Set<string>> {
  const { rows } = await database.pool.query<{ table: string }>(
    `select quote_ident(table_name) as table from information_schema.columns
     where table_schema = 'public' and column_name = $1 and table_name <> 'connection'`,
    [column],
  );
  return new Set(rows.map(({ table }) => table));
}

describe('a table of mail', () => {
  it('has its account first in its key, and goes with it', async () => {
    const [owned, primary, foreign] = await Promise.all([tablesWith('connection_id'), keys('p'), keys('f')]);
    expect(owned.size).toBeGreaterThan(15);
    const loose = [...owned].filter(
      (table) => primary.find((key) => key.table === table)?.columns[0] !== 'connection_id',
    );
    // A sign-in that was begun is found by its state, and by the user beside it; the log is the user's.
    expect(loose.sort()).toEqual(['audit_log', 'oauth_request']);
    const leadsToAccount = (table: string, seen: readonly string[] = []): boolean =>
      foreign.some(
        (key) =>
          key.table === table &&
          key.columns.includes('connection_id') &&
          (key.target === 'connection' ||
            (key.target !== null && !seen.includes(key.target) && leadsToAccount(key.target, [...seen, table]))),
      );
    // What happened stays in the user's log when the account is gone.
    expect([...owned].filter((table) => !leadsToAccount(table))).toEqual(['audit_log']);
  });

  it('refers to what is in another one by the account, and to an account of a user by both', async () => {
    const [owned, users, foreign] = await Promise.all([tablesWith('connection_id'), tablesWith('user_id'), keys('f')]);
    const refers = ({ columns, targetColumns }: Key, from: string, to: string) => {
      const at = columns.indexOf(from);
      return at >= 0 && targetColumns?.[at] === to;
    };
    const byMail = foreign.filter(({ table, target }) => owned.has(table) && target !== null && owned.has(target));
    expect(byMail.length).toBeGreaterThan(4);
    expect(byMail.filter((key) => !refers(key, 'connection_id', 'connection_id'))).toEqual([]);
    const toAccounts = foreign.filter(({ table, target }) => users.has(table) && target === 'connection');
    expect(
      toAccounts.filter((key) => !refers(key, 'user_id', 'user_id') || !refers(key, 'connection_id', 'id')),
    ).toEqual([]);
  });
});

describe('a row that joins one account’s with another’s', () => {
  const make = async (sql: string, values: unknown[] = []) => (await database.pool.query(sql, values)).rows[0];
  const account = async (user: string) => {
    await make(`insert into "user" (id, name, email) values ($1, $1, $2)`, [user, `${user}@app.test`]);
    const { id } = await make(
      `insert into connection (user_id, email, imap, smtp, imap_secret) values ($1, $2, '{}', '{}', 'fake') returning id`,
      [user, `${user}@lab.test`],
    );
    return id as number;
  };

  it('is refused', async () => {
    const [adas, bobs] = [await account('ada'), await account('bob')];
    const label = await make(
      `insert into label (connection_id, name, storage) values ($1, 'Work', 'local') returning id`,
      [bobs],
    );
    const outcome = (sql: string, values: unknown[]) =>
      make(sql, values).then(
        () => 'taken',
        (error: { code?: string }) => error.code,
      );
    const foreignKey = '23503';
    expect({
      label: await outcome('insert into message_label (connection_id, message_id, label_id) values ($1, 1, $2)', [
        adas,
        label.id,
      ]),
      snippet: await outcome(`insert into message_snippet (connection_id, message_id, snippet) values ($1, 1, '')`, [
        adas,
      ]),
      'sign-in for an account': await outcome(
        `insert into oauth_request (state, user_id, provider_id, nonce, verifier, connection_id, expires_at)
         values ('s', 'ada', 'p', 'n', 'v', $1, now())`,
        [bobs],
      ),
    }).toEqual({ label: foreignKey, snippet: foreignKey, 'sign-in for an account': foreignKey });
  });
});
