/**
 * Free TCP ports on 127.0.0.1 for servers that must be told their port in a file. They are drawn from below the
 * range the kernel hands to outgoing connections, so that nothing takes one between the look and the server's bind
 * but somebody who draws the same number: `onFreePorts` then starts again with others.
 */
import { createServer } from 'node:net';

const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 5;
const given = new Set<number>();

function canBind(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** One port that is free now and that this process has not been given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (!given.has(port) && (await canBind(port))) {
      given.add(port);
      return port;
    }
  }
}

/** `count` different free ports. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

/** What `start` makes on `count` free ports. Where its error says that one of them is in use, it is asked again with others. */
export async function onFreePorts<T>(count: number, start: (...ports: number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const ports = await freePorts(count);
    try {
      return await start(...ports);
    } catch (error) {
      if (attempt === ATTEMPTS || !/\bin use\b/i.test(String(error))) throw error;
    }
  }
}
