/** COPY, MOVE, APPEND and REPLACE (RFC 3501 section 6.3.11 and 6.4.7, RFC 6851, RFC 8508, UIDPLUS RFC 4315). */
import { inSequenceSet, toSequenceSet } from '../sequence-set.ts';
import { type CommandTable, chosen, lastOf, type Session, selectionOf } from '../session.ts';
import { itemsOf, type Token, textOf } from '../token.ts';
import { named } from './mailboxes.ts';
import { keptFlags } from './store.ts';

function copy(session: Session, args: Token[], byUid: boolean, move: boolean): string {
  const selection = selectionOf(session);
  const target = named(session, args[1]);
  if (!target?.selectable) return 'NO [TRYCREATE] No such mailbox';
  if (move && selection.readOnly) return 'NO [READ-ONLY] Opened for reading';
  const matches = inSequenceSet(textOf(args[0]), lastOf(selection, byUid));
  const source = chosen(selection, matches, byUid)
    .map(({ message }) => message)
    .filter((message) => selection.mailbox.messages.includes(message));
  if (source.length === 0) return 'OK Nothing to do';
  const copies = source.map(({ raw, flags, internalDate, emailId, threadId }) =>
    target.append(raw, { flags, internalDate, emailId, threadId }),
  );
  const uids = source.map(({ uid }) => uid);
  const code = `[COPYUID ${target.uidValidity} ${toSequenceSet(uids)} ${toSequenceSet(copies.map(({ uid }) => uid))}]`;
  const told = session.capabilities.has('UIDPLUS') ? `${code} ` : '';
  if (!move) return `OK ${told}Done`;
  if (told) session.untagged(`OK ${code} Moved`);
  selection.mailbox.expunge(...uids);
  return 'OK Done';
}

function parseInternalDate(text: string): Date | undefined {
  const time = Date.parse(text.trim().replace(/^(\d+)-(\w+)-(\d+)/, '$1 $2 $3'));
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** Stores a message; a string is the refusal. */
function stored(session: Session, args: Token[]): { code: string } | string {
  const target = named(session, args[0]);
  if (!target?.selectable) return 'NO [TRYCREATE] No such mailbox';
  const rest = args.slice(1);
  const flags = rest[0]?.kind === 'list' ? keptFlags(itemsOf(rest.shift()), target.permanentFlags) : [];
  const internalDate = rest.length > 1 ? parseInternalDate(textOf(rest.shift())) : new Date();
  const raw = rest[0];
  if (!internalDate || raw?.kind !== 'string') return 'BAD Expected a date and a message';
  const message = target.append(Buffer.from(raw.text, 'latin1'), { flags, internalDate });
  return { code: session.capabilities.has('UIDPLUS') ? `[APPENDUID ${target.uidValidity} ${message.uid}] ` : '' };
}

function append(session: Session, args: Token[]): string {
  const outcome = stored(session, args);
  return typeof outcome === 'string' ? outcome : `OK ${outcome.code}Done`;
}

function replace(session: Session, args: Token[], byUid: boolean): string {
  const selection = selectionOf(session);
  if (selection.readOnly) return 'NO [READ-ONLY] Opened for reading';
  const [old] = chosen(selection, inSequenceSet(textOf(args[0]), lastOf(selection, byUid)), byUid);
  if (!old || !selection.mailbox.messages.includes(old.message)) return 'NO No such message';
  const outcome = stored(session, args.slice(1));
  if (typeof outcome === 'string') return outcome;
  session.untagged(`OK ${outcome.code}Replacement is there`);
  selection.mailbox.expunge(old.message.uid);
  return 'OK Done';
}

/** The table of these commands. */
export const copyCommands: CommandTable = {
  COPY: { state: 'selected', run: (session, { args }) => copy(session, args, false, false) },
  'UID COPY': { state: 'selected', run: (session, { args }) => copy(session, args, true, false) },
  MOVE: { state: 'selected', capability: 'MOVE', run: (session, { args }) => copy(session, args, false, true) },
  'UID MOVE': { state: 'selected', capability: 'MOVE', run: (session, { args }) => copy(session, args, true, true) },
  APPEND: { state: 'authenticated', run: (session, { args }) => append(session, args) },
  REPLACE: { state: 'selected', capability: 'REPLACE', run: (session, { args }) => replace(session, args, false) },
  'UID REPLACE': { state: 'selected', capability: 'REPLACE', run: (session, { args }) => replace(session, args, true) },
};
