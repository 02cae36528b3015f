/**
 * A TCP proxy that does to connections what networks do: cuts them at a byte, slows them, goes silent, refuses, or
 * changes what goes through. All of it can be changed while connections are open.
 */
import { createServer, connect as dial, type Socket } from 'node:net';

/** Where the proxy connects to. */
export interface ProxyTarget {
  host?: string;
  port: number;
}

/** What the proxy does to traffic. Durations and counts apply to every connection by itself. */
export interface ProxyFaults {
  /** Ends the connection when this many bytes have gone to the server. */
  cutAfterToServer?: number | undefined;
  /** Ends the connection when this many bytes have gone to the client. */
  cutAfterToClient?: number | undefined;
  /** Holds every chunk back for so long. */
  delayMs?: number | undefined;
  /** Half-open: new connections are accepted and old ones kept, and nothing goes through either way any more. */
  swallow?: boolean | undefined;
  /** New connections are ended at once. */
  refuse?: boolean | undefined;
  /** Changes each line from the server (without CRLF; only for plain text); null drops the line. */
  lineToClient?: ((line: string) => string | null) | undefined;
  /** Changes each line from the client; null drops the line. */
  lineToServer?: ((line: string) => string | null) | undefined;
}

/** One connection through the proxy, as it was or is. */
export interface ProxiedConnection {
  toServer: number;
  toClient: number;
  /** Bytes that went nowhere; once there are some, the connection stays silent also after `heal()`. */
  swallowed: number;
  open: boolean;
}

/** A running proxy. */
export interface FaultProxy {
  host: '127.0.0.1';
  port: number;
  /** Every connection since the start, oldest first. */
  connections: ProxiedConnection[];
  /** How many are open now. */
  openCount(): number;
  /** The most that were open at one time. */
  peakCount(): number;
  /** Changes what is named, leaves the rest as it is. */
  set(faults: ProxyFaults): void;
  /** Back to passing everything through. */
  heal(): void;
  /** Cuts all open connections, as a dying network does (RST). */
  cutAll(): void;
  /** Everything to another server from now on (new connections only). */
  retarget(target: ProxyTarget): void;
  stop(): Promise<void>;
}

type Direction = 'toServer' | 'toClient';

function lineEditor(edit: () => ((line: string) => string | null) | undefined): (chunk: Buffer) => Buffer {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    const change = edit();
    if (!change) {
      const all = Buffer.concat([rest, chunk]);
      rest = Buffer.alloc(0);
      return all;
    }
    const pieces = Buffer.concat([rest, chunk]).toString('latin1').split('\r\n');
    rest = Buffer.from(pieces.pop() ?? '', 'latin1');
    const kept = pieces.map(change).filter((line) => line !== null);
    return Buffer.from(kept.map((line) => `${line}\r\n`).join(''), 'latin1');
  };
}

/** Starts a proxy on a free port in front of `target`. */
export async function startProxy(options: { target: ProxyTarget; faults?: ProxyFaults }): Promise<FaultProxy> {
  let { target } = options;
  let faults: ProxyFaults = { ...options.faults };
  const connections: ProxiedConnection[] = [];
  const cutters = new Map<ProxiedConnection, () => void>();
  const timers = new Set<NodeJS.Timeout>();
  let peak = 0;

  const isSilent = (connection: ProxiedConnection): boolean => faults.swallow === true || connection.swallowed > 0;

  function pump(from: Socket, to: Socket, direction: Direction, connection: ProxiedConnection, cut: () => void): void {
    const edit = lineEditor(() => (direction === 'toClient' ? faults.lineToClient : faults.lineToServer));
    const forward = (chunk: Buffer): void => {
      if (!connection.open) return;
      if (isSilent(connection)) {
        connection.swallowed += chunk.length;
        return;
      }
      const limit = direction === 'toServer' ? faults.cutAfterToServer : faults.cutAfterToClient;
      const room = limit === undefined ? Number.POSITIVE_INFINITY : limit - connection[direction];
      const part = chunk.length >= room ? chunk.subarray(0, Math.max(0, room)) : chunk;
      connection[direction] += part.length;
      if (chunk.length < room) {
        if (part.length > 0 && !to.write(part)) from.pause();
        return;
      }
      // What was let through must arrive before the end does.
      if (part.length > 0) to.write(part, () => cut());
      else cut();
    };
    const later = (work: () => void): void => {
      if (!faults.delayMs) {
        work();
        return;
      }
      const timer = setTimeout(() => {
        timers.delete(timer);
        work();
      }, faults.delayMs);
      timers.add(timer);
    };
    from.on('data', (chunk: Buffer) => {
      const edited = edit(chunk);
      if (edited.length > 0) later(() => forward(edited));
    });
    to.on('drain', () => from.resume());
    from.on('end', () => later(() => (isSilent(connection) ? undefined : to.end())));
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => {});
    if (faults.refuse) {
      client.resetAndDestroy();
      return;
    }
    const connection: ProxiedConnection = { toServer: 0, toClient: 0, swallowed: 0, open: true };
    connections.push(connection);
    const upstream = dial({ host: target.host ?? '127.0.0.1', port: target.port, allowHalfOpen: true });
    const finish = (): void => {
      if (!connection.open) return;
      connection.open = false;
      cutters.delete(connection);
      client.destroy();
      upstream.destroy();
    };
    const cut = (): void => {
      connection.open = false;
      cutters.delete(connection);
      // FIN first where bytes are still on their way; RST would throw them away at the other side.
      client.destroySoon();
      upstream.destroySoon();
    };
    cutters.set(connection, () => {
      connection.open = false;
      cutters.delete(connection);
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    });
    peak = Math.max(peak, cutters.size);
    upstream.on('error', finish);
    client.on('close', finish);
    upstream.on('close', () => (isSilent(connection) ? undefined : finish()));
    pump(client, upstream, 'toServer', connection, cut);
    pump(upstream, client, 'toClient', connection, cut);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');

  const cutAll = (): void => {
    for (const cut of [...cutters.values()]) cut();
  };
  return {
    host: '127.0.0.1',
    port: address.port,
    connections,
    openCount: () => cutters.size,
    peakCount: () => peak,
    set(more) {
      faults = { ...faults, ...more };
    },
    heal() {
      faults = {};
    },
    cutAll,
    retarget(next) {
      target = next;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cutAll();
      for (const timer of timers) clearTimeout(timer);
      await closed;
    },
  };
}
