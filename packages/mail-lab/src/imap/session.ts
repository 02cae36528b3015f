/** One connection's state (RFC 3501 section 3), and telling it what changed in the mailbox it has selected. */
import { toSequenceSet } from './sequence-set.ts';
import type { MemoryMailbox, MemoryMessage, MemoryStore } from './store.ts';
import type { Command } from './token.ts';

/** The selected mailbox as this session knows it: sequence numbers are places in `view`. */
export interface Selection {
  mailbox: MemoryMailbox;
  readOnly: boolean;
  view: { message: MemoryMessage; toldModSeq: number }[];
}

/** One client's session. */
export interface Session {
  store: MemoryStore;
  capabilities: Set<string>;
  user: string | undefined;
  selected: Selection | undefined;
  /** What ENABLE turned on, in upper case; CONDSTORE also by using it. */
  enabled: Set<string>;
  /** Adds an untagged response, without its `* `. */
  untagged(line: string): void;
  /** Checks a login. */
  login(user: string, password: string): boolean;
  /** Sends what has been gathered, then a continuation request, and gives the client's next line. */
  ask(prompt: string): Promise<string>;
  /** Waits until the store changes or the client's next line comes; undefined for a change. */
  nextLineOrChange(): Promise<string | undefined>;
  /** Sends what has been gathered now, and then this line if there is one. */
  flush(line?: string): void;
  /** Turns the connection into TLS after this command's answer. */
  startTls: (() => void) | undefined;
  /** Ends the connection after this command's answer. */
  ending: boolean;
}

/** A command's own words after the tag: `OK done`, `NO [CODE] text`, `BAD text`. */
export type Completion = string;

/** How a command is done, and when it may be given. */
export interface CommandSpec {
  state: 'any' | 'authenticated' | 'selected';
  /** Honoured only when one of these is offered. */
  capability?: string | string[];
  run(session: Session, command: Command): Completion | Promise<Completion>;
}

/** Commands by their upper-case names. */
export type CommandTable = Record<string, CommandSpec>;

/** Writes FLAGS. */
export function writeFlags(message: MemoryMessage): string {
  return `(${[...message.flags].join(' ')})`;
}

/** Whether modification sequences are told: CONDSTORE is offered and was asked for. */
export function tellsModSeq(session: Session): boolean {
  return session.capabilities.has('CONDSTORE') && session.enabled.has('CONDSTORE');
}

function tellFlags(session: Session, seq: number, message: MemoryMessage): void {
  const modSeq = tellsModSeq(session) ? ` MODSEQ (${message.modSeq})` : '';
  session.untagged(`${seq} FETCH (UID ${message.uid} FLAGS ${writeFlags(message)}${modSeq})`);
}

/** Tells removed messages: EXPUNGE one by one, or VANISHED where QRESYNC is on. */
function tellExpunged(session: Session, selection: Selection): void {
  const living = new Set(selection.mailbox.messages);
  const gone: number[] = [];
  for (let index = selection.view.length - 1; index >= 0; index--) {
    const entry = selection.view[index];
    if (!entry || living.has(entry.message)) continue;
    selection.view.splice(index, 1);
    if (session.enabled.has('QRESYNC')) gone.unshift(entry.message.uid);
    else session.untagged(`${index + 1} EXPUNGE`);
  }
  if (gone.length > 0) session.untagged(`VANISHED ${toSequenceSet(gone)}`);
}

/** Gathers what changed since the session was last told. `expunges` is false during commands that forbid them. */
export function tellChanges(session: Session, expunges: boolean): void {
  const selection = session.selected;
  if (!selection) return;
  if (expunges) tellExpunged(session, selection);
  const known = new Set(selection.view.map(({ message }) => message));
  const fresh = selection.mailbox.messages.filter((message) => !known.has(message));
  selection.view.forEach((entry, index) => {
    if (entry.message.modSeq <= entry.toldModSeq) return;
    entry.toldModSeq = entry.message.modSeq;
    tellFlags(session, index + 1, entry.message);
  });
  if (fresh.length === 0) return;
  for (const message of fresh) selection.view.push({ message, toldModSeq: message.modSeq });
  session.untagged(`${selection.view.length} EXISTS`);
}

/** The view's entries named by a sequence or UID set, with their sequence numbers. */
export function chosen(
  selection: Selection,
  matches: (value: number) => boolean,
  byUid: boolean,
): { seq: number; message: MemoryMessage }[] {
  return selection.view
    .map(({ message }, index) => ({ seq: index + 1, message }))
    .filter(({ seq, message }) => matches(byUid ? message.uid : seq));
}

/** The selected mailbox; only for commands of state `selected`. */
export function selectionOf(session: Session): Selection {
  if (!session.selected) throw new Error('No mailbox is selected');
  return session.selected;
}

/** Highest sequence number or UID: what `*` means. */
export function lastOf(selection: Selection, byUid: boolean): number {
  return byUid ? (selection.view.at(-1)?.message.uid ?? 0) : selection.view.length;
}
