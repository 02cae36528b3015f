/** The whole app on a test database, with typed callers over HTTP. Test code only. */
import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type MailServer, onFreePorts } from '@postroom/mail-lab';
import { createTRPCClient, httpLink } from '@trpc/client';
import superjson from 'superjson';
import { parseEnv } from './env.ts';
import type { MailEvent, NewConnection } from './lib/driver/schemas.ts';
import { createLog } from './lib/log.ts';
import { type RunningServer, type ServerOptions, startServer } from './start-server.ts';
import type { AppRouter } from './trpc/index.ts';

export interface TestApp {
  readonly url: string;
  readonly database: TestDatabase;
  readonly routes: RunningServer['routes'];
  /** A new app account, signed in. */
  signUp(email?: string): Promise<AppClient>;
  /** Somebody without a session. */
  anonymous(): AppClient;
  stop(): Promise<void>;
}

export interface AppClient {
  readonly api: ReturnType<typeof createTRPCClient<AppRouter>>;
  /** A request with this caller's session, as the app itself would make it. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  readonly cookie: string;
  /** Live events, gathered from now on. */
  events(lastEventId?: string): Promise<LiveEvents>;
}

export interface LiveEvents {
  readonly seen: MailEvent[];
  /** Settles when the server ends the stream. */
  readonly ended: Promise<unknown>;
  stop(): void;
}

export interface TestAppOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What is logged at `warn` and above. */
  readonly logTo?: NodeJS.WritableStream;
  readonly server?: ServerOptions;
}

/** What an app on a test database is told. */
export function testEnv({ url }: Pick<TestDatabase, 'url'>): Record<string, string> {
  return {
    DATABASE_URL: url,
    BETTER_AUTH_SECRET: 'fake-secret-fake-secret-fake-secret-',
    CREDENTIALS_KEYS: `1:${Buffer.alloc(32, 7).toString('base64')}`,
    SIGN_UP: 'open',
    MAIL_EGRESS: 'private',
  };
}

export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = await createTestDatabase();
  const { port, server } = await onFreePorts(1, async (port = 0) => {
    const env = parseEnv({
      ...testEnv(database),
      PORT: String(port),
      LOG_LEVEL: options.logTo ? 'warn' : 'silent',
      ...options.env,
    });
    const log = createLog({
      level: env.LOG_LEVEL,
      isPretty: false,
      ...(options.logTo ? { destination: options.logTo } : {}),
    });
    return { port, server: await startServer(env, log, options.server) };
  }).catch(async (error: unknown) => {
    await database.drop();
    throw error;
  });
  const url = `http://localhost:${port}`;
  const client = (cookie: string) => createClient(url, cookie);
  return {
    url,
    database,
    routes: server.routes,
    anonymous: () => client(''),
    async signUp(email) {
      const signedUp = await signUp(url, email);
      // Tests sign up more often than an address may.
      await database.pool.query('delete from rate_limit');
      return signedUp;
    },
    async stop() {
      await server.stop();
      await database.drop();
    },
  };
}

/** A new app account at this address, signed in. */
export async function signUp(url: string, email = `${randomBytes(6).toString('hex')}@app.test`): Promise<AppClient> {
  const response = await createClient(url, '').fetch('/api/auth/sign-up/email', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'Ada', email, password: 'fake-app-password' }),
  });
  if (!response.ok) throw new Error(`sign-up: ${response.status} ${await response.text()}`);
  return createClient(url, cookieOf(response));
}

/** The cookies that an answer sets, as the next request sends them. */
export function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

/** A caller of the app at this address, with these cookies. */
export function createClient(url: string, cookie: string): AppClient {
  const headers = { Origin: url, 'Sec-Fetch-Site': 'same-origin', ...(cookie === '' ? {} : { Cookie: cookie }) };
  const fetchOwn = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, url), { ...init, headers: { ...headers, ...Object.fromEntries(new Headers(init.headers)) } });
  return {
    cookie,
    fetch: fetchOwn,
    api: createTRPCClient<AppRouter>({
      links: [httpLink({ url: `${url}/api/trpc`, transformer: superjson, headers })],
    }),
    async events(lastEventId) {
      const end = new AbortController();
      const input = encodeURIComponent(JSON.stringify({ json: { lastEventId } }));
      const response = await fetchOwn(`/api/trpc/events.subscribe?input=${input}`, { signal: end.signal });
      const seen: MailEvent[] = [];
      const ended = gather(response, seen).catch(() => undefined);
      return { seen, ended, stop: () => end.abort() };
    },
  };
}

/** Reads the stream of events (SSE, superjson inside). */
async function gather(response: Response, seen: MailEvent[]): Promise<void> {
  let rest = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = (rest + chunk).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const data = /^data: (.+)$/m.exec(part)?.[1];
      const value: unknown = data === undefined ? undefined : JSON.parse(data);
      if (isEnvelope(value)) seen.push(value.json);
    }
  }
}

function isEnvelope(value: unknown): value is { json: MailEvent } {
  return typeof value === 'object' && value !== null && 'json' in value && JSON.stringify(value).includes('"kind"');
}

/** How a user of the lab's mail server connects it. */
export function connectionTo(
  server: Pick<MailServer, 'endpoints' | 'accounts'>,
  email: string,
  more: Partial<NewConnection> = {},
): NewConnection {
  const account = server.accounts.find((one) => one.email === email);
  if (!account) throw new Error(`The lab has no account ${email}`);
  return {
    email,
    name: 'Ada Lund',
    imap: server.endpoints.imap,
    smtp: server.endpoints.smtp,
    auth: { type: 'password', password: account.password },
    ...more,
  };
}
