/**
 * PostgreSQL's protocol 3 in clear: each statement by its first words, and the moment when the server is done with it.
 * What a transaction did stands with its COMMIT, so that one is told from another.
 */
import type { Direction, Mark, WireReader } from './moment.ts';

const WORDS = 60;

/** Messages of a stream: a type, a length that counts itself, a body. */
function createMessages(hasStart: boolean): (piece: Buffer) => { at: number; type: string; body: Buffer }[] {
  let rest = Buffer.alloc(0);
  let isStart = hasStart;
  return (piece) => {
    const begun = rest.length;
    rest = Buffer.concat([rest, piece]);
    const found: { at: number; type: string; body: Buffer }[] = [];
    let position = 0;
    for (;;) {
      const head = isStart ? 0 : 1;
      if (rest.length - position < head + 4) break;
      const end = position + head + rest.readUInt32BE(position + head);
      if (rest.length < end) break;
      const type = isStart ? 'start' : String.fromCharCode(rest[position] ?? 0);
      found.push({ at: Math.max(0, position - begun), type, body: rest.subarray(position + head + 4, end) });
      isStart = false;
      position = end;
    }
    rest = rest.subarray(position);
    return found;
  };
}

export function readPostgres(): WireReader {
  const fromClient = createMessages(true);
  const fromServer = createMessages(false);
  const asked: string[] = [];
  let last = '';

  function named(sql: string): string {
    const words = sql.replaceAll(/\s+/g, ' ').trim().slice(0, WORDS);
    if (!/^(commit|rollback)\b/i.test(words)) {
      if (!words.startsWith('select pg_notify')) last = words;
      return words;
    }
    return `${words} after ${last}`;
  }
  function client(piece: Buffer): Mark[] {
    return fromClient(piece).flatMap(({ at, type, body }) => {
      if (type !== 'Q' && type !== 'P') return [];
      const text = type === 'Q' ? body : body.subarray(body.indexOf(0) + 1);
      const name = named(text.subarray(0, Math.max(0, text.indexOf(0))).toString());
      asked.push(name);
      return [{ at, name }];
    });
  }
  function server(piece: Buffer): Mark[] {
    return fromServer(piece).flatMap(({ at, type }) => {
      // ReadyForQuery; the first of them is of the log-in.
      if (type !== 'Z') return [];
      const name = asked.shift();
      return name === undefined ? [] : [{ at, name: `the result of ${name}` }];
    });
  }
  return { read: (direction: Direction, piece) => (direction === 'to-server' ? client(piece) : server(piece)) };
}
