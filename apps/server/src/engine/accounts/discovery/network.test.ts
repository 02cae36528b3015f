import { createServer, type Server } from 'node:net';
import { freePorts, startGuardedPort } from '@postroom/mail-lab';
import { describe, expect, it } from 'vitest';
import { createEgress } from '../../../security/egress.ts';
import { createHttpsClient } from '../../../security/https-client.ts';
import { createDiscoveryNetwork } from './network.ts';

const listening = (server: Server) =>
  new Promise<number>((done) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      done(typeof address === 'object' && address ? address.port : 0);
    });
  });

function network(resolve: (host: string) => Promise<string[]>) {
  const egress = createEgress({ mode: 'public', allow: ['mail.lab.test'], resolve });
  return createDiscoveryNetwork({ egress, https: createHttpsClient({ egress }), listenMs: 300 });
}
const endpoint = (port: number, host = 'mail.lab.test') => ({ host, port, security: 'tls' }) as const;
const { signal } = new AbortController();

describe('trying a port', () => {
  it('sees what listens and what does not, and sends nothing', async () => {
    const received: Buffer[] = [];
    const server = createServer((socket) => socket.on('data', (chunk) => received.push(chunk)));
    const port = await listening(server);
    const { listens } = network(async () => ['127.0.0.1']);
    expect(await listens(endpoint(port), signal)).toBe(true);
    await new Promise((done) => server.close(done));
    expect(await listens(endpoint(port), signal)).toBe(false);
    expect(received).toEqual([]);
  });

  it('does not tell a closed port from one that a firewall guards, in no time either', async () => {
    const guarded = await startGuardedPort();
    const [closed = 0] = await freePorts(1);
    const { listens } = network(async () => ['127.0.0.1']);
    const tookMs: number[] = [];
    for (const port of [closed, guarded.port]) {
      const times: number[] = [];
      // The best of three: what the machine does beside this is not meant.
      for (let turn = 0; turn < 3; turn += 1) {
        const startedAt = performance.now();
        expect(await listens(endpoint(port), signal)).toBe(false);
        times.push(performance.now() - startedAt);
      }
      tookMs.push(Math.min(...times));
    }
    await guarded.stop();
    expect(Math.min(...tookMs)).toBeGreaterThan(299);
    expect(Math.max(...tookMs) / Math.min(...tookMs)).toBeLessThan(1.2);
  });

  it('refuses addresses inside', async () => {
    const { listens } = network(async () => ['127.0.0.1']);
    await expect(listens(endpoint(993, 'imap.example.org'), signal)).rejects.toMatchObject({
      code: 'HOST_NOT_ALLOWED',
    });
  });

  it('asks for a name once while the answer is out', async () => {
    let lookUps = 0;
    const { listens } = network(async () => {
      lookUps += 1;
      throw new Error('ENOTFOUND');
    });
    const tries = await Promise.allSettled([listens(endpoint(993), signal), listens(endpoint(143), signal)]);
    expect(tries.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(lookUps).toBe(1);
  });

  it('is over at once when it is not wanted any more', async () => {
    const { listens } = network(async () => ['127.0.0.1']);
    expect(await listens(endpoint(993), AbortSignal.abort())).toBe(false);
  });
});
