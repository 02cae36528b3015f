/** SMTP in clear (RFC 5321): each verb, the message, its final dot, and each reply by what it answers. */
import { createLines, type Direction, type Mark, type WireReader } from './moment.ts';

export function readSmtp(): WireReader {
  const fromClient = createLines();
  const fromServer = createLines();
  let asked = 'greeting';
  let phase: 'commands' | 'begun' | 'message' = 'commands';

  function client(piece: Buffer): Mark[] {
    const marks: Mark[] = [];
    for (const { at, line } of fromClient(piece)) {
      if (phase === 'begun') {
        marks.push({ at, name: 'the message' });
        phase = 'message';
      }
      if (phase === 'message') {
        if (line !== '.') continue;
        phase = 'commands';
        asked = 'the final dot';
      } else asked = line.split(' ', 1)[0]?.toUpperCase() ?? '';
      marks.push({ at, name: asked });
    }
    return marks;
  }
  function server(piece: Buffer): Mark[] {
    return fromServer(piece).flatMap(({ at, line }) => {
      if (line[3] === '-') return [];
      if (asked === 'DATA' && line.startsWith('354')) phase = 'begun';
      return [{ at, name: `the reply to ${asked}` }];
    });
  }
  return { read: (direction: Direction, piece) => (direction === 'to-server' ? client(piece) : server(piece)) };
}
