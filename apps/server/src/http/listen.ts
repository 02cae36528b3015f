/**
 * The socket that the HTTP server listens on, and its end in order: no new connections, streams that would never end are
 * cut (their clients come back by themselves), everything else is answered, up to a limit.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';

export interface ListenOptions {
  readonly fetch: Parameters<typeof getRequestListener>[0];
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Requests whose answer goes on for ever. */
  readonly isEndless: (path: string) => boolean;
}

export interface Listener {
  readonly port: number;
  /** Answers what is under way; settles when nothing is left. May be called twice. */
  close(): Promise<void>;
}

/** So long answers may take once the server ends. */
const GRACE_MS = 4_000;

/** Says in words why the address cannot be had. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Throws ListenError. */
export async function listen({ fetch, host, port, isEndless }: ListenOptions): Promise<Listener> {
  const endless = new Set<ServerResponse>();
  const handle = getRequestListener(fetch, { overrideGlobalObjects: false });
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (isEndless(request.url ?? '')) {
      endless.add(response);
      response.once('close', () => endless.delete(response));
    }
    void handle(request, response);
  });
  await bind(server, host, port);
  let closing: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      closing ??= end(server, endless);
      return closing;
    },
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ListenError(reasonOf(error, host, port))));
    server.listen({ host, port }, resolve);
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE') return `Port ${port} on ${host} is in use. Choose another with PORT.`;
  if (code === 'EACCES') return `This user may not listen on port ${port}. Choose one above 1023 with PORT.`;
  if (code === 'EADDRNOTAVAIL') return `This machine has no address ${host}. Choose another with HOST.`;
  return `The server cannot listen on ${host}:${port}: ${message}`;
}

async function end(server: Server, endless: ReadonlySet<ServerResponse>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const response of endless) response.destroy();
  server.closeIdleConnections();
  const limit = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(limit);
}
