/** Lines and literals from a socket, in order. Text is latin1. */
import type { Duplex } from 'node:stream';
import { announcedLiteral } from './token.ts';

/** Reads what a client sends. Every wait rejects when the connection has ended. */
export interface LineReader {
  /** The next line without CRLF. */
  line(): Promise<string>;
  /** The next whole command: lines joined by their literals; `goOn` is called before a literal that waits for leave. */
  command(goOn: () => void): Promise<string>;
  /** Settles when a line is there, without taking it. */
  ready(): Promise<void>;
  /** Gives up the socket (for TLS); bytes sent in clear after STARTTLS are thrown away. */
  detach(): void;
}

/** Reads from `socket`. */
export function createLineReader(socket: Duplex): LineReader {
  let chunks: string[] = [];
  let buffer = '';
  let ended = false;
  let wake: (() => void)[] = [];
  const notify = (): void => {
    const waiting = wake;
    wake = [];
    for (const call of waiting) call();
  };
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk.toString('latin1'));
    notify();
  };
  const onEnd = (): void => {
    ended = true;
    notify();
  };
  socket.on('data', onData);
  socket.on('end', onEnd);
  socket.on('close', onEnd);

  const more = (): Promise<void> => {
    if (ended) return Promise.reject(new Error('The connection has ended'));
    return new Promise((resolve) => wake.push(resolve));
  };
  const gather = (): void => {
    if (chunks.length === 0) return;
    buffer += chunks.join('');
    chunks = [];
  };
  async function ready(): Promise<void> {
    // Gathered when nothing is left: what is longer grows too often otherwise.
    while (!buffer.includes('\r\n')) {
      if (chunks.length === 0) await more();
      gather();
    }
  }
  async function line(): Promise<string> {
    await ready();
    const end = buffer.indexOf('\r\n');
    const text = buffer.slice(0, end);
    buffer = buffer.slice(end + 2);
    return text;
  }
  async function bytes(count: number): Promise<string> {
    while (buffer.length + chunks.reduce((sum, chunk) => sum + chunk.length, 0) < count) await more();
    gather();
    const text = buffer.slice(0, count);
    buffer = buffer.slice(count);
    return text;
  }

  return {
    line,
    ready,
    async command(goOn) {
      let text = await line();
      for (let literal = announcedLiteral(text); literal; literal = announcedLiteral(text)) {
        if (literal.waits) goOn();
        const content = await bytes(literal.size);
        const tail = await line();
        if (!announcedLiteral(tail)) return `${text}\r\n${content}${tail}`;
        text = `${text}\r\n${content}${tail}`;
      }
      return text;
    },
    detach() {
      socket.off('data', onData);
      socket.off('end', onEnd);
      socket.off('close', onEnd);
    },
  };
}
