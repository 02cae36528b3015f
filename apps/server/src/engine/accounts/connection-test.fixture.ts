/** Settings typed into the connect form, tested against servers on loopback. Test code only. */
import { createServer, type Socket } from 'node:net';
import type { ConnectionTest, NewConnection } from '../../lib/driver/schemas.ts';
import { createEgress, type Resolve } from '../../security/egress.ts';
import { createTlsPolicy } from '../../security/tls.ts';
import { createConnectionTest } from './connection-test.ts';
import { createDialler, type Dialler } from './dialler.ts';

export const ADA = { user: 'ada@lab.test', password: 'not-a-secret-ada' };

export type Security = 'tls' | 'starttls' | 'none';
type Pins = NonNullable<NonNullable<NewConnection['tls']>['pins']>;

/** `localhost` is there, and nobody else. */
const resolve: Resolve = async (host) => {
  if (host === 'localhost') return ['127.0.0.1'];
  throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
};

export function labDialler(
  options: { ca?: string | undefined; insecureHosts?: readonly string[]; reachMs?: number } = {},
): Dialler {
  const tls = createTlsPolicy({ extraCa: options.ca ?? null, insecureHosts: options.insecureHosts ?? [] });
  // An answer of this machine is there at once, or never.
  const { reachMs = 500 } = options;
  return createDialler({ egress: createEgress({ mode: 'private', resolve }), tls, reachMs });
}

/** What somebody typed: ports, security, and what of the rest is not as usual. */
export interface Typed {
  readonly ports: { readonly imap: number; readonly smtp: number };
  readonly security?: Security;
  readonly host?: string;
  readonly password?: string;
  readonly pins?: Pins;
  readonly ca?: string | undefined;
  readonly limitMs?: number;
}

export function typed({ ports, security = 'tls', host = 'localhost', password, pins }: Typed): NewConnection {
  return {
    email: ADA.user,
    imap: { host, port: ports.imap, security },
    smtp: { host, port: ports.smtp, security },
    auth: { type: 'password', password: password ?? ADA.password },
    ...(pins ? { tls: { pins } } : {}),
  };
}

export function runTest(settings: Typed): Promise<ConnectionTest> {
  const { ca, limitMs } = settings;
  const test = createConnectionTest({ dialler: labDialler({ ca }), ...(limitMs === undefined ? {} : { limitMs }) });
  return test(typed(settings));
}

/** A server that does as `serve` does, and keeps what it heard. */
export interface Listener {
  readonly port: number;
  heard(): string;
  stop(): Promise<void>;
}

export async function listenWith(serve: (socket: Socket) => void = () => undefined): Promise<Listener> {
  const sockets = new Set<Socket>();
  const chunks: Buffer[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => chunks.push(chunk));
    serve(socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    heard: () => Buffer.concat(chunks).toString('latin1'),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((done) => server.close(() => done()));
    },
  };
}
