/** IMAP in clear (RFC 9051): each command by its name, and its completion. Literals are passed over. */
import { createLines, type Direction, type Mark, type WireReader } from './moment.ts';

export function readImap(): WireReader {
  const fromClient = createLines();
  const fromServer = createLines();
  const open = new Map<string, string>();
  let isIdle = false;

  function client(piece: Buffer): Mark[] {
    return fromClient(piece).flatMap(({ at, line }) => {
      if (isIdle && line.toUpperCase() === 'DONE') {
        isIdle = false;
        return [];
      }
      const [, tag = '', name = ''] = /^([A-Z0-9]+) ((?:UID )?[A-Z]+)\b/.exec(line) ?? [];
      if (tag === '' || open.has(tag)) return [];
      open.set(tag, name);
      isIdle = name === 'IDLE';
      return [{ at, name }];
    });
  }
  function server(piece: Buffer): Mark[] {
    return fromServer(piece).flatMap(({ at, line }) => {
      const [, tag = ''] = /^([A-Z0-9]+) (?:OK|NO|BAD)\b/.exec(line) ?? [];
      const name = open.get(tag);
      if (name === undefined) return [];
      open.delete(tag);
      return [{ at, name: `the answer to ${name}` }];
    });
  }
  return { read: (direction: Direction, piece) => (direction === 'to-server' ? client(piece) : server(piece)) };
}
