/** FETCH and UID FETCH (RFC 3501 section 6.4.5, RFC 7162, RFC 8474). */
import { parsePart, sectionOf } from '../mime.ts';
import { wireName } from '../names.ts';
import { inSequenceSet, toSequenceSet } from '../sequence-set.ts';
import { type CommandTable, chosen, lastOf, type Session, selectionOf, tellsModSeq, writeFlags } from '../session.ts';
import type { MemoryMailbox, MemoryMessage } from '../store.ts';
import { writeBodyStructure, writeEnvelope } from '../structure.ts';
import { itemsOf, type Token, textOf, writeString } from '../token.ts';

const MACROS: Record<string, string[]> = {
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
};
const OLD_NAMES: Record<string, string> = {
  RFC822: 'BODY[]',
  'RFC822.HEADER': 'BODY.PEEK[HEADER]',
  'RFC822.TEXT': 'BODY[TEXT]',
};
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** INTERNALDATE as the wire has it, in UTC. */
export function writeInternalDate(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `"${day}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${clock} +0000"`;
}

function writeSection(raw: string, item: string): string | undefined {
  const match = /^(BODY|BINARY)(?:\.PEEK)?\[(.*?)\](?:<(\d+)\.(\d+)>)?$/is.exec(item);
  if (!match) return undefined;
  const section = (match[2] ?? '').toUpperCase().startsWith('HEADER.')
    ? (match[2] ?? '')
    : (match[2] ?? '').toUpperCase();
  const found = sectionOf(raw, section);
  const name = `BODY[${section}]${match[3] === undefined ? '' : `<${match[3]}>`}`;
  if (found === undefined) return `${name} NIL`;
  const start = Number(match[3] ?? 0);
  const part = match[3] === undefined ? found : found.slice(start, start + Number(match[4]));
  return `${name} {${part.length}}\r\n${part}`;
}

/** X-GM-LABELS as Gmail writes them: system labels in quotes with the backslash doubled, but for the mailbox's own. */
export function writeLabels(session: Session, mailbox: MemoryMailbox, message: MemoryMessage): string {
  const labels = [...(message.labels ?? []), ...(message.flags.has('\\Flagged') ? ['\\Starred'] : [])];
  const written = labels
    .filter((label) => label !== mailbox.ownLabel)
    .map((label) => (label.startsWith('\\') ? writeString(label) : wireName(session, label)));
  return `X-GM-LABELS (${written.join(' ')})`;
}

function writeItem(session: Session, message: MemoryMessage, item: string): string | undefined {
  const raw = message.raw.toString('latin1');
  const name = item.toUpperCase();
  if (name === 'UID') return `UID ${message.uid}`;
  if (name === 'FLAGS') return `FLAGS ${writeFlags(message)}`;
  if (name === 'INTERNALDATE') return `INTERNALDATE ${writeInternalDate(message.internalDate)}`;
  if (name === 'RFC822.SIZE') return `RFC822.SIZE ${raw.length}`;
  if (name === 'ENVELOPE') return `ENVELOPE ${writeEnvelope(parsePart(raw).header)}`;
  if (name === 'BODYSTRUCTURE' || name === 'BODY') return `${name} ${writeBodyStructure(parsePart(raw))}`;
  if (name === 'MODSEQ' && session.capabilities.has('CONDSTORE')) return `MODSEQ (${message.modSeq})`;
  if (session.capabilities.has('OBJECTID')) {
    if (name === 'EMAILID') return `EMAILID (${message.emailId})`;
    if (name === 'THREADID') return `THREADID ${message.threadId === null ? 'NIL' : `(${message.threadId})`}`;
  }
  if (session.capabilities.has('X-GM-EXT-1')) {
    if (name === 'X-GM-MSGID') return `X-GM-MSGID ${message.emailId}`;
    if (name === 'X-GM-THRID') return `X-GM-THRID ${message.threadId}`;
    if (name === 'X-GM-LABELS') return writeLabels(session, selectionOf(session).mailbox, message);
  }
  return writeSection(raw, item);
}

/** Item names of a FETCH: macros and old names opened up; `HEADER.FIELDS` lists are part of their atom. */
function itemNames(token: Token | undefined): string[] {
  return itemsOf(token)
    .map(textOf)
    .flatMap((name) => MACROS[name.toUpperCase()] ?? [OLD_NAMES[name.toUpperCase()] ?? name]);
}

function marksSeen(items: string[]): boolean {
  return items.some((item) => /^(BODY|BINARY)\[/i.test(item));
}

function fetch(session: Session, args: Token[], byUid: boolean): string {
  const selection = selectionOf(session);
  const items = itemNames(args[1]);
  const modifiers = itemsOf(args[2]).map((token) => textOf(token).toUpperCase());
  const sinceAt = modifiers.indexOf('CHANGEDSINCE');
  const since = sinceAt >= 0 ? Number(modifiers[sinceAt + 1]) : -1;
  if (sinceAt >= 0) {
    if (!session.capabilities.has('CONDSTORE')) return 'BAD CONDSTORE is not offered';
    session.enabled.add('CONDSTORE');
    if (!items.includes('MODSEQ')) items.push('MODSEQ');
  }
  if (items.some((item) => item.toUpperCase() === 'MODSEQ') && session.capabilities.has('CONDSTORE')) {
    session.enabled.add('CONDSTORE');
  }
  if (byUid && !items.some((item) => item.toUpperCase() === 'UID')) items.unshift('UID');
  const matches = inSequenceSet(textOf(args[0]), lastOf(selection, byUid));
  if (modifiers.includes('VANISHED')) {
    if (!session.enabled.has('QRESYNC') || !byUid) return 'BAD QRESYNC is not enabled';
    const gone = selection.mailbox.vanished.filter((entry) => entry.modSeq > since && matches(entry.uid));
    const uids = gone.map(({ uid }) => uid).sort((one, other) => one - other);
    if (uids.length > 0) session.untagged(`VANISHED (EARLIER) ${toSequenceSet(uids)}`);
  }
  for (const { seq, message } of chosen(selection, matches, byUid)) {
    if (message.modSeq <= since) continue;
    const seenNow = marksSeen(items) && !selection.readOnly && !message.flags.has('\\Seen');
    if (seenNow) {
      message.flags.add('\\Seen');
      message.modSeq = ++selection.mailbox.highestModSeq;
      const entry = selection.view[seq - 1];
      if (entry) entry.toldModSeq = message.modSeq;
    }
    const all = [...items];
    if (seenNow && !all.includes('FLAGS')) all.push('FLAGS');
    if (seenNow && tellsModSeq(session) && !all.includes('MODSEQ')) all.push('MODSEQ');
    const parts = all.map((item) => writeItem(session, message, item));
    if (parts.includes(undefined)) return `BAD Unknown item ${items[parts.indexOf(undefined)]}`;
    session.untagged(`${seq} FETCH (${parts.join(' ')})`);
  }
  return 'OK Done';
}

/** The table of these commands. */
export const fetchCommands: CommandTable = {
  FETCH: { state: 'selected', run: (session, { args }) => fetch(session, args, false) },
  'UID FETCH': { state: 'selected', run: (session, { args }) => fetch(session, args, true) },
};
