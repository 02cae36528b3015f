/**
 * The socket under imapflow, by its documented `transport` option. Imapflow's own would do but for two things: it cannot
 * check a pin between the handshake and the login, and it waits out its time limit where the first octet shows already
 * that no IMAP server speaks. Both are decided here, before imapflow reads or writes anything on the socket.
 */
import { connect, type Socket } from 'node:net';
import type { ImapFlowOptions } from 'imapflow';
import { giveUpUnreached } from '../../security/reach.ts';
import { type Dial, openTls } from '../../security/tls.ts';

type ImapTransport = NonNullable<ImapFlowOptions['transport']>;

/** Opens and upgrades sockets of this one dial. */
export function createTransport(dial: Dial): ImapTransport {
  return {
    connect({ host, port, secure }, onConnect) {
      const begin = () => {
        expectImap(socket);
        onConnect();
      };
      const socket: Socket = secure
        ? openTls({ ...dial.tls, host, port }, dial.pin, begin)
        : connect({ host, port }, begin);
      giveUpUnreached(socket, dial.reachMs);
      return socket;
    },
    upgrade: (socket, { host }, onSecure) => openTls({ ...dial.tls, host, socket }, dial.pin, onSecure),
  };
}

/** RFC 9051 section 7.1: a greeting is untagged. Called with the socket just opened, so that no octet is missed. */
function expectImap(socket: Socket): void {
  socket.once('data', (chunk: Buffer) => {
    if (chunk[0] === 0x2a /* * */) return;
    socket.destroy(Object.assign(new Error('the first word is none of IMAP'), { code: 'NOT_A_MAIL_SERVER' }));
  });
}
