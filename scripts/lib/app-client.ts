/**
 * Talks to the app as its page in the browser does: one address, a session's cookie, tRPC with superjson. One
 * connection that is kept, one request at a time.
 */
import { Agent, type IncomingMessage, request } from 'node:http';

export interface AppAccount {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly cookies: readonly string[];
}

export interface AppClient {
  /** Of the session, as a request carries it. */
  readonly cookie: string;
  /** One request; settles when the answer has been read, whatever its status. */
  send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer>;
  /** A tRPC query. Throws when the answer is an error. `Output` is what the caller knows of the contract. */
  query<Output>(procedure: string, input?: unknown): Promise<Output>;
  mutate<Output>(procedure: string, input: unknown): Promise<Output>;
  close(): void;
}

/** Makes an app account, and gives its caller. */
export async function signUp(url: string, account: AppAccount): Promise<AppClient> {
  return authenticate(url, 'sign-up', account);
}

/** The caller of an app account that is there. */
export async function signIn(url: string, { email, password }: Omit<AppAccount, 'name'>): Promise<AppClient> {
  return authenticate(url, 'sign-in', { email, password });
}

/** The path of a tRPC query, as it is asked. */
export function queryPath(procedure: string, input: unknown = {}): string {
  return `/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify({ json: input }))}`;
}

async function authenticate(url: string, how: 'sign-up' | 'sign-in', account: object): Promise<AppClient> {
  const stranger = createClient(url, '');
  try {
    const answer = await stranger.send('POST', `/api/auth/${how}/email`, account);
    if (answer.status !== 200) throw new Error(`${how}: ${answer.status} ${answer.text}`);
    return createClient(url, answer.cookies.map((cookie) => cookie.split(';')[0]).join('; '));
  } finally {
    stranger.close();
  }
}

function createClient(url: string, cookie: string): AppClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { Origin: url, 'Sec-Fetch-Site': 'same-origin', ...(cookie === '' ? {} : { Cookie: cookie }) };

  function send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const content = body === undefined ? undefined : JSON.stringify(body);
    const type = content === undefined ? {} : { 'Content-Type': 'application/json' };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, url), { method, agent, headers: { ...headers, ...type } }, (response) => {
        read(response).then(resolve, reject);
      });
      sent.once('error', reject);
      sent.end(content);
    });
  }

  return {
    cookie,
    send,
    query: async (procedure, input) => resultOf(procedure, await send('GET', queryPath(procedure, input))),
    mutate: async (procedure, input) =>
      resultOf(procedure, await send('POST', `/api/trpc/${procedure}`, { json: input })),
    close: () => agent.destroy(),
  };
}

async function read(response: IncomingMessage): Promise<Answer> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode ?? 0, text, cookies: response.headers['set-cookie'] ?? [] };
}

function resultOf<Output>(procedure: string, { status, text }: Answer): Output {
  if (status !== 200) throw new Error(`${procedure}: ${status} ${text}`);
  const answer: { result: { data: { json: Output } } } = JSON.parse(text);
  return answer.result.data.json;
}
