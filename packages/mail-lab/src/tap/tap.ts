/**
 * Listens on connections between a process and its servers, and holds one thing of all that passes back for ever: so a test
 * kills the process in exactly that moment. Plain text only. What networks do is proxy/proxy.ts's.
 */
import { createServer, connect as dial, type Socket } from 'node:net';
import type { ProxyTarget } from '../proxy/proxy.ts';
import { readImap } from './imap.ts';
import type { Direction, WireReader } from './moment.ts';
import { readPostgres } from './postgres.ts';
import { readSmtp } from './smtp.ts';

const READERS = { sql: readPostgres, smtp: readSmtp, imap: readImap };

/** Whose language is spoken. */
export type WireKind = keyof typeof READERS;

/** Told of each thing before it is passed on; `hold` keeps it, and all that comes after it on that connection. */
export type OnMoment = (moment: string) => 'hold' | undefined;

/** A running tap. */
export interface WireTap {
  readonly host: '127.0.0.1';
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts it on a free port in front of `target`. */
export async function startTap(options: { target: ProxyTarget; kind: WireKind; onMoment: OnMoment }): Promise<WireTap> {
  const { target, kind, onMoment } = options;
  const sockets = new Set<Socket>();

  function pass(from: Socket, to: Socket, direction: Direction, wire: WireReader & { isHeld: boolean }): void {
    from.on('data', (piece: Buffer) => {
      if (wire.isHeld) return;
      for (const { at, name } of wire.read(direction, piece)) {
        if (onMoment(`${kind}: ${name}`) !== 'hold') continue;
        wire.isHeld = true;
        to.write(piece.subarray(0, at));
        return;
      }
      if (!to.write(piece)) from.pause();
    });
    to.on('drain', () => from.resume());
    from.on('error', () => undefined);
    // Both ends stay open where something is held: the server must not learn anything from it.
    from.on('close', () => to.destroy());
    from.on('end', () => to.end());
    sockets.add(from);
    from.on('close', () => sockets.delete(from));
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = dial({ host: target.host ?? '127.0.0.1', port: target.port, allowHalfOpen: true });
    for (const socket of [client, upstream]) socket.setNoDelay(true);
    const wire = { ...READERS[kind](), isHeld: false };
    pass(client, upstream, 'to-server', wire);
    pass(upstream, client, 'to-client', wire);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The tap has no port');
  return {
    host: '127.0.0.1',
    port: address.port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
