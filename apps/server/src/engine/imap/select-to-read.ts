/**
 * The mailbox to read some messages of: the selected one when it is that already and this session has seen them, else
 * EXAMINE. A server with a great mailbox takes tens of milliseconds to select it, longer than it takes to read a message.
 */
import type { Uid } from '@postroom/db';
import type { ImapSession, SelectedMailbox } from './types.ts';

/** `highest`: the highest UID that will be asked for. */
export async function selectToRead(session: ImapSession, path: string, highest: Uid): Promise<SelectedMailbox> {
  const { selected } = session;
  // A session that was told of no UIDNEXT, or of a lower one, may not know the message yet.
  if (selected?.path === path && selected.uidNext !== null && highest < selected.uidNext) return selected;
  return session.select(path, { readOnly: true });
}
