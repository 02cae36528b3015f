/**
 * The mailbox to read some messages of: the selected one when it is that already and this session has seen them, else
 * EXAMINE. A server with a great mailbox takes tens of milliseconds to select it, longer than it takes to read a message.
 */
import type { Uid, UidValidity } from '@postroom/db';
import type { ImapSession, SelectedMailbox } from './types.ts';

/** What will be asked for. */
export interface Wanted {
  readonly path: string;
  /** What the UIDs are of; null: not known. */
  readonly uidValidity: UidValidity | null;
  readonly highest: Uid;
}

/** The caller compares the answer's UIDVALIDITY: fresh from the server where it is not the wanted one. */
export async function selectToRead(
  session: Pick<ImapSession, 'selected' | 'select'>,
  { path, uidValidity, highest }: Wanted,
): Promise<SelectedMailbox> {
  const { selected } = session;
  // A session that was told of no UIDNEXT, or of a lower one, may not know the message yet; one that has another
  // UIDVALIDITY still has the mailbox selected that was there before.
  const knowsThem = selected?.path === path && selected.uidNext !== null && highest < selected.uidNext;
  if (knowsThem && selected.uidValidity === uidValidity) return selected;
  return session.select(path, { readOnly: true });
}
