/**
 * One user's things, asked for by another, by nobody and by another site: every procedure of the router and every route
 * of the app, as they are found there. What is not in tenancy-cases.fixture.ts fails by name.
 */
import { waitUntil } from '@postroom/mail-lab';
import type { AnyProcedure } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppClient, startTestApp, type TestApp } from './app.fixture.ts';
import { type MemoryMailServers, startMemoryMail } from './memory-account.fixture.ts';
import {
  type Answer,
  answerOf,
  callProcedure,
  everyIdIs,
  type Ids,
  ownEverything,
  type ProcedureType,
} from './tenancy.fixture.ts';
import { PROCEDURES, ROUTES, WITHOUT_ID } from './tenancy-cases.fixture.ts';
import { appRouter } from './trpc/index.ts';

/** Flat when it runs, `mail.get` and so on; its type is nested. */
const procedures = appRouter._def.procedures as unknown as Readonly<Record<string, AnyProcedure>>;
const TYPES: ReadonlyMap<string, ProcedureType> = new Map(
  Object.entries(procedures).map(([path, { _def }]) => [path, _def.type]),
);
const typeOf = (path: string): ProcedureType => TYPES.get(path) ?? 'query';
/** A word in everything that is Ada's. */
const CANARY = 'adascanary';
const CROSS_SITE = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
const OTHER_KINDS: readonly (keyof Ids)[] = ['connection', 'thread', 'message', 'label', 'draft', 'outbox', 'undo'];
/** One of each sort; all that is no id is in lib/driver/ids.test.ts. */
const NO_IDS: readonly string[] = [
  '',
  't١-١',
  't2147483648-1',
  't1-9007199254740993',
  'c2147483648',
  'l1-9999999999',
  'i1-9999999999',
  'm9999999999-9999999999999999',
  "1' or '1'='1",
  '../../etc/passwd',
  '__proto__',
  '\0',
  '\ud800',
  'x'.repeat(5000),
];
const noIds = NO_IDS.map((text) => ({ text, shown: JSON.stringify(text.slice(0, 40)) }));

let app: TestApp;
let servers: MemoryMailServers[];
let ada: AppClient;
let eve: AppClient;
let adas: Ids;
let eves: Ids;

beforeAll(async () => {
  app = await startTestApp();
  servers = [await startMemoryMail('ada@adascanary.test'), await startMemoryMail('eve@lab.test')];
  [ada, eve] = [await app.signUp('ada@adascanary.test'), await app.signUp('eve@lab.test')];
  const [hers, his] = servers as [MemoryMailServers, MemoryMailServers];
  [adas, eves] = await Promise.all([ownEverything(app, ada, hers, CANARY), ownEverything(app, eve, his, 'evesword')]);
});
afterAll(async () => {
  await app?.stop();
  await Promise.all((servers ?? []).map((one) => one.stop()));
});

/** Tests ask more often than a user may. */
const unlimited = () => app.database.pool.query('delete from rate_limit');

/** Answers by a name that says which question it was. */
async function ask(
  questions: readonly (readonly [name: string, question: () => Promise<Answer>])[],
): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  for (const [name, question] of questions) {
    if (/connections\.(test|create|update|doctor)|identities\.test/.test(name)) await unlimited();
    answers.set(name, await question());
  }
  return answers;
}

/** Those that are not answered so, by name. */
const wrong = (answers: ReadonlyMap<string, Answer>, isRight: (answer: Answer) => boolean) =>
  [...answers]
    .filter(([, answer]) => !isRight(answer))
    .map(([name, { status, code, text }]) => ({ name, status, code, text: text.slice(0, 300) }));

const isNotFound = ({ status, code }: Answer) =>
  status === 404 && (code === 'MESSAGE_NOT_FOUND' || code === 'MAILBOX_NOT_FOUND');

const askedFor = (theirs: Ids, own: Ids, client: AppClient, headers: Record<string, string> = {}) =>
  Object.entries(PROCEDURES).flatMap(([path, inputs]) =>
    inputs.map(
      (input, at) =>
        [`${path} ${at}`, () => callProcedure(client, path, typeOf(path), input(theirs, own), headers)] as const,
    ),
  );

/** What the contract lets be asked without an id. */
function inputWithoutId(path: string): unknown {
  return /^connections\.(test|create)$/.test(path)
    ? { ...servers[1]?.connection, auth: { type: 'password', password: 'wrong' }, email: 'eve2@lab.test' }
    : WITHOUT_ID[path];
}

const askedOpenly = (client: AppClient, headers: Record<string, string> = {}) =>
  Object.keys(WITHOUT_ID).map(
    (path) => [path, () => callProcedure(client, path, typeOf(path), inputWithoutId(path), headers)] as const,
  );

describe('the tables', () => {
  it('know every procedure of the router', () => {
    const known = new Set([...Object.keys(PROCEDURES), ...Object.keys(WITHOUT_ID)]);
    expect([...TYPES.keys()].filter((path) => !known.has(path))).toEqual([]);
    expect([...known].filter((path) => !TYPES.has(path))).toEqual([]);
  });

  it('know every route of the app', () => {
    const routes = app.routes.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(routes)).toEqual(new Set(Object.keys(ROUTES)));
  });
});

describe('a procedure', () => {
  it('does not find what is somebody else’s', async () => {
    expect(wrong(await ask(askedFor(adas, eves, eve)), isNotFound)).toEqual([]);
  });

  it('does not take an account of somebody else’s, named beside ids that carry their own', async () => {
    const asked = Object.entries(PROCEDURES).flatMap(([path, inputs]) => {
      if (!/^(mail|drafts|labels|outbox)\./.test(path)) return [];
      const input = { ...Object(inputs[0]?.(eves, eves)), connectionId: adas.connection };
      return [[path, () => callProcedure(eve, path, typeOf(path), input)] as const];
    });
    expect(wrong(await ask(asked), isNotFound)).toEqual([]);
  });

  it('answers nobody without a session', async () => {
    const anonymous = app.anonymous();
    const answers = await ask([...askedFor(adas, adas, anonymous), ...askedOpenly(anonymous)]);
    expect(wrong(answers, ({ status }) => status === 401)).toEqual([]);
  });

  it('changes nothing for another site, whatever the session', async () => {
    const isChange = ([name]: readonly [string, unknown]) => typeOf(name.split(' ')[0] ?? '') === 'mutation';
    const asked = [...askedFor(adas, adas, ada, CROSS_SITE), ...askedOpenly(ada, CROSS_SITE)].filter(isChange);
    expect(wrong(await ask(asked), ({ status }) => status === 403)).toEqual([]);
  });

  it('changes nothing by GET', async () => {
    const changes = [...TYPES].filter(([, type]) => type === 'mutation');
    const answers = await ask(
      changes.map(([path]) => [
        path,
        () => callProcedure(ada, path, 'query', (PROCEDURES[path]?.[0] ?? (() => inputWithoutId(path)))(adas, adas)),
      ]),
    );
    expect(wrong(answers, ({ status }) => status === 405)).toEqual([]);
  });

  it('shows, asked without an id, nothing of anybody else', async () => {
    const answers = await ask(askedOpenly(eve));
    const isOwn = ({ status, text }: Answer) => status < 500 && !text.includes(CANARY) && !text.includes(adas.upload);
    expect(wrong(answers, isOwn)).toEqual([]);
    const mine = await callProcedure(ada, 'mail.listThreads', 'query', { folder: 'all', connectionId: 'all' });
    expect(mine.text).toContain(CANARY);
  });

  it.each(noIds)('takes $shown for no id', async ({ text }) => {
    const isRefused = (answer: Answer) =>
      isNotFound(answer) || (answer.status === 400 && answer.code === 'INVALID_INPUT');
    const asked = askedFor(everyIdIs(text), eves, eve).filter(([name]) => !isLenient(name, text));
    expect(wrong(await ask(asked), isRefused)).toEqual([]);
  });

  it.each(OTHER_KINDS)('does not take the caller’s own %s for a thing of another kind', async (kind) => {
    const folder = kind === 'label' ? { mailbox: adas.mailbox } : {}; // a label names a folder too
    const others: Ids = { ...everyIdIs(eves[kind]), [kind]: adas[kind], ...folder };
    const isRefused = (answer: Answer) =>
      isNotFound(answer) || (answer.status === 400 && answer.code === 'INVALID_INPUT');
    const asked = askedFor(others, eves, eve).filter(([name]) => !isLenient(name, others.message));
    expect(wrong(await ask(asked), isRefused)).toEqual([]);
  });

  it('tells of changes to their owner alone', async () => {
    const [hers, his] = [await ada.events(), await eve.events()];
    await ada.api.mail.toggleStar.mutate({ ids: [adas.thread] });
    await waitUntil(() => hers.seen.some(({ ids }) => ids.includes(adas.thread)));
    await eve.api.mail.toggleStar.mutate({ ids: [eves.thread] });
    await waitUntil(() => his.seen.some(({ ids }) => ids.includes(eves.thread)));
    expect(his.seen.filter(({ connectionId }) => connectionId === adas.connection)).toEqual([]);
    hers.stop();
    his.stop();
  });
});

describe('a route', () => {
  const get = async (client: AppClient, path: string, key: string, headers: Record<string, string> = {}) =>
    client.fetch(path, { method: key.startsWith('POST') ? 'POST' : 'GET', headers });
  const asked = (theirs: Ids, own: Ids, client: AppClient, keys = Object.keys(ROUTES)) =>
    keys.flatMap((key) =>
      (ROUTES[key]?.paths(theirs, own) ?? []).map(
        (path) => [`${key} ${path}`, async () => answerOf(await get(client, path, key))] as const,
      ),
    );
  const keysOf = (...kinds: unknown[]) => Object.keys(ROUTES).filter((key) => kinds.includes(ROUTES[key]?.stranger));

  it('gives its owner what it is asked for', async () => {
    const answers = await ask(asked(adas, adas, ada, keysOf(404, 403)));
    expect(wrong(answers, ({ status }) => status === 200)).toEqual([]);
  });

  it('gives nobody else what is somebody’s', async () => {
    expect(wrong(await ask(asked(adas, eves, eve, keysOf(404))), ({ status }) => status === 404)).toEqual([]);
    expect(wrong(await ask(asked(adas, eves, eve, keysOf(403))), ({ status }) => status === 403)).toEqual([]);
    const open = await ask(asked(adas, eves, eve, keysOf('own', 'public')));
    expect(wrong(open, ({ status, text }) => status < 500 && !text.includes(CANARY))).toEqual([]);
  });

  it('answers nobody without a session, but for what is everybody’s', async () => {
    const answers = await ask(asked(adas, adas, app.anonymous(), keysOf(404, 403, 'own')));
    expect(wrong(answers, ({ status }) => status === 401)).toEqual([]);
  });

  it('changes nothing for another site, by any method', async () => {
    const methods = ['POST', 'PUT', 'PATCH', 'DELETE'];
    const paths = Object.entries(ROUTES)
      .filter(([key]) => key.includes(' /api/'))
      .flatMap(([, { paths }]) => paths(adas, adas));
    const answers = await ask(
      paths.flatMap((path) =>
        methods.map(
          (method) =>
            [
              `${method} ${path}`,
              async () => answerOf(await ada.fetch(path, { method, headers: CROSS_SITE })),
            ] as const,
        ),
      ),
    );
    expect(wrong(answers, ({ status }) => status === 403)).toEqual([]);
  });

  it.each(noIds)('takes $shown for no id', async ({ text }) => {
    const encoded = encodeURIComponent(text.toWellFormed());
    const paths = [
      `/api/messages/${encoded}/raw`,
      `/api/messages/${encoded}/attachments/2`,
      `/api/messages/${eves.message}/attachments/${encoded}`,
      `/api/messages/${eves.draft}/attachments/${encoded}`,
    ];
    const answers = await ask(paths.map((path) => [path, async () => answerOf(await eve.fetch(path))]));
    expect(wrong(answers, ({ status }) => status === 404)).toEqual([]);
  });

  it('ends no session of another user, who knows its token or not', async () => {
    const token = decodeURIComponent(/session_token=([^.;]+)/.exec(ada.cookie)?.[1] ?? '');
    const body = JSON.stringify({ token });
    const headers = { 'Content-Type': 'application/json' };
    await eve.fetch('/api/auth/revoke-session', { method: 'POST', headers, body });
    expect((await callProcedure(ada, 'settings.get', 'query', undefined)).status).toBe(200);
  });
});

describe('the owner', () => {
  it('is answered where everybody else is not, so that the tables ask for what is there', async () => {
    await ada.api.mail.markAsUnread.mutate({ ids: [adas.thread] });
    // Undone is undone, the second time too.
    const answers = await ask(askedFor(adas, adas, ada).filter(([name]) => name !== 'mail.undo 1'));
    expect(wrong(answers, ({ status, code }) => status === 200 || code === 'CONFLICT')).toEqual([]);
  });
});

/** Not an id of ours, and yet no mistake: an empty word is the default, and a Message-ID is anybody's text. */
function isLenient(name: string, text: string): boolean {
  if (name === 'drafts.create 0') return text === '';
  return /^(drafts\.create|mail\.send) [23]$/.test(name);
}
