/**
 * How long an address has to take up a connection. A port that is closed refuses at once, one that a firewall guards is
 * silent for ever: here both are an address that does not answer, by the same error. That the time does not tell either
 * is for whoever answers to others (accounts/dialler.ts; docs/decisions/013).
 */
import type { Socket } from 'node:net';

/** Two lost packets more than a network in order ever needs (RFC 6298: after one and three seconds it is asked again). */
export const REACH_MS = 5_000;

/** Ends a socket that is about to connect, with the code `UNREACHED`, where nothing answers in time. */
export function giveUpUnreached(socket: Socket, limitMs: number = REACH_MS): void {
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error('nothing answers there'), { code: 'UNREACHED' }));
  }, limitMs);
  const end = () => clearTimeout(timer);
  socket.once('connect', end);
  socket.once('close', end);
}
