/** A mail server between us and the real one that plays tricks around STARTTLS, and keeps all it hears. Test code only. */
import { createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ServerCertificate } from '@postroom/mail-lab';

/** What it answers to a line; `tls` is begun after it. Null: nothing. */
export type Answer = string | null | { readonly say: string; readonly tls: 'begin' };

export interface Trick {
  readonly greeting: string;
  /** In clear text, by upper-case line with the tag taken off; `tag` is put where `TAG` stands. */
  readonly clear: (command: string) => Answer;
  /** Once TLS is on. */
  readonly secure?: (command: string) => Answer;
}

export interface TrickServer {
  readonly port: number;
  /** Every octet that came in clear text. */
  heardClear(): Buffer;
  /** Every line that came within TLS. */
  heardSecure(): string;
  stop(): Promise<void>;
}

export async function startTrickServer(
  protocol: 'imap' | 'smtp',
  trick: Trick,
  certificate: Pick<ServerCertificate, 'cert' | 'key'>,
): Promise<TrickServer> {
  const sockets = new Set<Socket>();
  const clear: Buffer[] = [];
  const secure: string[] = [];

  function converse(socket: Socket, answer: (command: string) => Answer, onTls: (() => void) | null): void {
    let rest = '';
    const onData = (chunk: Buffer) => {
      if (onTls) clear.push(chunk);
      else secure.push(chunk.toString('latin1'));
      rest += chunk.toString('latin1');
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        const [, tag = '', command = line] = protocol === 'imap' ? (/^(\S+) (.*)$/.exec(line) ?? []) : [];
        const reply = answer(command.toUpperCase());
        const said = typeof reply === 'string' || reply === null ? reply : reply.say;
        if (said !== null) socket.write(said.replaceAll('TAG', tag));
        if (typeof reply === 'object' && reply !== null && onTls) {
          socket.off('data', onData);
          onTls();
        }
      }
    };
    socket.on('data', onData);
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    converse(socket, trick.clear, () => {
      const inside = new TLSSocket(socket, { isServer: true, cert: certificate.cert, key: certificate.key });
      inside.on('error', () => undefined);
      converse(inside, trick.secure ?? (() => null), null);
    });
    socket.write(trick.greeting);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    heardClear: () => Buffer.concat(clear),
    heardSecure: () => secure.join(''),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
