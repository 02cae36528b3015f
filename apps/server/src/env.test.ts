import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EnvError, parseEnv, VARIABLES } from './env.ts';

const folder = mkdtempSync(join(tmpdir(), 'postroom-env-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KEYS = `1:${Buffer.alloc(32, 1).toString('base64')}`;
const SECRET = 'obvious-fake-session-secret-0123456789';
const own = { DATABASE_URL: 'postgres://app@127.0.0.1/app', BETTER_AUTH_SECRET: SECRET, CREDENTIALS_KEYS: KEYS };

describe('parseEnv', () => {
  it.each([
    { name: 'a port', given: { PORT: 'abc' }, says: 'PORT must be a port number from 0 to 65535 (it was "abc").' },
    {
      name: 'a role alone without a database of its own',
      given: { ROLE: 'web', DATABASE_URL: '', DATA_DIR: join(folder, 'role') },
      says: 'ROLE must be all unless DATABASE_URL is set (it was "web").',
    },
    {
      name: 'a short secret, without repeating it',
      given: { BETTER_AUTH_SECRET: 'short' },
      says: 'BETTER_AUTH_SECRET must be at least 32 random characters (what it was is a secret and not shown).',
    },
    {
      name: 'no secret beside a database of its own',
      given: { BETTER_AUTH_SECRET: '' },
      says: 'BETTER_AUTH_SECRET is required: at least 32 random characters.',
    },
    {
      name: 'no key ring beside a database of its own',
      given: { CREDENTIALS_KEYS: '' },
      says: 'CREDENTIALS_KEYS is required: id:base64(32 bytes), newest first, comma-separated.',
    },
    {
      name: 'Vault without a token',
      given: { VAULT_ADDR: 'https://vault.lan:8200' },
      says: 'VAULT_TOKEN is required: a token.',
    },
    {
      name: 'a secret given twice',
      given: { BETTER_AUTH_SECRET_FILE: '/nowhere' },
      says: 'BETTER_AUTH_SECRET and BETTER_AUTH_SECRET_FILE are both set: keep one of them.',
    },
  ])('refuses $name', ({ given, says }) => {
    expect(() => parseEnv({ ...own, ...given })).toThrow(new EnvError(says));
  });

  it('needs no key ring where Vault has the keys', () => {
    const vault = { VAULT_ADDR: 'https://vault.lan:8200', VAULT_TOKEN: 'fake-token' };
    expect(parseEnv({ ...own, ...vault, CREDENTIALS_KEYS: '' }).CREDENTIALS_KEYS).toBeUndefined();
  });

  it('takes the public address from the port when only that is given', () => {
    expect(parseEnv({ ...own, PORT: '4100' }).APP_URL).toBe('http://localhost:4100');
  });

  it('reads a secret from its file', () => {
    const file = join(folder, 'secret');
    writeFileSync(file, `${SECRET}\n`);
    const env = parseEnv({ ...own, BETTER_AUTH_SECRET: undefined, BETTER_AUTH_SECRET_FILE: file });
    expect(env.BETTER_AUTH_SECRET).toBe(SECRET);
  });

  it('makes the secrets once, for their owner only, where the database is the embedded one', () => {
    const DATA_DIR = join(folder, 'data');
    const first = parseEnv({ DATA_DIR });
    expect(parseEnv({ DATA_DIR })).toEqual(first);
    expect(statSync(join(DATA_DIR, 'credentials-keys')).mode & 0o777).toBe(0o600);
  });

  it('has each variable in .env.example, and no other', () => {
    const text = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
    expect([...text.matchAll(/^#?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name)).toEqual(Object.keys(VARIABLES));
  });
});
