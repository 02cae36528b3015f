/** Reading one IMAP command (RFC 3501 section 9) whose literals have already been gathered in place. */

/** A piece of a command. */
export type Token =
  | { kind: 'atom'; text: string }
  | { kind: 'string'; text: string }
  | { kind: 'list'; items: Token[] };

/** A command as the client sent it. Text is latin1: one character a byte. */
export interface Command {
  tag: string;
  /** Upper case; `UID FETCH` and the like in one. */
  name: string;
  args: Token[];
  /** The whole command, literals included. */
  line: string;
}

/** A command nobody can read; answered with BAD. */
export class CommandSyntaxError extends Error {}

/** Text of an atom or string; an empty text for a list. */
export function textOf(token: Token | undefined): string {
  return token === undefined || token.kind === 'list' ? '' : token.text;
}

/** Items of a list; an atom or string counts as a list of itself. */
export function itemsOf(token: Token | undefined): Token[] {
  if (token === undefined) return [];
  return token.kind === 'list' ? token.items : [token];
}

interface Reader {
  text: string;
  at: number;
}

function readQuoted(reader: Reader): Token {
  let text = '';
  for (reader.at++; reader.at < reader.text.length; reader.at++) {
    let character = reader.text[reader.at] ?? '';
    if (character === '"') {
      reader.at++;
      return { kind: 'string', text };
    }
    if (character === '\\') character = reader.text[++reader.at] ?? '';
    text += character;
  }
  throw new CommandSyntaxError('Unfinished string');
}

function readLiteral(reader: Reader): Token | undefined {
  const match = /^~?\{(\d+)\+?\}\r\n/.exec(reader.text.slice(reader.at, reader.at + 30));
  if (!match) return undefined;
  const start = reader.at + match[0].length;
  reader.at = start + Number(match[1]);
  return { kind: 'string', text: reader.text.slice(start, reader.at) };
}

function readAtom(reader: Reader): Token {
  const start = reader.at;
  let depth = 0;
  for (; reader.at < reader.text.length; reader.at++) {
    const character = reader.text[reader.at] ?? '';
    if (character === '[') depth++;
    else if (character === ']' && depth > 0) depth--;
    else if (depth === 0 && /[\s()"]/.test(character)) break;
  }
  if (reader.at === start) throw new CommandSyntaxError('Expected something');
  return { kind: 'atom', text: reader.text.slice(start, reader.at) };
}

function readToken(reader: Reader): Token {
  const character = reader.text[reader.at];
  if (character === '"') return readQuoted(reader);
  if (character === '(') return readList(reader);
  return readLiteral(reader) ?? readAtom(reader);
}

function readList(reader: Reader): Token {
  const items: Token[] = [];
  for (reader.at++; reader.at < reader.text.length; ) {
    const character = reader.text[reader.at];
    if (character === ')') {
      reader.at++;
      return { kind: 'list', items };
    }
    if (character === ' ') reader.at++;
    else items.push(readToken(reader));
  }
  throw new CommandSyntaxError('Unfinished list');
}

/** Parses a whole command, without its last CRLF. */
export function parseCommand(line: string): Command {
  const match = /^(\S+) +((?:UID +)?[^\s]+) ?/i.exec(line);
  if (!match) throw new CommandSyntaxError('Expected a tag and a command');
  const reader: Reader = { text: line, at: match[0].length };
  const args: Token[] = [];
  while (reader.at < line.length) {
    if (line[reader.at] === ' ') reader.at++;
    else args.push(readToken(reader));
  }
  return { tag: match[1] ?? '', name: (match[2] ?? '').toUpperCase().replace(/ +/, ' '), args, line };
}

/** Size of the literal this unfinished line announces, and whether the client waits to be told to go on. */
export function announcedLiteral(line: string): { size: number; waits: boolean } | undefined {
  const match = /\{(\d+)(\+?)\}$/.exec(line);
  return match ? { size: Number(match[1]), waits: match[2] !== '+' } : undefined;
}

/** A string as a server writes it: NIL, quoted, or a literal. */
export function writeString(text: string | undefined): string {
  if (text === undefined) return 'NIL';
  if (text.length > 500 || !/^[\x20-\x7e]*$/.test(text)) return `{${text.length}}\r\n${text}`;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A mailbox name (already in wire form). */
export function writeMailbox(name: string): string {
  return /^[A-Za-z0-9_./&+,-]+$/.test(name) ? name : writeString(name);
}
