/** STORE and UID STORE (RFC 3501 section 6.4.6, UNCHANGEDSINCE RFC 7162). */
import { readName } from '../names.ts';
import { inSequenceSet, toSequenceSet } from '../sequence-set.ts';
import { type CommandTable, chosen, lastOf, type Session, selectionOf, tellsModSeq, writeFlags } from '../session.ts';
import { itemsOf, type Token, textOf } from '../token.ts';
import { writeLabels } from './fetch.ts';

const SYSTEM = new Map(
  ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'].map((flag) => [flag.toLowerCase(), flag]),
);

/** Flags with their usual letters; those the mailbox does not keep are left out. */
export function keptFlags(tokens: Token[], permanent: string[]): string[] {
  const any = permanent.includes('\\*');
  const known = new Set(permanent.map((flag) => flag.toLowerCase()));
  return tokens
    .map(textOf)
    .map((flag) => SYSTEM.get(flag.toLowerCase()) ?? flag)
    .filter((flag) => known.has(flag.toLowerCase()) || (any && !flag.startsWith('\\')));
}

function changed(before: Set<string>, operation: string, flags: string[]): Set<string> {
  if (operation.startsWith('+')) return new Set([...before, ...flags]);
  if (!operation.startsWith('-')) return new Set(flags);
  const removed = new Set(flags.map((flag) => flag.toLowerCase()));
  return new Set([...before].filter((flag) => !removed.has(flag.toLowerCase())));
}

function store(session: Session, args: Token[], byUid: boolean): string {
  const selection = selectionOf(session);
  const { mailbox } = selection;
  if (selection.readOnly) return 'NO [READ-ONLY] Opened for reading';
  const rest = args.slice(1);
  const modifiers = rest[0]?.kind === 'list' ? itemsOf(rest.shift()).map(textOf) : [];
  const conditional = modifiers[0]?.toUpperCase() === 'UNCHANGEDSINCE';
  if (conditional && !session.capabilities.has('CONDSTORE')) return 'BAD CONDSTORE is not offered';
  if (conditional) session.enabled.add('CONDSTORE');
  const limit = conditional ? Number(modifiers[1]) : Number.POSITIVE_INFINITY;
  const operation = textOf(rest[0]).toUpperCase();
  if (operation.includes('X-GM-LABELS') && session.capabilities.has('X-GM-EXT-1'))
    return storeLabels(session, args, operation, byUid);
  if (!/^[+-]?FLAGS(\.SILENT)?$/.test(operation)) return 'BAD Expected FLAGS';
  const flags = keptFlags(rest.slice(1).flatMap(itemsOf), mailbox.permanentFlags);
  const matches = inSequenceSet(textOf(args[0]), lastOf(selection, byUid));
  const refused: number[] = [];
  const silent = operation.endsWith('.SILENT');
  for (const { seq, message } of chosen(selection, matches, byUid)) {
    const entry = selection.view[seq - 1];
    if (!entry || !mailbox.messages.includes(message)) continue;
    if (message.modSeq > limit) {
      refused.push(byUid ? message.uid : seq);
      continue;
    }
    const after = changed(message.flags, operation, flags);
    const same = after.size === message.flags.size && [...after].every((flag) => message.flags.has(flag));
    if (!same) mailbox.setFlags(message.uid, after);
    entry.toldModSeq = message.modSeq;
    const parts = [...(byUid ? [`UID ${message.uid}`] : []), ...(silent ? [] : [`FLAGS ${writeFlags(message)}`])];
    if (tellsModSeq(session)) parts.push(`MODSEQ (${message.modSeq})`);
    if (!silent || tellsModSeq(session)) session.untagged(`${seq} FETCH (${parts.join(' ')})`);
  }
  return refused.length > 0 ? `OK [MODIFIED ${toSequenceSet(refused)}] Some had changed` : 'OK Done';
}

function storeLabels(session: Session, args: Token[], operation: string, byUid: boolean): string {
  const selection = selectionOf(session);
  const names = args
    .slice(2)
    .flatMap(itemsOf)
    .map((token) => readName(session, textOf(token)));
  const mode = operation.startsWith('+') ? 'add' : operation.startsWith('-') ? 'remove' : 'set';
  for (const { seq, message } of chosen(selection, inSequenceSet(textOf(args[0]), lastOf(selection, byUid)), byUid)) {
    if (selection.mailbox.storeLabels?.(message.uid, mode, names) !== true) return 'NO [CANNOT] No such label';
    const entry = selection.view[seq - 1];
    if (entry) entry.toldModSeq = message.modSeq;
    if (operation.endsWith('.SILENT')) continue;
    const uid = byUid ? `UID ${message.uid} ` : '';
    session.untagged(`${seq} FETCH (${uid}${writeLabels(session, selection.mailbox, message)})`);
  }
  return 'OK Success';
}

/** The table of these commands. */
export const storeCommands: CommandTable = {
  STORE: { state: 'selected', run: (session, { args }) => store(session, args, false) },
  'UID STORE': { state: 'selected', run: (session, { args }) => store(session, args, true) },
};
