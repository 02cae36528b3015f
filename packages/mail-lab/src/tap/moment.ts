/** What passes on a wire, as a test names it: one command, statement or answer. */

/** Which way it goes. */
export type Direction = 'to-server' | 'to-client';

/** Names what begins or ends in a piece of a stream. */
export interface Mark {
  /** Octets of the piece before it: what is held back stays whole. */
  readonly at: number;
  readonly name: string;
}

/** Reads one connection from its first octet; what it is given is passed on whatever it says. */
export interface WireReader {
  read(direction: Direction, piece: Buffer): Mark[];
}

/** Splits a stream into lines, wherever its pieces end. */
export function createLines(): (piece: Buffer) => { at: number; line: string }[] {
  let rest = '';
  return (piece) => {
    const begun = rest.length;
    const lines = (rest + piece.toString('latin1')).split('\r\n');
    rest = lines.pop() ?? '';
    let position = -begun;
    return lines.map((line) => {
      const at = Math.max(0, position);
      position += line.length + 2;
      return { at, line };
    });
  };
}
