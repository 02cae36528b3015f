/** SEARCH and UID SEARCH (RFC 3501 section 6.4.4, ESEARCH RFC 4731, MODSEQ RFC 7162). */
import { fieldValues, parsePart } from '../mime.ts';
import { inSequenceSet, toSequenceSet } from '../sequence-set.ts';
import { type CommandTable, lastOf, type Session, selectionOf } from '../session.ts';
import type { MemoryMessage } from '../store.ts';
import { itemsOf, type Token, textOf } from '../token.ts';

type Test = (entry: { seq: number; message: MemoryMessage }) => boolean;

interface Keys {
  session: Session;
  tokens: Token[];
  at: number;
  usesModSeq: boolean;
}

class UnknownKeyError extends Error {}

const FLAG_KEYS: Record<string, string> = {
  ANSWERED: '\\Answered',
  DELETED: '\\Deleted',
  DRAFT: '\\Draft',
  FLAGGED: '\\Flagged',
  SEEN: '\\Seen',
};

const hasFlag =
  (flag: string): Test =>
  ({ message }) =>
    [...message.flags].some((one) => one.toLowerCase() === flag.toLowerCase());
const not =
  (test: Test): Test =>
  (entry) =>
    !test(entry);
const fold = (text: string): string => Buffer.from(text, 'latin1').toString('utf8').toLowerCase();

/** Encoded-words of a header opened (UTF-8 and the charsets the platform knows). */
function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?([^?*]+)[^?]*\?([bq])\?([^?]*)\?=/gi, (whole, charset: string, kind: string, data: string) => {
      const bytes =
        kind.toLowerCase() === 'b'
          ? Buffer.from(data, 'base64')
          : Buffer.from(
              data
                .replaceAll('_', ' ')
                .replace(/=([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
              'latin1',
            );
      try {
        return Buffer.from(new TextDecoder(charset).decode(bytes), 'utf8').toString('latin1');
      } catch {
        return whole;
      }
    });
}

function inField(name: string, wanted: string): Test {
  const needle = fold(wanted);
  return ({ message }) =>
    fieldValues(parsePart(message.raw.toString('latin1')).header, name).some((value) =>
      fold(decodeWords(value)).includes(needle),
    );
}

function inText(wanted: string, withHeader: boolean): Test {
  const needle = fold(wanted);
  return ({ message }) => {
    const { header, body } = parsePart(message.raw.toString('latin1'));
    return fold(withHeader ? decodeWords(header) + body : body).includes(needle);
  };
}

function day(text: string): number {
  return Date.parse(`${text.replaceAll('-', ' ')} UTC`);
}

const startOfDay = (date: Date): number => Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());

function byDate(key: string, wanted: number): Test {
  const sent = key.startsWith('SENT');
  const compare = key.replace('SENT', '');
  return ({ message }) => {
    const header = sent ? fieldValues(parsePart(message.raw.toString('latin1')).header, 'date')[0] : undefined;
    const date = startOfDay(sent ? new Date(header ?? Number.NaN) : message.internalDate);
    return compare === 'ON' ? date === wanted : compare === 'BEFORE' ? date < wanted : date >= wanted;
  };
}

function next(keys: Keys): string {
  const token = keys.tokens[keys.at++];
  if (!token) throw new UnknownKeyError('A search key ended early');
  return textOf(token);
}

function readKey(keys: Keys): Test {
  const token = keys.tokens[keys.at++];
  if (token?.kind === 'list') {
    const inner: Keys = { ...keys, tokens: token.items, at: 0 };
    const test = readAll(inner);
    keys.usesModSeq ||= inner.usesModSeq;
    return test;
  }
  const key = textOf(token).toUpperCase();
  const flag = FLAG_KEYS[key] ?? FLAG_KEYS[key.replace(/^UN/, '')];
  if (flag) return key.startsWith('UN') ? not(hasFlag(flag)) : hasFlag(flag);
  const selection = selectionOf(keys.session);
  if (/^[\d*][\d*:,]*$/.test(key)) {
    const matches = inSequenceSet(key, lastOf(selection, false));
    return ({ seq }) => matches(seq);
  }
  switch (key) {
    case 'ALL':
    case 'OLD':
      return () => true;
    case 'NEW':
    case 'RECENT':
      return () => false;
    case 'UID': {
      const matches = inSequenceSet(next(keys), lastOf(selection, true));
      return ({ message }) => matches(message.uid);
    }
    case 'NOT':
      return not(readKey(keys));
    case 'OR': {
      const one = readKey(keys);
      const other = readKey(keys);
      return (entry) => one(entry) || other(entry);
    }
    case 'KEYWORD':
      return hasFlag(next(keys));
    case 'UNKEYWORD':
      return not(hasFlag(next(keys)));
    case 'HEADER':
      return inField(next(keys), next(keys));
    case 'SUBJECT':
    case 'FROM':
    case 'TO':
    case 'CC':
    case 'BCC':
      return inField(key, next(keys));
    case 'TEXT':
    case 'BODY':
      return inText(next(keys), key === 'TEXT');
    case 'LARGER':
    case 'SMALLER': {
      const size = Number(next(keys));
      return ({ message }) => (key === 'LARGER' ? message.raw.length > size : message.raw.length < size);
    }
    case 'ON':
    case 'SINCE':
    case 'BEFORE':
    case 'SENTON':
    case 'SENTSINCE':
    case 'SENTBEFORE':
      return byDate(key, day(next(keys)));
    case 'MODSEQ': {
      const modSeq = Number(next(keys));
      keys.usesModSeq = true;
      return ({ message }) => message.modSeq >= modSeq;
    }
    case 'X-GM-MSGID':
    case 'EMAILID': {
      const id = next(keys);
      return ({ message }) => message.emailId === id;
    }
    default:
      throw new UnknownKeyError(`Unknown search key ${key}`);
  }
}

function readAll(keys: Keys): Test {
  const tests: Test[] = [];
  while (keys.at < keys.tokens.length) tests.push(readKey(keys));
  return (entry) => tests.every((test) => test(entry));
}

function writeExtended(tag: string, byUid: boolean, found: number[], returns: string[]): string {
  const wanted = returns.length > 0 ? returns : ['ALL'];
  const parts = [`ESEARCH (TAG "${tag}")${byUid ? ' UID' : ''}`];
  if (wanted.includes('COUNT')) parts.push(`COUNT ${found.length}`);
  if (wanted.includes('MIN') && found.length > 0) parts.push(`MIN ${found[0]}`);
  if (wanted.includes('MAX') && found.length > 0) parts.push(`MAX ${found.at(-1)}`);
  if (wanted.includes('ALL') && found.length > 0) parts.push(`ALL ${toSequenceSet(found)}`);
  return parts.join(' ');
}

function search(session: Session, tag: string, args: Token[], byUid: boolean): string {
  const tokens = [...args];
  let returns: string[] | undefined;
  if (textOf(tokens[0]).toUpperCase() === 'RETURN') {
    if (!session.capabilities.has('ESEARCH')) return 'BAD ESEARCH is not offered';
    returns = itemsOf(tokens[1]).map((token) => textOf(token).toUpperCase());
    tokens.splice(0, 2);
  }
  if (textOf(tokens[0]).toUpperCase() === 'CHARSET') {
    if (!/^(utf-8|us-ascii)$/i.test(textOf(tokens[1]))) return 'NO [BADCHARSET (UTF-8 US-ASCII)] Unknown charset';
    tokens.splice(0, 2);
  }
  const keys: Keys = { session, tokens, at: 0, usesModSeq: false };
  let test: Test;
  try {
    test = readAll(keys);
  } catch (error) {
    if (error instanceof UnknownKeyError) return `BAD ${error.message}`;
    throw error;
  }
  const entries = selectionOf(session).view.map(({ message }, index) => ({ seq: index + 1, message }));
  const hits = entries.filter(test);
  const found = hits.map(({ seq, message }) => (byUid ? message.uid : seq));
  const highest = Math.max(0, ...hits.map(({ message }) => message.modSeq));
  const modSeq = keys.usesModSeq && hits.length > 0 ? highest : undefined;
  if (returns) session.untagged(`${writeExtended(tag, byUid, found, returns)}${modSeq ? ` MODSEQ ${modSeq}` : ''}`);
  else session.untagged(['SEARCH', ...found, ...(modSeq ? [`(MODSEQ ${modSeq})`] : [])].join(' '));
  return 'OK Done';
}

/** The table of these commands. */
export const searchCommands: CommandTable = {
  SEARCH: { state: 'selected', run: (session, { tag, args }) => search(session, tag, args, false) },
  'UID SEARCH': { state: 'selected', run: (session, { tag, args }) => search(session, tag, args, true) },
};
