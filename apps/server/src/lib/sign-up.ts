/** Who may make an app account: only the first, anybody, whoever was invited, nobody (SIGN_UP). */
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { type Queryable, row } from '../engine/index/sql.ts';

export type SignUpMode = 'first' | 'open' | 'invite' | 'closed';

/** Whoever asks, with the invitation they hold. Null: only whether anybody may. */
export type Applicant = { readonly email: string; readonly invite?: string | undefined } | null;

export interface SignUpRefusal {
  readonly code: 'SIGN_UP_CLOSED' | 'INVITE_REQUIRED';
  readonly message: string;
}

const CLOSED: SignUpRefusal = { code: 'SIGN_UP_CLOSED', message: 'New accounts are not taken here.' };
const NOT_INVITED: SignUpRefusal = { code: 'INVITE_REQUIRED', message: 'An invitation is needed to sign up here.' };

/** Why not, or null. */
export async function checkSignUp(
  sql: Queryable,
  mode: SignUpMode,
  applicant: Applicant,
): Promise<SignUpRefusal | null> {
  switch (mode) {
    case 'open':
      return null;
    case 'closed':
      return CLOSED;
    case 'first':
      return (await row(sql, 'select 1 from "user" limit 1')) ? CLOSED : null;
    case 'invite':
      if (applicant === null) return null;
      return (await findInvite(sql, applicant)) ? null : NOT_INVITED;
  }
}

/** The invitation serves once. */
export async function spendInvite(sql: Queryable, applicant: Applicant): Promise<void> {
  if (applicant) await sql.query('update invite set used_at = now() where token = $1', [applicant.invite ?? '']);
}

/** The invitation of whoever runs the server, while there is no user: always the same until it is used. */
export async function inviteFirst(sql: Queryable): Promise<string | null> {
  if (await row(sql, 'select 1 from "user" limit 1')) return null;
  const open = await row<{ token: string }>(
    sql,
    'select token from invite where invited_by is null and used_at is null',
  );
  if (open) return open.token;
  const token = randomBytes(24).toString('base64url');
  await sql.query('insert into invite (token) values ($1)', [token]);
  return token;
}

function findInvite(sql: Queryable, { email, invite = '' }: NonNullable<Applicant>) {
  return row(
    sql,
    `select 1 from invite where token = $1 and used_at is null and (expires_at is null or expires_at > now())
       and (email is null or lower(email) = lower($2))`,
    [invite, email],
  );
}

export type SignUpGate = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * One sign-up at a time, over all processes: of two that come at once only one is the first. Those that wait in this
 * process wait without a database connection.
 */
export function createSignUpGate(pool: pg.Pool): SignUpGate {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(() => withLock(pool, work));
    last = mine.catch(() => undefined);
    return mine;
  };
}

async function withLock<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('select pg_advisory_lock(7003)');
    return await work();
  } finally {
    await client.query('select pg_advisory_unlock(7003)').catch((error: Error) => {
      // The session goes, and its lock with it.
      failure = error;
    });
    client.release(failure);
  }
}
