/**
 * Hostile text in every field of every procedure, found by the router's own schemas, so that a new procedure or field is
 * asked without being named here: it is answered as what it is, or as invalid, never by a fault; the mail servers hear no
 * command, and messages have no header field, that nobody meant.
 */
import { waitUntil } from '@postroom/mail-lab';
import type { AnyProcedure } from '@trpc/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type AppClient, startTestApp, type TestApp } from './app.fixture.ts';
import { HAZARDS, headerFault, oddSmtp, unexpected } from './injection.fixture.ts';
import { type MemoryMailServers, startMemoryMail } from './memory-account.fixture.ts';
import { callProcedure, type Ids, ownEverything, type ProcedureType } from './tenancy.fixture.ts';
import { PROCEDURES, WITHOUT_ID } from './tenancy-cases.fixture.ts';
import { appRouter } from './trpc/index.ts';

const SOAK = process.env.SOAK === '1';
/** All of them in each of the fields that the other test knows; here those that differ most. */
const SAID = Object.entries(HAZARDS).filter(
  ([name]) =>
    SOAK || ['a second IMAP command', 'a header field', 'a NUL', 'a literal', 'half of a character'].includes(name),
);
const COMMANDS = ['APPEND', 'UID STORE', 'STORE', 'UID EXPUNGE', 'EXPUNGE', 'UID MOVE', 'UID COPY'];
const PROCEDURE_MAP = appRouter._def.procedures as unknown as Readonly<Record<string, AnyProcedure>>;

/** The field that is asked for by name here, and those of a message that is redirected (RFC 5322 section 3.6.6). */
const KEPT = ['x-any', 'resent-date', 'resent-from', 'resent-to', 'resent-message-id'];
/** A query stands in the address, of which Node takes 16 kB. */
const MAX_TEXT: Readonly<Record<ProcedureType, number>> = { query: 4_000, mutation: 20_000, subscription: 0 };

/** As much of JSON Schema as zod makes of our inputs. */
interface Schema {
  readonly type?: string;
  readonly enum?: unknown;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
}

type Path = readonly (string | number)[];

/** Where an input takes text: every string that is not one of a few words. */
function textsOf(schema: Schema, path: Path = []): Path[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((one) => textsOf(one, path));
  if (schema.type === 'string' && schema.enum === undefined && schema.const === undefined) return [path, ...inner];
  const named = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => textsOf(one, [...path, name]));
  const listed = schema.items ? textsOf(schema.items, [...path, 0]) : [];
  const free =
    typeof schema.additionalProperties === 'object' ? textsOf(schema.additionalProperties, [...path, 'X-Any']) : [];
  return [...inner, ...named, ...listed, ...free];
}

/** The input with the text at that place; what is on the way there and lacks is made. */
function withText(input: unknown, [key, ...rest]: Path, text: string): unknown {
  if (key === undefined) return text;
  if (typeof key === 'number') return [withText(Array.isArray(input) ? input[key] : undefined, rest, text)];
  const object: Record<string, unknown> = typeof input === 'object' && input !== null ? { ...input } : {};
  return { ...object, [key]: withText(object[key], rest, text) };
}

function inputSchema({ _def }: AnyProcedure): Schema {
  const [schema] = (_def as unknown as { inputs: z.ZodType[] }).inputs;
  return schema ? (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema) : {};
}

let app: TestApp;
let servers: MemoryMailServers;
let ada: AppClient;
let ids: Ids;
beforeAll(async () => {
  app = await startTestApp();
  servers = await startMemoryMail('ada@lab.test');
  ada = await app.signUp('ada@lab.test');
  ids = await ownEverything(app, ada, servers, 'adas');
});
afterAll(async () => {
  await Promise.all([app?.stop(), servers?.stop()]);
});

/** A valid input of the caller's own. */
function baseOf(path: string): unknown {
  if (/^connections\.(test|create)$/.test(path)) return { ...servers.connection, email: 'other@lab.test' };
  // At once, so that the mail server hears it.
  if (path === 'mail.send') return { to: [{ email: 'bob@lab.test' }], subject: 'Hello', message: '<p>Hello</p>' };
  return PROCEDURES[path]?.[0]?.(ids, ids) ?? WITHOUT_ID[path] ?? {};
}

const FIELDS = Object.entries(PROCEDURE_MAP).flatMap(([path, procedure]) =>
  procedure._def.type === 'subscription'
    ? []
    : textsOf(inputSchema(procedure)).map((at) => ({ path, type: procedure._def.type as ProcedureType, at })),
);

it('is looked for in more than a hundred fields', () => {
  const procedures = new Set(FIELDS.map(({ path }) => path));
  const withoutText = Object.keys(PROCEDURE_MAP).filter((path) => !procedures.has(path));
  expect(FIELDS.length).toBeGreaterThan(100);
  expect(withoutText.sort()).toEqual([
    'connections.list',
    'contacts.hidden',
    'events.subscribe',
    'invites.list',
    'security.activity',
    'settings.get',
    'shortcuts.get',
    'templates.list',
  ]);
});

it('makes no fault, no command and no header field anywhere', { timeout: 600_000 }, async () => {
  const wrong: object[] = [];
  for (const { path, type, at } of FIELDS) {
    if (/^(connections|identities)\./.test(path)) await app.database.pool.query('delete from rate_limit');
    for (const [hazard, text] of SAID) {
      const answer = await callProcedure(ada, path, type, withText(baseOf(path), at, text.slice(0, MAX_TEXT[type])));
      if (answer.status < 500 && (answer.status === 200 || answer.code !== undefined)) continue;
      wrong.push({ path, at: at.join('.'), hazard, status: answer.status, text: answer.text.slice(0, 200) });
    }
  }
  expect(wrong).toEqual([]);
  const { imap, smtp } = servers;
  await waitUntil(
    async () => {
      const { rows } = await app.database.pool.query(
        `select 1 from outbox where state in ('queued', 'sending') limit 1`,
      );
      return rows.length === 0;
    },
    { timeoutMs: 60_000, what: 'the outbox to be empty' },
  );
  expect(unexpected(imap.commands(), COMMANDS)).toEqual([]);
  expect(smtp.messages.length).toBeGreaterThan(10);
  expect(oddSmtp(smtp.transcript.map(({ line }) => line))).toEqual([]);
  expect(smtp.messages.map(({ raw }) => headerFault(raw, KEPT)).filter((fault) => fault !== '')).toEqual([]);
});
