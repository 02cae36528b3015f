/** Whose turn it is to renew a token: one at a time, over processes; what must not be lost on the way. */
import type { ConnectionId, UserId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { MailError } from '../../../lib/driver/errors.ts';
import { parseKeyRing } from '../../../security/key-ring.ts';
import { createVault, localKeyWrapper } from '../../../security/vault.ts';
import { emailProviders } from './providers.ts';
import { createTokenSource, type TokenSource } from './token-source.ts';
import { type OAuthTokens, readTokens, signInExpired, writeTokens } from './tokens.ts';

const NOW = Date.UTC(2026, 0, 1);
const ID = 1 as ConnectionId;
const USER = 'ada' as UserId;
const place = { connectionId: ID, userId: USER, column: 'imap_secret' } as const;
const key = (id: number) => `${id}:${Buffer.alloc(32, id).toString('base64')}`;
const vault = createVault(localKeyWrapper(parseKeyRing(`${key(2)},${key(1)}`)));
const old: OAuthTokens = { accessToken: 'old', issuedAt: NOW - 3_590_000, expiresAt: NOW + 10_000, refreshToken: 'r1' };
const fresh: OAuthTokens = { accessToken: 'new', issuedAt: NOW, expiresAt: NOW + 3_600_000, refreshToken: 'r2' };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`insert into "user" (id, name, email) values ($1, 'Ada', 'ada@app.test')`, [USER]);
});
afterAll(() => database?.drop());
beforeEach(async () => {
  await database.pool.query('delete from connection');
  await database.pool.query(
    `insert into connection (id, user_id, email, imap, smtp, auth_type, oauth_provider, imap_secret)
     overriding system value values ($1, $2, 'ada@gmail.com', '{}', '{}', 'oauth2', 'google', '')`,
    [ID, USER],
  );
  await keep(old);
});

async function keep(tokens: OAuthTokens): Promise<void> {
  const secret = await vault.seal(writeTokens(tokens), place);
  await database.pool.query('update connection set imap_secret = $2 where id = $1', [ID, secret]);
}
async function kept(): Promise<OAuthTokens & { claimed: boolean }> {
  const { rows } = await database.pool.query<{ imap_secret: string; claimed: boolean }>(
    'select imap_secret, token_claim_until is not null as claimed from connection',
  );
  const [row] = rows;
  return { ...readTokens(await vault.open(row?.imap_secret ?? '', place)), claimed: row?.claimed ?? false };
}

/** One process. */
function source(refresh: (tokens: OAuthTokens) => Promise<OAuthTokens>): TokenSource {
  return createTokenSource({
    pool: database.pool,
    vault,
    providers: emailProviders({ GOOGLE_CLIENT_ID: 'fake-id' }, null),
    refresh: (_provider, tokens) => refresh(tokens),
    now: () => NOW,
  });
}

it('a token that is about to end is renewed once, whoever asks for it and in how many processes', async () => {
  const asked: string[] = [];
  const refresh = async ({ refreshToken }: OAuthTokens) => {
    asked.push(refreshToken ?? '');
    await new Promise((resolve) => setImmediate(resolve));
    return fresh;
  };
  const processes = [source(refresh), source(refresh), source(refresh)];
  const tokens = await Promise.all([...processes, ...processes].map((one) => one.tokenFor(ID)));
  expect(tokens).toEqual(Array(6).fill('new'));
  expect(asked).toEqual(['r1']);
  expect(await kept()).toEqual({ ...fresh, claimed: false });
});

it('a good one serves as it is, unless the mail server would not have it', async () => {
  await keep({ ...fresh, accessToken: 'good' });
  const asked: string[] = [];
  const one = source(async ({ accessToken }) => {
    asked.push(accessToken);
    return { ...fresh, accessToken: 'better' };
  });
  expect(await one.tokenFor(ID)).toBe('good');
  expect(await one.tokenFor(ID, 'good')).toBe('better');
  expect(await one.tokenFor(ID, 'good')).toBe('better');
  expect(asked).toEqual(['good']);
});

it('a consent that was withdrawn is asked for once and remembered', async () => {
  let asked = 0;
  const one = source(async () => {
    asked += 1;
    throw signInExpired();
  });
  for (let times = 0; times < 3; times += 1) {
    await expect(one.tokenFor(ID)).rejects.toMatchObject({ code: 'OAUTH_EXPIRED' });
  }
  expect(asked).toBe(1);
  expect(await kept()).toMatchObject({ refreshToken: null, claimed: false });
});

it('a provider that is away is asked again, with the same refresh token', async () => {
  const away = new MailError({ code: 'SERVER_UNAVAILABLE', message: 'away' });
  await expect(source(() => Promise.reject(away)).tokenFor(ID)).rejects.toBe(away);
  expect(await kept()).toEqual({ ...old, claimed: false });
  expect(await source(async () => fresh).tokenFor(ID)).toBe('new');
});

it('the claim of a process that was killed ends by itself', async () => {
  await database.pool.query(`update connection set token_claim_until = now() - interval '1 millisecond'`);
  expect(await source(async () => fresh).tokenFor(ID)).toBe('new');
});

it('what was rewrapped meanwhile is replaced, and a new sign-in meanwhile stands', async () => {
  const rewrapped = source(async () => {
    await keep(old);
    return fresh;
  });
  expect(await rewrapped.tokenFor(ID)).toBe('new');
  expect(await kept()).toMatchObject({ refreshToken: 'r2' });
  await keep(old);
  const anew = { ...fresh, accessToken: 'signed in anew', refreshToken: 'r9' };
  const overtaken = source(async () => {
    await keep(anew);
    return fresh;
  });
  await overtaken.tokenFor(ID);
  expect(await kept()).toMatchObject(anew);
});

it('an account whose provider is not set up any more says so, and asks nobody', async () => {
  await database.pool.query(`update connection set oauth_provider = 'yahoo'`);
  const asking = source(() => Promise.reject(new Error('asked'))).tokenFor(ID);
  await expect(asking).rejects.toMatchObject({ code: 'OAUTH_REQUIRED' });
  expect(await kept()).toEqual({ ...old, claimed: false });
});
