import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertificateAuthority } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEgress, type Resolve } from './egress.ts';
import { createHttpsClient, type HttpsClient } from './https-client.ts';

const HOST = 'mail.lab.test';
const authority = createCertificateAuthority();
const asked: IncomingHttpHeaders[] = [];
const clients: HttpsClient[] = [];
let port = 0;
let onHanging = () => {};

const redirect = (response: ServerResponse, location: string) => response.writeHead(302, { location }).end('moved');

const routes: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/hello': (response) => response.writeHead(200, { 'set-cookie': 'a=b', 'x-kind': 'greeting' }).end('hello'),
  '/missing': (response) => response.writeHead(404).end('no'),
  '/to-hello': (response) => redirect(response, '/hello'),
  '/three': (response) => redirect(response, '/two'),
  '/two': (response) => redirect(response, '/to-hello'),
  '/four': (response) => redirect(response, '/three'),
  '/loop': (response) => redirect(response, '/loop'),
  '/to-metadata': (response) => redirect(response, `https://169.254.169.254:${port}/latest/meta-data/`),
  '/to-inside': (response) => redirect(response, `https://inside.lab.test:${port}/hello`),
  '/to-http': (response) => redirect(response, `http://${HOST}:${port}/hello`),
  '/to-port': (response) => redirect(response, `https://${HOST}:22/`),
  '/to-password': (response) => redirect(response, `https://a:b@${HOST}:${port}/hello`),
  '/long': (response) => response.writeHead(200, { 'content-length': '101' }).end(Buffer.alloc(101)),
  '/long-chunked': (response) => {
    response.writeHead(200);
    response.write(Buffer.alloc(60));
    response.end(Buffer.alloc(60));
  },
  '/hanging': () => onHanging(),
};

const server = createServer(authority.issue('valid', [HOST]), (incoming, response) => {
  asked.push(incoming.headers);
  routes[incoming.url ?? '']?.(response);
});
const impostor = createServer(authority.issue('wrong-host'), (_incoming, response) => response.end('hello'));

beforeAll(async () => {
  for (const one of [server, impostor]) await new Promise<void>((done) => one.listen(0, '127.0.0.1', done));
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  server.close();
  impostor.close();
});

/** The lab's name is allowed although it is at home; the name `inside` is not. */
function client(resolve: Resolve = async () => ['127.0.0.1'], allow = [HOST], ports = [port]): HttpsClient {
  const egress = createEgress({ mode: 'public', allow, resolve });
  const made = createHttpsClient({ egress, ca: authority.cert, ports });
  clients.push(made);
  return made;
}
const at = (path: string) => `https://${HOST}:${port}${path}`;
const outcome = (url: string, using = client()) =>
  using.get(url, { maxBytes: 100 }).then(
    ({ status, body }) => `${status} ${body}`,
    (error: { code?: string }) => error.code,
  );

describe('a request', () => {
  it('gives status, headers and body as they come', async () => {
    const { status, headers, body } = await client().get(at('/hello'), { maxBytes: 100 });
    expect([status, headers['x-kind'], body.toString()]).toEqual([200, 'greeting', 'hello']);
  });

  it('takes an HTTP error for an answer', async () => {
    expect(await outcome(at('/missing'))).toBe('404 no');
  });

  it('tells nothing but who asks and what is wanted', async () => {
    const using = client();
    asked.length = 0;
    await using.get(at('/hello'), { maxBytes: 100 });
    await using.get(at('/to-hello'), { maxBytes: 100, accept: 'image/png' });
    const [first, , last] = asked;
    expect(first).toEqual({
      host: `${HOST}:${port}`,
      connection: 'keep-alive',
      'user-agent': 'Postroom',
      accept: '*/*',
      'accept-encoding': 'identity',
    });
    expect(last).toEqual({ ...first, accept: 'image/png' });
  });

  it('takes a body of exactly the size allowed', async () => {
    expect((await client().get(at('/long'), { maxBytes: 101 })).body).toHaveLength(101);
  });

  it('goes on to the next checked address where the first does not answer', async () => {
    // Nothing of the lab listens on the IPv6 side.
    expect(
      await outcome(
        at('/hello'),
        client(async () => ['::1', '127.0.0.1']),
      ),
    ).toBe('200 hello');
  });

  it('ends when its caller gives up', async () => {
    const caller = new AbortController();
    onHanging = () => caller.abort();
    await expect(client().get(at('/hanging'), { maxBytes: 100, signal: caller.signal })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
  });

  it('ends when its time is over', async () => {
    onHanging = () => {};
    await expect(client().get(at('/hanging'), { maxBytes: 100, timeoutMs: 30 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
  });
});

describe('what is refused', () => {
  it.each([
    { name: 'three redirects are followed', path: '/three', is: '200 hello' },
    { name: 'four redirects are not', path: '/four', is: 'SERVER_UNAVAILABLE' },
    { name: 'nor are endless ones', path: '/loop', is: 'SERVER_UNAVAILABLE' },
    { name: 'a redirect to the metadata service', path: '/to-metadata', is: 'HOST_NOT_ALLOWED' },
    { name: 'a redirect to a name inside', path: '/to-inside', is: 'HOST_NOT_ALLOWED' },
    { name: 'a redirect to http', path: '/to-http', is: 'HOST_NOT_ALLOWED' },
    { name: 'a redirect to another port', path: '/to-port', is: 'HOST_NOT_ALLOWED' },
    { name: 'a redirect with a password', path: '/to-password', is: 'HOST_NOT_ALLOWED' },
    { name: 'a body that says it is too large', path: '/long', is: 'MESSAGE_TOO_LARGE' },
    { name: 'a body that turns out too large', path: '/long-chunked', is: 'MESSAGE_TOO_LARGE' },
  ])('$name: $is', async ({ path, is }) => {
    expect(await outcome(at(path))).toBe(is);
  });

  it('refuses to begin with anything but https on the web’s port', async () => {
    const standard = client(undefined, [HOST], [443]);
    const outcomes = [`http://${HOST}/`, `https://${HOST}:8443/`, `file:///etc/passwd`, 'no address'];
    expect(await Promise.all(outcomes.map((url) => outcome(url, standard)))).toEqual([
      'HOST_NOT_ALLOWED',
      'HOST_NOT_ALLOWED',
      'HOST_NOT_ALLOWED',
      'INVALID_INPUT',
    ]);
  });

  it('refuses a certificate for another name', async () => {
    const other = (impostor.address() as AddressInfo).port;
    expect(await outcome(`https://${HOST}:${other}/`, client(undefined, [HOST], [other]))).toBe('CERTIFICATE_INVALID');
  });

  it('says when a name is unknown', async () => {
    const unknown = client(async () => {
      throw new Error('ENOTFOUND');
    });
    expect(await outcome(at('/hello'), unknown)).toBe('HOST_NOT_FOUND');
  });
});

describe('DNS rebinding', () => {
  it('looks a name up once and connects to what was checked', async () => {
    let lookUps = 0;
    // The first answer may be dialled; a second look-up would lead to a neighbour.
    const rebinding: Resolve = async () => (lookUps++ === 0 ? ['127.0.0.1'] : ['10.0.0.1']);
    expect(await outcome(at('/hello'), client(rebinding, ['127.0.0.1/32']))).toBe('200 hello');
    expect(lookUps).toBe(1);
  });

  it('refuses a name of which one address is inside', async () => {
    expect(
      await outcome(
        at('/hello'),
        client(async () => ['8.8.8.8', '127.0.0.1'], []),
      ),
    ).toBe('HOST_NOT_ALLOWED');
  });
});
