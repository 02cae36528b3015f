import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../process/wait-until.ts';
import { type FaultProxy, type ProxyFaults, startProxy } from './proxy.ts';

let echo: Server;
let proxy: FaultProxy;
const clients: Socket[] = [];

interface Client {
  socket: Socket;
  received: () => string;
  closed: () => boolean;
}

async function through(faults: ProxyFaults = {}): Promise<Client> {
  const address = echo.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  proxy = await startProxy({ target: { port: address.port }, faults });
  return client();
}

function client(): Client {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  let received = '';
  let closed = false;
  socket.on('data', (chunk) => {
    received += chunk.toString();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  return { socket, received: () => received, closed: () => closed };
}

beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
});

afterEach(async () => {
  for (const socket of clients.splice(0)) socket.destroy();
  await proxy.stop();
  echo.close();
});

describe('startProxy', () => {
  it('passes bytes both ways and counts them', async () => {
    const { socket, received } = await through();
    socket.write('hello');
    await waitUntil(() => received() === 'hello');
    expect(proxy.connections).toEqual([{ toServer: 5, toClient: 5, swallowed: 0, open: true }]);
    expect(proxy.openCount()).toBe(1);
    socket.end();
    await waitUntil(() => proxy.openCount() === 0);
    expect(proxy.peakCount()).toBe(1);
  });

  it.each([0, 1, 5, 9])('lets exactly %i bytes reach the client before it cuts', async (count) => {
    const { socket, received, closed } = await through({ cutAfterToClient: count });
    socket.write('0123456789');
    await waitUntil(closed);
    expect(received()).toBe('0123456789'.slice(0, count));
  });

  it('lets exactly so many bytes reach the server before it cuts', async () => {
    const { socket, closed } = await through({ cutAfterToServer: 4 });
    socket.write('0123456789');
    await waitUntil(closed);
    expect(proxy.connections[0]?.toServer).toBe(4);
  });

  it('goes silent without closing, and comes back', async () => {
    const { socket, received, closed } = await through();
    proxy.set({ swallow: true });
    socket.write('lost');
    await waitUntil(() => proxy.connections[0]?.swallowed === 4);
    const second = client();
    await once(second.socket, 'connect');
    proxy.heal();
    second.socket.write('heard');
    await waitUntil(() => second.received().endsWith('heard'));
    expect({ received: received(), closed: closed() }).toEqual({ received: '', closed: false });
  });

  it('refuses new connections', async () => {
    const { closed } = await through({ refuse: true });
    await waitUntil(closed);
    expect(proxy.connections).toEqual([]);
  });

  it('changes and drops lines', async () => {
    const { socket, received } = await through({
      lineToClient: (line) => (line.startsWith('drop') ? null : line.replace(' STARTTLS', '')),
    });
    socket.write('* CAPABILITY IMAP4rev1 STARTTLS IDLE\r\ndrop me\r\nla');
    socket.write('st\r\n');
    await waitUntil(() => received().includes('last'));
    expect(received()).toBe('* CAPABILITY IMAP4rev1 IDLE\r\nlast\r\n');
  });

  it('cuts all open connections at once', async () => {
    const first = await through();
    const second = client();
    await waitUntil(() => proxy.openCount() === 2);
    proxy.cutAll();
    await waitUntil(() => first.closed() && second.closed());
    expect(proxy.openCount()).toBe(0);
  });

  it('holds traffic back', async () => {
    const { socket, received } = await through({ delayMs: 60 });
    const before = performance.now();
    socket.write('x');
    await waitUntil(() => received() === 'x', { intervalMs: 5 });
    expect(performance.now() - before).toBeGreaterThan(110);
  });
});
