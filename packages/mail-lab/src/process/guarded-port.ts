/**
 * A port as a firewall leaves it that drops what it does not want: whoever asks for a connection is never answered. Its
 * server stands still, and its queue of connections is full, so that the kernel drops the next ones.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const SERVER = `const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.stdout.write(String(server.address().port)));`;
/** On this machine a connection that is taken is taken much sooner. */
const TAKEN_WITHIN_MS = 300;

/** A running one. */
export interface GuardedPort {
  port: number;
  stop(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startGuardedPort(): Promise<GuardedPort> {
  const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(child.stdout, 'data');
  const port = Number(String(said));
  child.kill('SIGSTOP');
  const queue: Socket[] = [];
  do queue.push(connect({ port, host: '127.0.0.1' }));
  while (await isTaken(queue.at(-1)));
  return {
    port,
    async stop() {
      for (const socket of queue) socket.destroy();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function isTaken(socket: Socket | undefined): Promise<boolean> {
  socket?.on('error', () => undefined);
  const late = AbortSignal.timeout(TAKEN_WITHIN_MS);
  return socket === undefined
    ? false
    : once(socket, 'connect', { signal: late }).then(
        () => true,
        () => false,
      );
}
