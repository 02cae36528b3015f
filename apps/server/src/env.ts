/**
 * The environment, read once. `parseEnv` turns it into a frozen, typed object or stops with one sentence a variable:
 * its name, what it must look like, what it was. Secrets are never echoed. Nothing else reads process.env.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { ensureGeneratedSecrets } from './lib/generated-secrets.ts';
import { parseKeyRing } from './security/key-ring.ts';

const port = z.coerce.number().int().min(1).max(65535);
const security = z.enum(['tls', 'starttls', 'none']);
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim().toLowerCase())
      .filter((item) => item !== ''),
  );
const vaultName = z.string().regex(/^[\w-]+(\/[\w-]+)*$/);
const webUrl = z.url({ protocol: /^https?$/ });
function isKeyRing(text: string): boolean {
  try {
    parseKeyRing(text);
    return true;
  } catch {
    return false;
  }
}

interface Variable {
  readonly schema: z.ZodType;
  /** What a right value looks like, in words. */
  readonly looks: string;
  readonly secret?: boolean;
}

/** Every variable of the contract's table. `.env.example` lists the same, by a test. */
export const VARIABLES = {
  HOST: { schema: z.string().min(1).default('127.0.0.1'), looks: 'an address to listen on, like 127.0.0.1' },
  PORT: { schema: z.coerce.number().int().min(0).max(65535).default(3000), looks: 'a port number from 0 to 65535' },
  APP_URL: { schema: webUrl.optional(), looks: 'an http:// or https:// address without a path' },
  TRUSTED_PROXIES: { schema: z.coerce.number().int().min(0).max(20).default(0), looks: 'a number from 0 to 20' },
  DATA_DIR: { schema: z.string().min(1).default('./data'), looks: 'a folder' },
  DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    looks: 'postgres://user:password@host:5432/name',
    secret: true,
  },
  ROLE: { schema: z.enum(['web', 'worker', 'all']).default('all'), looks: 'web, worker or all' },
  BETTER_AUTH_SECRET: { schema: z.string().min(32), looks: 'at least 32 random characters', secret: true },
  CREDENTIALS_KEYS: {
    schema: z.string().refine(isKeyRing).optional(),
    looks: 'id:base64(32 bytes), newest first, comma-separated',
    secret: true,
  },
  SIGN_UP: {
    schema: z.enum(['first', 'open', 'invite', 'closed']).default('first'),
    looks: 'first, open, invite or closed',
  },
  IMAP_HOST: { schema: z.string().min(1).optional(), looks: 'a host name' },
  IMAP_PORT: { schema: port.optional(), looks: 'a port number' },
  IMAP_SECURITY: { schema: security.optional(), looks: 'tls, starttls or none' },
  SMTP_HOST: { schema: z.string().min(1).optional(), looks: 'a host name' },
  SMTP_PORT: { schema: port.optional(), looks: 'a port number' },
  SMTP_SECURITY: { schema: security.optional(), looks: 'tls, starttls or none' },
  MAIL_LOGIN_DOMAINS: { schema: list, looks: 'domains, comma-separated' },
  MAIL_EGRESS: { schema: z.enum(['public', 'private']).default('public'), looks: 'public or private' },
  MAIL_EGRESS_ALLOW: { schema: list, looks: 'hosts and CIDRs, comma-separated' },
  MAIL_TLS_CA_FILE: { schema: z.string().min(1).optional(), looks: 'a readable PEM file' },
  MAIL_TLS_INSECURE_HOSTS: { schema: list, looks: 'host names, comma-separated' },
  SYSTEM_SMTP_URL: {
    schema: z.url({ protocol: /^smtps?$/ }).optional(),
    looks: 'smtps://user:password@host:465, or smtp:// with STARTTLS',
    secret: true,
  },
  SYSTEM_MAIL_FROM: { schema: z.email().optional(), looks: 'an address' },
  VAULT_ADDR: { schema: webUrl.optional(), looks: 'an https:// address' },
  VAULT_TOKEN: { schema: z.string().optional(), looks: 'a token', secret: true },
  VAULT_TRANSIT_KEY: { schema: vaultName.default('postroom'), looks: 'the name of a key' },
  VAULT_TRANSIT_MOUNT: { schema: vaultName.default('transit'), looks: 'the path of a secrets engine' },
  GOOGLE_CLIENT_ID: { schema: z.string().optional(), looks: 'a client id' },
  GOOGLE_CLIENT_SECRET: { schema: z.string().optional(), looks: 'a client secret', secret: true },
  MICROSOFT_CLIENT_ID: { schema: z.string().optional(), looks: 'a client id' },
  MICROSOFT_CLIENT_SECRET: { schema: z.string().optional(), looks: 'a client secret', secret: true },
  MICROSOFT_TENANT: { schema: z.string().optional(), looks: 'a tenant id, or common' },
  YAHOO_CLIENT_ID: { schema: z.string().optional(), looks: 'a client id' },
  YAHOO_CLIENT_SECRET: { schema: z.string().optional(), looks: 'a client secret', secret: true },
  MAIL_OAUTH_ISSUER: { schema: webUrl.optional(), looks: 'an https:// address' },
  MAIL_OAUTH_CLIENT_ID: { schema: z.string().optional(), looks: 'a client id' },
  MAIL_OAUTH_CLIENT_SECRET: { schema: z.string().optional(), looks: 'a client secret', secret: true },
  MAIL_OAUTH_SCOPES: { schema: z.string().optional(), looks: 'scopes, separated by spaces' },
  OIDC_ISSUER: { schema: webUrl.optional(), looks: 'an https:// address' },
  OIDC_CLIENT_ID: { schema: z.string().optional(), looks: 'a client id' },
  OIDC_CLIENT_SECRET: { schema: z.string().optional(), looks: 'a client secret', secret: true },
  LOG_LEVEL: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    looks: 'fatal, error, warn, info, debug, trace or silent',
  },
} satisfies Record<string, Variable>;

type Name = keyof typeof VARIABLES;
type Parsed = { [K in Name]: z.output<(typeof VARIABLES)[K]['schema']> };
export type Env = Readonly<Omit<Parsed, 'APP_URL'> & { APP_URL: string; IS_PRODUCTION: boolean }>;

/** All that is wrong with the environment, one sentence a line. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

/** The typed environment. Throws EnvError. Generates the two secrets where the database is the embedded one. */
export function parseEnv(source: Readonly<Record<string, string | undefined>> = process.env): Env {
  const problems: string[] = [];
  const given = withFiles(source, problems);
  if (!given.DATABASE_URL && problems.length === 0) {
    const dataDir = resolve(given.DATA_DIR ?? VARIABLES.DATA_DIR.schema.parse(undefined));
    if (!given.BETTER_AUTH_SECRET || !given.CREDENTIALS_KEYS) {
      const generated = ensureGeneratedSecrets(dataDir);
      given.BETTER_AUTH_SECRET ??= generated.betterAuthSecret;
      given.CREDENTIALS_KEYS ??= generated.credentialsKeys;
    }
  }
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries<Variable>(VARIABLES)) {
    const result = variable.schema.safeParse(given[name]);
    if (result.success) values[name] = result.data;
    else problems.push(problem(name, variable, given[name]));
  }
  // Vault has the keys then; the ring is for what was sealed before.
  if (!given.CREDENTIALS_KEYS && !given.VAULT_ADDR) {
    problems.push(problem('CREDENTIALS_KEYS', VARIABLES.CREDENTIALS_KEYS, undefined));
  }
  if (given.VAULT_ADDR && !given.VAULT_TOKEN) {
    problems.push(problem('VAULT_TOKEN', VARIABLES.VAULT_TOKEN, undefined));
  }
  if (given.ROLE && given.ROLE !== 'all' && !given.DATABASE_URL) {
    problems.push(`ROLE must be all unless DATABASE_URL is set (it was ${JSON.stringify(given.ROLE)}).`);
  }
  if (problems.length > 0) throw new EnvError(problems.join('\n'));
  const parsed = values as Parsed;
  const appUrl = new URL(parsed.APP_URL ?? `http://localhost:${parsed.PORT}`).origin;
  return Object.freeze({
    ...parsed,
    DATA_DIR: resolve(parsed.DATA_DIR),
    APP_URL: appUrl,
    IS_PRODUCTION: source.NODE_ENV === 'production',
  });
}

function problem(name: string, variable: Variable, value: string | undefined): string {
  if (value === undefined) return `${name} is required: ${variable.looks}.`;
  const was = variable.secret ? 'what it was is a secret and not shown' : `it was ${JSON.stringify(value)}`;
  return `${name} must be ${variable.looks} (${was}).`;
}

/** Empty means unset; `X_FILE` of a secret is read where `X` is not given. */
function withFiles(
  source: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Record<string, string | undefined> {
  const given: Record<string, string | undefined> = {};
  for (const [name, variable] of Object.entries<Variable>(VARIABLES)) {
    given[name] = source[name]?.trim() || undefined;
    const file = source[`${name}_FILE`];
    if (!variable.secret || !file) continue;
    if (given[name] !== undefined) {
      problems.push(`${name} and ${name}_FILE are both set: keep one of them.`);
      continue;
    }
    try {
      given[name] = readFileSync(file, 'utf8').trim() || undefined;
    } catch {
      problems.push(`${name}_FILE must be a readable file (it was ${JSON.stringify(file)}).`);
    }
  }
  return given;
}
