/** SELECT, EXAMINE, UNSELECT, CLOSE, EXPUNGE, IDLE, CHECK (RFC 3501 section 6.4, RFC 2177, RFC 3691, RFC 7162). */
import { inSequenceSet, toSequenceSet } from '../sequence-set.ts';
import { type CommandTable, type Selection, type Session, selectionOf, tellChanges, writeFlags } from '../session.ts';
import { itemsOf, type Token, textOf } from '../token.ts';
import { named } from './mailboxes.ts';

function resynchronise(session: Session, selection: Selection, parameters: Token[]): void {
  const [validity, modSeq, known] = parameters.map(textOf);
  const { mailbox } = selection;
  if (Number(validity) !== mailbox.uidValidity) return;
  const since = Number(modSeq);
  const isKnown = known ? inSequenceSet(known, mailbox.uidNext - 1) : () => true;
  const gone = mailbox.vanished.filter((entry) => entry.modSeq > since && isKnown(entry.uid)).map(({ uid }) => uid);
  if (gone.length > 0) session.untagged(`VANISHED (EARLIER) ${toSequenceSet(gone.sort((a, b) => a - b))}`);
  selection.view.forEach(({ message }, index) => {
    if (message.modSeq <= since) return;
    session.untagged(`${index + 1} FETCH (UID ${message.uid} FLAGS ${writeFlags(message)} MODSEQ (${message.modSeq}))`);
  });
}

function select(session: Session, args: Token[], readOnly: boolean): string {
  const wasOpen = session.selected !== undefined;
  session.selected = undefined;
  if (wasOpen && session.capabilities.has('QRESYNC')) session.untagged('OK [CLOSED] Left the other mailbox');
  const mailbox = named(session, args[0]);
  if (!mailbox?.selectable) return 'NO [NONEXISTENT] No such mailbox';
  const parameters = itemsOf(args[1]);
  const names = parameters.map((token) => textOf(token).toUpperCase());
  if (names.includes('CONDSTORE') && session.capabilities.has('CONDSTORE')) session.enabled.add('CONDSTORE');
  const selection: Selection = {
    mailbox,
    readOnly,
    view: mailbox.messages.map((message) => ({ message, toldModSeq: message.modSeq })),
  };
  session.selected = selection;
  const used = new Set(mailbox.messages.flatMap(({ flags }) => [...flags]));
  const system = mailbox.permanentFlags.filter((flag) => flag !== '\\*');
  session.untagged(`FLAGS (${[...new Set([...system, ...used])].join(' ')})`);
  session.untagged(`OK [PERMANENTFLAGS (${mailbox.permanentFlags.join(' ')})] Flags that stay`);
  session.untagged(`${mailbox.messages.length} EXISTS`);
  session.untagged('0 RECENT');
  session.untagged(`OK [UIDVALIDITY ${mailbox.uidValidity}] UIDs hold`);
  session.untagged(`OK [UIDNEXT ${mailbox.uidNext}] Next UID`);
  if (session.capabilities.has('CONDSTORE')) session.untagged(`OK [HIGHESTMODSEQ ${mailbox.highestModSeq}] Highest`);
  if (session.capabilities.has('OBJECTID')) session.untagged(`OK [MAILBOXID (${mailbox.mailboxId})] Id`);
  const at = names.indexOf('QRESYNC');
  if (at >= 0) {
    if (!session.enabled.has('QRESYNC')) return 'BAD QRESYNC is not enabled';
    resynchronise(session, selection, itemsOf(parameters[at + 1]));
  }
  return `OK [READ-${readOnly ? 'ONLY' : 'WRITE'}] Done`;
}

function expungeDeleted(selection: Selection, among: (uid: number) => boolean = () => true): void {
  const uids = selection.mailbox.messages
    .filter(({ uid, flags }) => flags.has('\\Deleted') && among(uid))
    .map(({ uid }) => uid);
  if (uids.length > 0) selection.mailbox.expunge(...uids);
}

async function idle(session: Session): Promise<string> {
  session.flush('+ idling');
  for (;;) {
    tellChanges(session, true);
    session.flush();
    const line = await session.nextLineOrChange();
    if (line !== undefined) return line.toUpperCase() === 'DONE' ? 'OK Done' : 'BAD Expected DONE';
  }
}

/** The table of these commands. */
export const selectionCommands: CommandTable = {
  SELECT: { state: 'authenticated', run: (session, { args }) => select(session, args, false) },
  EXAMINE: { state: 'authenticated', run: (session, { args }) => select(session, args, true) },
  CHECK: { state: 'selected', run: () => 'OK Done' },
  UNSELECT: {
    state: 'selected',
    capability: 'UNSELECT',
    run(session) {
      session.selected = undefined;
      return 'OK Done';
    },
  },
  CLOSE: {
    state: 'selected',
    run(session) {
      const selection = selectionOf(session);
      session.selected = undefined;
      if (!selection.readOnly) expungeDeleted(selection);
      return 'OK Done';
    },
  },
  EXPUNGE: {
    state: 'selected',
    run(session) {
      const selection = selectionOf(session);
      if (selection.readOnly) return 'NO [READ-ONLY] Opened for reading';
      expungeDeleted(selection);
      return 'OK Done';
    },
  },
  'UID EXPUNGE': {
    state: 'selected',
    capability: 'UIDPLUS',
    run(session, { args }) {
      const selection = selectionOf(session);
      if (selection.readOnly) return 'NO [READ-ONLY] Opened for reading';
      expungeDeleted(selection, inSequenceSet(textOf(args[0]), selection.mailbox.uidNext - 1));
      return 'OK Done';
    },
  },
  IDLE: { state: 'authenticated', capability: 'IDLE', run: idle },
};
